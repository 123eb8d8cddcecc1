import { stepState } from '../journal/fold.ts'
import type { Danger, Executable, Step } from '../model/runbook.ts'
import type { Session } from '../runner/ports.ts'

const BY_WEIGHT: readonly Danger[] = ['destructive', 'caution', 'safe']

/** Several steps together are as dangerous as the worst of them. */
export function dangerOf(node: Executable): Danger {
  const steps = node.kind === 'parallel' ? node.steps : [node]
  return BY_WEIGHT.find((danger) => steps.some((one) => 'danger' in one && one.danger === danger)) ?? 'safe'
}

/** The steps that begin when this node is confirmed: of a group that is resumed, those that are left. */
export function beginning(node: Executable, session: Session): Step[] {
  if (node.kind === 'step') return [node]
  if (node.kind !== 'parallel') return []
  return node.steps.filter(({ id }) => stepState(session.state, id).status === 'pending')
}
