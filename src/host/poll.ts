import type { Outcome } from '../model/outcome.ts'

const FIRST_WAIT_MS = 15
const LONGEST_WAIT_MS = 1000
const GROWTH = 1.5

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
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * GROWTH, LONGEST_WAIT_MS)) {
    const left = timeoutMs - (performance.now() - started)
    const outcome = await attempt(Math.max(left, 1))
    const durationMs = performance.now() - started
    if (outcome.kind !== 'failed') return { ...outcome, ...(outcome.kind === 'unknown' ? {} : { durationMs }) }
    if (durationMs + wait >= timeoutMs)
      return { kind: 'timed-out', durationMs, reason: `still not so after ${Math.round(durationMs / 100) / 10} s: ${outcome.reason}` }
    waiting(outcome.reason)
    await pause(wait)
  }
}
