import type { Command } from '../command.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import { LIST_RUNBOOKS, performRun, RUN_OPTIONS } from '../perform-run.ts'

const usage = `drillbook run <runbook> [options]      (npm run runbook <runbook> -- [options])

Runs a runbook step by step: confirm, check, run, verify, record.

  --env NAME            the environment; default: that of docs/plan/environments.yaml
  --set NAME=VALUE      an input, or the choice of a decision; may be repeated. A secret input is asked,
                        or read from the environment variable DRILLBOOK_INPUT_NAME
  --yes                 unattended: nobody is asked; what is reserved for people is refused
  --dry-run             print what would run, sql with its values; nothing is executed or recorded
  --rehearse            execute only the checks, which change nothing
  --json                events as NDJSON on standard output, prose on standard error
  --mirror DIR          keep a second copy of the journal, on another disk
  --operator NAME       who you are; default: DRILLBOOK_OPERATOR or the account's name
  --key FILE            the SSH key that proves it where the environment asks; default: DRILLBOOK_KEY, the agent, ~/.ssh
  --sign KEY            sign the sealed journal with this SSH key; default: the key that proved who you are
  --take-over           take the lock of a run on another machine that is certainly dead
  --live                show the run on the page of its runbook, to this machine alone (needs npm run build)
  --no-fault            in the lab: break nothing, only run; a lab that is broken is taken as it is
  --lab NAME            in the lab: which one; default: default
  --replication MODE    in the lab: async, remote_write, on or remote_apply; default: what the plan says
  --incident ID         the run is part of this incident (npm run incident)
  --list                list the runbooks; with --json one object a line`

export const command: Command = {
  summary: 'Run a runbook, step by step.',
  usage,
  run: async (argv, io) => {
    const { values, positionals } = parseCommandLine('run', argv, {
      ...RUN_OPTIONS,
      list: { type: 'boolean' },
    })
    if (values.list === true) {
      const { listRunbooks } = await import('../list-runbooks.ts')
      return listRunbooks(values.json === true, io)
    }
    return await performRun(oneArgument('run', positionals, 'runbook', LIST_RUNBOOKS), values, io, {
      publish: undefined,
    })
  },
}
