import { stepState } from '../journal/fold.ts'
import type { RunState, StepState, StepStatus } from '../journal/fold.ts'
import { formatDuration } from '../model/duration.ts'
import type { RunResult } from '../model/event.ts'
import type { Runbook } from '../model/runbook.ts'
import { executables } from '../model/runbook.ts'

const ENDS: Record<RunResult, string> = {
  succeeded: 'The run succeeded',
  failed: 'The run failed',
  stopped: 'The run was stopped',
  'rolled-back': 'The run was rolled back',
}

/** How a run ended, as the beginning of a sentence. */
export function endText(result: RunResult | undefined, reason: string): string {
  const end = result === undefined ? 'The run ended' : ENDS[result]
  return reason === '' ? end : `${end} (${reason})`
}

/** The same with what a person left out, and with a drill's objectives: steps that succeeded are not yet customers that are served. */
export function verdict(state: RunState, result: RunResult): string {
  return `${endAgainstObjectives(state, result)}${withoutSkipped(state)}`
}

function endAgainstObjectives(state: RunState, result: RunResult): string {
  const met = objectivesMet(state)
  if (result !== 'succeeded' || !state.fault || met === true) return endText(result, state.reason)
  return met === false
    ? 'The steps are through, but an objective was MISSED'
    : 'The steps are through, but it was NOT SEEN that customers are served again'
}

function withoutSkipped(state: RunState): string {
  const skipped = skippedSteps(state)
  if (skipped.length === 0) return ''
  return `, but ${skipped.length === 1 ? 'a step was' : `${skipped.length} steps were`} skipped: ${skipped.join(', ')}`
}

/** What a person left out. */
export function skippedSteps({ steps }: RunState): string[] {
  return [...steps].flatMap(([id, { status, leftOut, skippedFailure }]) =>
    status === 'skipped' && leftOut ? [skippedFailure ? `${id} (it had failed)` : id] : [],
  )
}

/** For a table. */
export function stepStatus({ status, skippedFailure }: StepState): string {
  return status === 'skipped' && skippedFailure ? 'failed, skipped' : status
}

/** What a run that ended early never came to, so that nobody forgets it; not what does not apply by a decision that was made. */
export function neverBegun(runbook: Pick<Runbook, 'nodes'>, state: RunState): string[] {
  return applying(runbook, state).filter((id) => stepState(state, id).status === 'pending')
}

/** What a paused run has before it, the step that it stopped in too; nothing while it is rolled back. */
export function leftToDo(runbook: Pick<Runbook, 'nodes'>, state: RunState): string[] {
  if (state.rollback) return []
  return applying(runbook, state).filter((id) => !SETTLED.has(stepState(state, id).status))
}
const SETTLED: ReadonlySet<StepStatus> = new Set(['done', 'skipped'])

function applying({ nodes }: Pick<Runbook, 'nodes'>, state: RunState): string[] {
  return executables(nodes)
    .filter(({ when }) => when.every(({ decision, choice }) => state.decisions.get(decision) === choice))
    .flatMap((node) => (node.kind === 'parallel' ? node.steps : [node]))
    .map(({ id }) => id)
}

/** The end of a run as lines of text: each step against its estimate, then what was measured against the objective. */
export function summaryLines(runbook: Runbook, state: RunState): string[] {
  return [...stepTable(runbook, state), '', ...measurementLines(state)]
}

function stepTable(runbook: Runbook, state: RunState): string[] {
  const rows = executables(runbook.nodes)
    .flatMap((node) => (node.kind === 'parallel' ? node.steps : [node]))
    .map((node) => {
      const known = stepState(state, node.id)
      const expected = 'expectMs' in node && node.expectMs !== undefined ? formatDuration(node.expectMs) : '—'
      const actual = known.durationMs === undefined ? '—' : formatDuration(known.durationMs)
      const waited = known.waitedMs > 0 ? formatDuration(known.waitedMs) : '—'
      return [
        node.id,
        stepStatus(known),
        actual,
        expected,
        waited,
        known.status === 'skipped' ? known.reason : '',
      ]
    })
  return table([['step', 'state', 'took', 'estimate', 'you', ''], ...rows])
}

/** Objectives against measurements; what was not measured says so. */
export function measurementLines(state: RunState): string[] {
  const { measurement, started } = state
  const objective = started?.objective ?? undefined
  if (!measurement)
    return objective
      ? [
          `RTO  not measured   objective ${formatDuration(objective.rtoMs)}`,
          `RPO  not measured   objective ${formatDuration(objective.rpoMs)}`,
        ]
      : []
  const { rtoMs, rpoMs, machineMs, acknowledged, lost, indeterminate, recovered } = measurement
  const split =
    rtoMs === null || machineMs === null
      ? ''
      : `   (machine ${formatDuration(machineMs)}, human ${formatDuration(measurement.humanMs)})`
  return [
    `RTO  ${against(rtoMs, objective?.rtoMs)}${split}`,
    `RPO  ${against(rpoMs, objective?.rpoMs)}   (${lost ?? '?'} of ${acknowledged ?? '?'} acknowledged orders lost; ${indeterminate ?? '?'} indeterminate, of which ${recovered ?? '?'} had happened)`,
    ...(measurement.writesPerSecond === null
      ? []
      : [
          `Load ${measurement.writesPerSecond.toFixed(0)} writes/s before the fault, replication ${measurement.replication ?? 'not known'}`,
        ]),
  ]
}

function against(measured: number | null, objective: number | undefined): string {
  if (measured === null) return 'not measured'
  if (objective === undefined) return `${formatDuration(measured)}   no objective`
  return `${formatDuration(measured)}   objective ${formatDuration(objective)}   ${measured <= objective ? 'met' : 'MISSED'}`
}

/** Whether every objective was measured and met; undefined when something was not measured. */
export function objectivesMet(state: RunState): boolean | undefined {
  const objective = state.started?.objective
  if (
    !objective ||
    !state.measurement ||
    state.measurement.rtoMs === null ||
    state.measurement.rpoMs === null
  )
    return undefined
  return state.measurement.rtoMs <= objective.rtoMs && state.measurement.rpoMs <= objective.rpoMs
}

export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
