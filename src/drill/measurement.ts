/**
 * What an outage cost, computed from what a customer saw. Pure: no clock, no files.
 *
 * Definitions
 * - An attempt is a customer's write: acknowledged, failed (it certainly did not happen) or indeterminate (not known).
 * - Attempts are looked at in the order in which they were sent. Times are wall-clock milliseconds.
 * - The outage begins with the first attempt that was not acknowledged and that ended at or after the fault. It begins
 *   when that attempt was sent, but not before the fault: the customer was waiting since then.
 * - An acknowledged write is lost when it is not among the orders found afterwards.
 * - Success is sustained by a run of attempts, each sent after the one before, every one acknowledged and none lost, that
 *   is at least 50 orders long or whose first and last acknowledgement lie at least 1 s apart.
 * - The service is restored at the acknowledgement of the first order of the first such run that begins after the
 *   outage began. When the orders could not be listed at the end, it is the first order of the run that the canary had
 *   read back.
 * - RTO is from the beginning of the outage to the restoration.
 * - RPO is 0 when no acknowledged write was lost; otherwise the time from the last acknowledged write that survived,
 *   before the fault or before the first loss if that is later, to the fault or to the last loss if that is later.
 * - What was not measured is null, never 0.
 */

/** One line of the canary's ledger (src/lab/ledger.ts). */
export type LedgerRecord =
  | {
      type: 'attempt'
      n: number
      id: string
      sentAt: number
      doneAt: number
      outcome: 'acknowledged' | 'failed' | 'indeterminate'
      reason?: string | undefined
    }
  | { type: 'verified'; n: number; id: string; at: number }
type Attempt = Extract<LedgerRecord, { type: 'attempt' }>

export const SUSTAINED_ORDERS = 50
export const SUSTAINED_MS = 1000
const RATE_WINDOW_MS = 10_000
/** Over less than this a rate says nothing. */
const RATE_WINDOW_LEAST_MS = 500
const EXAMPLES = 20

export type Measurement = {
  acknowledged: number
  failed: number
  indeterminate: number
  /** Acknowledged writes that were found afterwards; survived + lost = acknowledged. */
  survived: number | null
  lost: number | null
  /** The first 20 of them, in the order they were sent. */
  lostIds: string[]
  /** Indeterminate writes that were found: they had happened after all. */
  recovered: number | null
  firstFailureAt: number | null
  restoredAt: number | null
  rtoMs: number | null
  rpoMs: number | null
  lastSurvivingAckAt: number | null
  writesPerSecondBefore: number | null
  /** Attempts sent after the restoration that were not acknowledged: success was sustained, but not for ever. */
  unacknowledgedAfterRestoration: number | null
}

/** `found` is undefined when the orders could not be listed afterwards. */
export function measure(
  records: LedgerRecord[],
  faultAt: number,
  found: Set<string> | undefined,
): Measurement {
  const attempts = records.filter((record) => record.type === 'attempt').sort((a, b) => a.n - b.n)
  const acknowledged = attempts.filter(({ outcome }) => outcome === 'acknowledged')
  const indeterminate = attempts.filter(({ outcome }) => outcome === 'indeterminate')
  const lost = found === undefined ? undefined : acknowledged.filter(({ id }) => !found.has(id))

  // What was read back during the outage may have been lost since: at the end only what is found counts.
  const lasted = found ?? readBack(records)
  const firstFailureAt = beginningOfOutage(attempts, faultAt)
  const holds = ({ outcome, id }: Attempt): boolean =>
    outcome === 'acknowledged' && (found === undefined || found.has(id))
  const restored = firstFailureAt === null ? undefined : restoration(attempts, faultAt, { holds, lasted })

  return {
    acknowledged: acknowledged.length,
    failed: attempts.length - acknowledged.length - indeterminate.length,
    indeterminate: indeterminate.length,
    survived: lost === undefined ? null : acknowledged.length - lost.length,
    lost: lost?.length ?? null,
    lostIds: (lost ?? []).slice(0, EXAMPLES).map(({ id }) => id),
    recovered: found === undefined ? null : indeterminate.filter(({ id }) => found.has(id)).length,
    firstFailureAt,
    restoredAt: restored?.doneAt ?? null,
    rtoMs: firstFailureAt === null || restored === undefined ? null : restored.doneAt - firstFailureAt,
    ...recoveryPoint(acknowledged, faultAt, lost),
    writesPerSecondBefore: rateBefore(attempts, faultAt),
    unacknowledgedAfterRestoration:
      restored === undefined
        ? null
        : attempts.filter(({ n, outcome }) => n > restored.n && outcome !== 'acknowledged').length,
  }
}

function isOutage({ outcome, doneAt }: Attempt, faultAt: number): boolean {
  return outcome !== 'acknowledged' && doneAt >= faultAt
}

function beginningOfOutage(attempts: Attempt[], faultAt: number): number | null {
  const sent = attempts
    .filter((attempt) => isOutage(attempt, faultAt))
    .map(({ sentAt }) => Math.max(sentAt, faultAt))
  return sent.length === 0 ? null : Math.min(...sent)
}

function readBack(records: LedgerRecord[]): Set<string> {
  return new Set(records.filter(({ type }) => type === 'verified').map(({ id }) => id))
}

type Lasting = { holds: (attempt: Attempt) => boolean; lasted: Set<string> }

/** The first order of the first sustained run after the outage began that was seen again. */
function restoration(attempts: Attempt[], faultAt: number, { holds, lasted }: Lasting): Attempt | undefined {
  const start = attempts.findIndex((attempt) => isOutage(attempt, faultAt))
  const began = Math.max(attempts[start]?.sentAt ?? 0, faultAt)
  let run: Attempt[] = []
  for (const attempt of attempts.slice(start)) {
    if (holds(attempt)) {
      // An order may be answered before the outage although an earlier one never was.
      if (attempt.doneAt >= began) run.push(attempt)
      continue
    }
    const restored = verifiedStart(run, lasted)
    if (restored !== undefined) return restored
    run = []
  }
  return verifiedStart(run, lasted)
}

function verifiedStart(run: Attempt[], lasted: Set<string>): Attempt | undefined {
  const times = run.map(({ doneAt }) => doneAt)
  const took = run.length < 2 ? 0 : (times.at(-1) ?? 0) - (times[0] ?? 0)
  if (run.length < SUSTAINED_ORDERS && took < SUSTAINED_MS) return undefined
  return run.find(({ id }) => lasted.has(id))
}

function recoveryPoint(
  acknowledged: Attempt[],
  faultAt: number,
  lost: Attempt[] | undefined,
): Pick<Measurement, 'rpoMs' | 'lastSurvivingAckAt'> {
  if (lost === undefined) return { rpoMs: null, lastSurvivingAckAt: null }
  const losses = lost.map(({ doneAt }) => doneAt).sort((a, b) => a - b)
  // A primary that came back takes orders after the fault, and may lose them too.
  const begins = Math.max(faultAt, losses[0] ?? faultAt)
  const ends = Math.max(faultAt, losses.at(-1) ?? faultAt)
  const gone = new Set(lost)
  const lastSurvivingAckAt = acknowledged
    .filter((attempt) => attempt.doneAt <= begins && !gone.has(attempt))
    .reduce<number | null>((last, { doneAt }) => Math.max(last ?? doneAt, doneAt), null)
  // Without a survivor to count from, or without a write before the fault, nothing was measured.
  if (lastSurvivingAckAt === null) return { rpoMs: null, lastSurvivingAckAt }
  return { rpoMs: lost.length > 0 ? ends - lastSurvivingAckAt : 0, lastSurvivingAckAt }
}

/** Acknowledged orders a second over the last 10 s before the fault, or since the first order if that is later. */
function rateBefore(attempts: Attempt[], faultAt: number): number | null {
  const since = Math.max(faultAt - RATE_WINDOW_MS, attempts[0]?.sentAt ?? faultAt)
  if (faultAt - since < RATE_WINDOW_LEAST_MS) return null
  const inWindow = attempts.filter(
    ({ outcome, doneAt }) => outcome === 'acknowledged' && doneAt > since && doneAt <= faultAt,
  )
  return (inWindow.length / (faultAt - since)) * 1000
}
