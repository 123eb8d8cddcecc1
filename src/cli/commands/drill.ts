import { formatDuration } from '../../model/duration.ts'
import type { ExitName } from '../../model/exit-code.ts'
import { OperatorError } from '../../model/problem.ts'
import type { DrillRecord } from '../../reports/drill-record.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import type { Command, Io } from '../command.ts'
import { LIST_RUNBOOKS, performRun, RUN_OPTIONS } from '../perform-run.ts'

const MOST_TIMES = 1000

const usage = `drillbook drill <runbook> [options]      (npm run drill <runbook> -- [options])

Proves a runbook in the lab: steady state, the runbook's fault, the runbook, measurement, verdict. The record, passed or failed, is
published as docs/drills/<run>.json. Takes the options of "run", and:

  --times N   drill it N times in a row; the spread is printed at the end`

export const command: Command = {
  summary: 'Break the lab, run the runbook, measure RTO and RPO, publish the record.',
  usage,
  run: async (argv, io) => {
    const { values, positionals } = parseCommandLine('drill', argv, {
      ...RUN_OPTIONS,
      times: { type: 'string' },
    })
    const id = oneArgument('drill', positionals, 'runbook', LIST_RUNBOOKS)
    const times = readTimes(values.times ?? '1')
    const records: DrillRecord[] = []
    const ends: ExitName[] = []
    try {
      while (ends.length < times && ends.at(-1) !== 'interrupted')
        ends.push(await performRun(id, values, io, { publish: (record) => records.push(record) }))
    } finally {
      // Also when the next one is refused, because one that failed holds the lab.
      if (times > 1 && ends.length > 0) tellSpread(records, ends, values.json === true ? io.err : io.out)
    }
    return ends.find((end) => end !== 'ok') ?? 'ok'
  },
}

function readTimes(text: string): number {
  const times = Number(text)
  if (Number.isInteger(times) && times >= 1 && times <= MOST_TIMES) return times
  throw new OperatorError('usage', {
    message: `--times ${text}: expected a whole number from 1 to ${MOST_TIMES}`,
  })
}

/** Number, median and spread: a mean would hide the drill that went wrong. */
function tellSpread(records: readonly DrillRecord[], ends: readonly ExitName[], say: Io['out']): void {
  const passed = records.filter((record) => record.verdict === 'passed').length
  const rtos = records
    .flatMap(({ measured }) => (measured.rtoMs === null ? [] : [measured.rtoMs]))
    .sort((a, b) => a - b)
  const losses = records.map(({ measured }) => measured.lost)
  const lost = losses.includes(null)
    ? 'not measured in every drill'
    : String(losses.reduce((sum: number, one) => sum + (one ?? 0), 0))
  const acknowledged = records.reduce((sum, { measured }) => sum + (measured.acknowledged ?? 0), 0)
  say('')
  say(`${ends.length} drills: ${passed} passed, ${ends.length - passed} not`)
  if (rtos.length > 0)
    say(
      `RTO  median ${formatDuration(rtos[Math.floor(rtos.length / 2)] ?? 0)}, from ${formatDuration(rtos[0] ?? 0)} to ${formatDuration(rtos.at(-1) ?? 0)}, measured in ${rtos.length}`,
    )
  say(`Acknowledged orders lost: ${lost}, of ${acknowledged}`)
}
