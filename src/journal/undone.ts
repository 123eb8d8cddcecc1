import { NEVER_BEGAN } from '../model/outcome.ts'
import type { Outcome } from '../model/outcome.ts'
import type { RunState } from './fold.ts'

/** Whether a rollback may have undone anything. A fence of it that ended by itself with an error has refused. */
export function mayHaveUndone({ steps }: Pick<RunState, 'steps'>): boolean {
  return [...steps.values()].some(
    ({ status, fences }) =>
      status === 'rolled-back' ||
      fences.some(({ role, outcome }) => role === 'rollback' && mayHaveActed(outcome)),
  )
}

function mayHaveActed(outcome: Outcome | undefined): boolean {
  if (outcome?.kind === 'cancelled') return outcome.reason !== NEVER_BEGAN.reason
  return outcome?.kind !== 'failed'
}
