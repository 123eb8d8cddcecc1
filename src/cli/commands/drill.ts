import type { Command } from '../command.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import { performRun, RUN_OPTIONS } from '../perform-run.ts'

const usage = `drillbook drill <runbook> [options]      (npm run drill <runbook> -- [options])

Proves a runbook in the lab: steady state, the runbook's fault, the runbook, measurement, verdict. The record, passed or failed, is
published as docs/drills/<run>.json. Takes the options of "run".`

export const command: Command = {
  summary: 'Break the lab, run the runbook, measure RTO and RPO, publish the record.',
  usage,
  run: async (argv, io) => {
    const { values, positionals } = parseCommandLine('drill', argv, RUN_OPTIONS)
    return await performRun(oneArgument('drill', positionals, 'runbook'), values, io, { publish: true })
  },
}
