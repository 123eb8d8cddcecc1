import type { z } from 'zod'
import type { outcome } from './outcome-schema.ts'
import type { Value } from './runbook.ts'

export type Outcome = z.infer<typeof outcome>
export type Outputs = Record<string, Value>

/** Of a fence that certainly did nothing: it may simply be executed. */
export const NEVER_BEGAN: Extract<Outcome, { kind: 'cancelled' }> = {
  kind: 'cancelled',
  durationMs: 0,
  reason: 'it never began',
}

export function reasonOf(outcome: Outcome): string {
  return outcome.kind === 'ok' ? 'done' : outcome.reason
}

/** The beginning of the reason when a fence reads an output that no step has produced; a rehearsal then cannot judge the fence. */
export const MISSING_OUTPUT = 'no step has produced the output'

export function lacksOutput(outcome: Outcome): boolean {
  return reasonOf(outcome).startsWith(MISSING_OUTPUT)
}
