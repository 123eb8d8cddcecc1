import { printable } from '../model/printable.ts'
import type { Outcome } from '../model/outcome.ts'
import type { FenceJob } from '../runner/ports.ts'
import type { Redactor } from './redaction/index.ts'

/** A reason is for people: what is longer is cut. */
const LONGEST_REASON = 4000
/** Outputs are values, and every line of the journal is read again and again. */
const LONGEST_OUTPUTS = 1_000_000

/** A reason without secrets, not too long to be read. The secrets first: what is cut could not be told from other text. */
export function cleanReason(reason: string, redactor: Redactor): string {
  // Part of our own lines, whose colours a terminal obeys.
  const clean = printable(redactor.redactText(reason))
  return clean.length <= LONGEST_REASON
    ? clean
    : `${clean.slice(0, LONGEST_REASON)} … (${clean.length} characters)`
}

/**
 * An outcome as it may be written down. Later steps need outputs as they are, and the journal keeps them, so that one that holds
 * a secret is refused instead of being changed.
 */
export function cleanOutcome(outcome: Outcome, job: FenceJob, redactor: Redactor): Outcome {
  if (outcome.kind !== 'ok') return { ...outcome, reason: cleanReason(outcome.reason, redactor) }
  const { file, line } = job.fence.place
  const refuse = (why: string): Outcome => ({
    kind: 'failed',
    durationMs: outcome.durationMs,
    reason: `${why} (${file}:${line})`,
  })
  const values = Object.entries(outcome.outputs)
  if (values.reduce((sum, [, value]) => sum + String(value).length, 0) > LONGEST_OUTPUTS)
    return refuse(
      `the outputs are longer than ${LONGEST_OUTPUTS} characters: write them to a file, and its name as the output`,
    )
  const [secret] = values.find(([, value]) => redactor.holdsSecret(String(value))) ?? []
  if (secret === undefined) return outcome
  return refuse(
    `the output "${secret}" holds a secret, and outputs are kept in the journal: let later steps have it from an input of type secret, or from their target`,
  )
}
