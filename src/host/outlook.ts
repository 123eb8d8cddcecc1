import { stepState } from '../journal/fold.ts'
import type { RunState, StepStatus } from '../journal/fold.ts'
import type { Decision, Runbook, Step } from '../model/runbook.ts'
import { dependents, rollbackOutlook } from '../runner/plan.ts'

const STANDING: Partial<Record<StepStatus, string>> = {
  running: ' (begun)',
  failed: ' (failed)',
  unknown: ' (nobody knows whether it was done)',
}

export type Outlook = { possible: boolean; lines: string[] }

/** What a rollback would do, told before it begins: there is no way back once something is undone. */
export function rollbackLines(runbook: Runbook, state: RunState, tag: (step: Step) => string): Outlook {
  const { undo, stay } = rollbackOutlook(runbook, state)
  const line = (step: Step): string => {
    const { status } = stepState(state, step.id)
    return `  ${step.id}  ${step.title}${STANDING[status] ?? ''}${tag(step)}`
  }
  const head =
    undo.length === 0
      ? ['Nothing has been done that could be undone.']
      : ['Would be undone, in this order:', ...undo.map(line)]
  const stays = stay.length === 0 ? [] : ['Stays as it is:', ...stay.map(line)]
  const lasting = stay.filter(({ danger }) => danger === 'destructive').map(({ id }) => id)
  // Only the scripts know: going back past a promotion would leave two primaries, say.
  if (undo.length > 0 && lasting.length > 0)
    stays.push(`Nothing undoes ${lasting.join(' and ')}: what would be undone may refuse because of that.`)
  return { possible: undo.length > 0, lines: [...head, ...stays] }
}

/** What nobody will be asked about when this decision is skipped. */
export function dependentLines({ id }: Decision, runbook: Runbook): string[] {
  const nodes = dependents(runbook, id).flatMap((node) => (node.kind === 'parallel' ? node.steps : [node]))
  if (nodes.length === 0) return ['Nothing depends on this decision.']
  const head =
    nodes.length === 1
      ? 'This depends on the decision and would be skipped with it:'
      : `These ${nodes.length} depend on this decision and would be skipped with it:`
  return [head, ...nodes.map((node) => `  ${node.id}  ${node.title}`)]
}
