import { z } from 'zod'
import { OperatorError } from '../model/problem.ts'
import { idPage } from './answer.ts'
import { followClock } from './clock.ts'
import { getJson } from './http.ts'
import { ledgerFile, readLedger, type LedgerRecord } from './ledger.ts'
import { canaryStatus, type CanaryStatus, type Condition } from './tracker.ts'

const waitAnswer = z.object({ met: z.boolean(), status: canaryStatus })

type Addresses = { canary: { port: number }; edge: { port: number } }

export type Patience = { timeoutMs: number; signal?: AbortSignal }

export type Canary = {
  status: () => Promise<CanaryStatus>
  /** The asked-for rate was reached and nothing failed for `seconds` (default 1). */
  waitUntilSteady: (patience: Patience & { seconds?: number }) => Promise<CanaryStatus>
  /** An order that was not acknowledged was noticed at or after `after`. */
  waitUntilFailure: (patience: Patience & { after: number }) => Promise<CanaryStatus>
  /** After such a failure: sustained success, read back. */
  waitUntilRecovered: (patience: Patience & { after: number }) => Promise<CanaryStatus>
  /** Everything recorded so far in the ledger of this prefix, also when the canary is dead; by default in the present one. */
  ledger: (prefix?: string) => Promise<LedgerRecord[]>
  /** The ids of that ledger's orders that can be read through the edge now. */
  foundIds: (prefix?: string) => Promise<Set<string>>
  /** A new ledger for a new drill; orders under way are still recorded in the old one. From here on both go by one clock. */
  restartLedger: () => Promise<CanaryStatus>
}

export function canaryControl(state: Addresses, ledgerFolder: string): Canary {
  const address = `http://127.0.0.1:${state.canary.port}`
  const status = async (): Promise<CanaryStatus> => getJson(`${address}/status`, canaryStatus)
  const wait = async (wanted: Condition, patience: Patience): Promise<CanaryStatus> => {
    const query = new URLSearchParams(Object.entries(wanted).map(([name, value]) => [name, String(value)]))
    const answer = await getJson(`${address}/wait?${query}`, waitAnswer, patience).catch((error: unknown) => {
      patience.signal?.throwIfAborted()
      throw notMet(wanted, patience, error)
    })
    if (!answer.met) throw notMet(wanted, patience, answer.status.reason)
    return answer.status
  }
  return {
    status,
    waitUntilSteady: async (patience) => wait({ until: 'steady', seconds: patience.seconds ?? 1 }, patience),
    waitUntilFailure: async (patience) => wait({ until: 'failure', after: patience.after }, patience),
    waitUntilRecovered: async (patience) => wait({ until: 'recovered', after: patience.after }, patience),
    async ledger(wanted) {
      const flushed = getJson(`${address}/flush`, canaryStatus, { method: 'POST' })
      // One that is named is in its file, as far as it got, also when the canary is dead or its disk is full.
      const prefix = await flushed.then(
        (present) => wanted ?? present.prefix,
        (error: unknown) => {
          if (wanted === undefined) throw error
          return wanted
        },
      )
      return prefix === undefined ? [] : readLedger(ledgerFile(ledgerFolder, prefix))
    },
    async foundIds(wanted) {
      return idsThroughEdge(state, wanted ?? (await status()).prefix ?? '')
    },
    async restartLedger() {
      const restarted = await getJson(`${address}/ledger`, canaryStatus, { method: 'POST' })
      if (restarted.clock !== undefined) followClock(restarted.clock)
      return restarted
    },
  }
}

function notMet(wanted: Condition, patience: Patience, cause: unknown): OperatorError {
  const expected = {
    steady: 'the canary did not reach a steady state',
    failure: 'the canary noticed no failure',
    recovered: 'the canary did not see the service recover',
  }[wanted.until]
  const timedOut = cause instanceof Error && cause.name === 'TimeoutError'
  const reason = timedOut
    ? ` within ${patience.timeoutMs / 1000} s`
    : `: ${cause instanceof Error ? cause.message : String(cause)}`
  return new OperatorError('failed', {
    message: `${expected}${reason}`,
    hint: 'npm run lab -- status shows which part does not answer.',
  })
}

async function idsThroughEdge(state: Addresses, prefix: string): Promise<Set<string>> {
  const found = new Set<string>()
  let after: string | undefined = prefix
  while (after !== undefined) {
    const url = `http://127.0.0.1:${state.edge.port}/orders?ids_after=${encodeURIComponent(after)}`
    const page: z.infer<typeof idPage> = await getJson(url, idPage)
    for (const id of page.ids) if (id.startsWith(prefix)) found.add(id)
    after = page.ids.at(-1)?.startsWith(prefix) === true ? page.next : undefined
  }
  return found
}
