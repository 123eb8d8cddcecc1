import type { Outcome } from '../model/outcome.ts'

const SHORTEST_WAIT_MS = 5
const LONGEST_WAIT_MS = 1000
/** The wait grows with the time already spent, so that what comes soon is noticed soon and what takes long is not pestered. */
const SHARE_OF_ELAPSED = 0.1

/** Resolves after `ms`, or as soon as `signal` says so. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/**
 * Tries until it holds or the time is over, soon at first and then less often. Each failed try is reported with its reason; running
 * out of time gives the last one.
 */
export async function poll(
  attempt: (leftMs: number) => Promise<Outcome>,
  timeoutMs: number,
  waiting: (reason: string) => void,
): Promise<Outcome> {
  const started = performance.now()
  for (;;) {
    const left = timeoutMs - (performance.now() - started)
    const outcome = await attempt(Math.max(left, 1))
    const durationMs = performance.now() - started
    if (outcome.kind !== 'failed')
      return { ...outcome, ...(outcome.kind === 'unknown' ? {} : { durationMs }) }
    const wait = Math.min(Math.max(durationMs * SHARE_OF_ELAPSED, SHORTEST_WAIT_MS), LONGEST_WAIT_MS)
    if (durationMs + wait >= timeoutMs)
      return {
        kind: 'timed-out',
        durationMs,
        reason: `still not so after ${Math.round(durationMs / 100) / 10} s: ${outcome.reason}`,
      }
    waiting(outcome.reason)
    await pause(wait)
  }
}
