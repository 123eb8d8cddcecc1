import type { Lab } from '../lab/index.ts'

/** Whether customers are served at this moment, in the words of the canary's last second. */
export async function servedNow(canary: Pick<Lab['canary'], 'status'>): Promise<string> {
  const seen = await canary.status().catch(() => undefined)
  if (seen?.state !== 'writing')
    return 'Whether customers are served is not known: the canary places no orders.'
  const { lastOutcome, lastReason, acknowledgedLastSecond: served } = seen
  if (lastOutcome === 'acknowledged' && served > 0)
    return `Customers are served: ${served} orders were acknowledged within the last second.`
  // One that is still waiting for its answer has no outcome yet.
  if (lastOutcome === undefined || lastOutcome === 'acknowledged')
    return 'Customers are NOT served: no order was answered within the last second.'
  return `Customers are NOT served: the last order ${lastOutcome === 'failed' ? 'failed' : 'was not acknowledged'}${lastReason === undefined ? '' : ` (${lastReason})`}.`
}
