import type { RunState, StepState } from '../journal/fold.ts'
import { stepState } from '../journal/fold.ts'
import type { Executable, Runbook, Step } from '../model/runbook.ts'
import { executables, steps } from '../model/runbook.ts'

/** What comes next. Pure: the same runbook and state give the same action, which is what makes a run resumable. */
export type Action =
  | { kind: 'skip'; node: Executable; reason: string }
  | { kind: 'execute'; node: Executable }
  /** The run was interrupted within this step: find out what happened before anything else. */
  | { kind: 'settle'; step: Step }
  | { kind: 'failed'; step: Step; reason: string }
  | { kind: 'roll-back'; step: Step; interrupted: boolean }
  | { kind: 'finish' }

export function nextAction(runbook: Runbook, state: RunState): Action {
  return state.rollback ? nextRollback(runbook, state) : nextForward(runbook, state)
}

function nextForward(runbook: Runbook, state: RunState): Action {
  for (const node of executables(runbook.nodes)) {
    const unmet = unmetCondition(node, state)
    const parts = node.kind === 'parallel' ? node.steps : [node]
    for (const part of parts) {
      if (part.kind !== 'step') continue
      const known = stepState(state, part.id)
      if (known.status === 'running' || known.status === 'unknown') return { kind: 'settle', step: part }
      if (known.status === 'failed') return { kind: 'failed', step: part, reason: known.reason }
    }
    if (parts.every((part) => isSettled(stepState(state, part.id)))) continue
    return unmet === undefined ? { kind: 'execute', node } : { kind: 'skip', node, reason: unmet }
  }
  return { kind: 'finish' }
}

/** Why the node does not apply, or undefined when it does. */
function unmetCondition(node: Executable, state: RunState): string | undefined {
  for (const { decision, choice } of node.when) {
    const made = state.decisions.get(decision)
    if (made === undefined) return `${decision} was not decided`
    if (made !== choice) return `${decision} was decided as ${made}, not ${choice}`
  }
  return undefined
}

function isSettled(step: StepState): boolean {
  return step.status === 'done' || step.status === 'skipped' || step.status === 'rolled-back'
}

/** The last completed step first; a step that failed or whose outcome is not known may have done half its work. */
function nextRollback(runbook: Runbook, state: RunState): Action {
  for (const step of steps(runbook.nodes).reverse()) {
    const known = stepState(state, step.id)
    if (known.status === 'running') return { kind: 'settle', step }
    if (!isUndoable(step)) continue
    if (known.rollingBack) return { kind: 'roll-back', step, interrupted: true }
    if (mayHaveActed(known) && !known.kept) return { kind: 'roll-back', step, interrupted: false }
  }
  return { kind: 'finish' }
}

/** What a rollback would undo, in its order, and what stays because nothing undoes it. */
export function rollbackOutlook(runbook: Runbook, state: RunState): { undo: Step[]; stay: Step[] } {
  const acted = steps(runbook.nodes)
    .reverse()
    .filter(({ id }) => mayHaveActed(stepState(state, id)))
  return { undo: acted.filter(isUndoable), stay: acted.filter((step) => !isUndoable(step)) }
}

function isUndoable(step: Step): boolean {
  return step.fences.some(({ role }) => role === 'rollback')
}

function mayHaveActed({ status }: StepState): boolean {
  return status === 'done' || status === 'failed' || status === 'unknown' || status === 'running'
}

/** What is skipped when nobody makes this decision: what depends on it, and on decisions that depend on it. */
export function dependents(runbook: Runbook, decision: string): Executable[] {
  const open = new Set([decision])
  return executables(runbook.nodes).filter((node) => {
    if (!node.when.some((condition) => open.has(condition.decision))) return false
    open.add(node.id)
    return true
  })
}
