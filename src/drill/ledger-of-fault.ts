import type { Lab } from '../lab/index.ts'
import type { LedgerRecord } from './measurement.ts'

/** What customers saw, and what the ids of their orders begin with. */
export type Ledger = { records: LedgerRecord[]; prefix: string }

/** The ledger that is written at this moment; undefined when the canary does not say. */
export async function presentLedger(canary: Pick<Lab['canary'], 'status'>): Promise<string | undefined> {
  return await canary.status().then(
    ({ prefix }) => prefix,
    () => undefined,
  )
}

/** The ledger that the fault fell into. Another one would tell of other orders, and seem to have lost none. */
export async function ledgerOfFault(
  canary: Pick<Lab['canary'], 'ledger'>,
  faultAt: number,
  prefix: string | undefined,
): Promise<Ledger | { unknown: string }> {
  if (prefix === undefined)
    return { unknown: 'the journal does not name the ledger of the fault, and the canary does not answer' }
  try {
    const records = await canary.ledger(prefix)
    const unfit = uncovered(records, faultAt)
    return unfit === undefined ? { records, prefix } : { unknown: `the canary's ledger ${prefix} ${unfit}` }
  } catch (error) {
    return { unknown: `the canary's ledger ${prefix} cannot be read: ${messageOf(error)}` }
  }
}

/** Why these records do not tell what the fault did; undefined when they reach over it. */
function uncovered(records: LedgerRecord[], faultAt: number): string | undefined {
  const attempts = records.filter((record) => record.type === 'attempt')
  if (attempts.length === 0) return 'holds no order'
  // They stand in the order in which they ended: with one that ended later, all that ended before the fault are here.
  if (attempts.every(({ sentAt }) => sentAt > faultAt)) return 'begins after the fault'
  if (attempts.every(({ doneAt }) => doneAt < faultAt)) return 'ends before the fault'
  return undefined
}

/** Of a request that failed, the cause says why. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? messageOf(error.cause) : error.message
}
