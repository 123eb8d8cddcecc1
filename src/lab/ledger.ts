import { createReadStream, createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { outcome } from './answer.ts'
import { parseJson } from './state.ts'

const milliseconds = z.number().describe('Wall-clock milliseconds since 1970, from a monotonic source.')

/** One line of the canary's ledger: a customer's attempt and what became of it, or an order that was read back. */
export const ledgerRecord = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('attempt'),
    n: z.int().min(1).describe('Order of sending.'),
    id: z.string(),
    sentAt: milliseconds,
    doneAt: milliseconds,
    outcome,
    reason: z.string().optional(),
  }),
  z.strictObject({ type: z.literal('verified'), n: z.int(), id: z.string(), at: milliseconds }),
])
export type LedgerRecord = z.infer<typeof ledgerRecord>
export type Attempt = Extract<LedgerRecord, { type: 'attempt' }>

export type LedgerWriter = {
  append: (record: LedgerRecord) => void
  /** Resolves when everything appended so far is in the file. */
  flush: () => Promise<void>
  close: () => Promise<void>
}

/** A ledger is named by what the ids of its orders begin with. */
export function ledgerFile(folder: string, prefix: string): string {
  return join(folder, `${prefix}orders.ndjson`)
}

/** An append-only file; `onFailure` is told once when it cannot be written any more. */
export async function openLedger(file: string, onFailure: (error: Error) => void): Promise<LedgerWriter> {
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 })
  await once(stream, 'open')
  // Every later write fails too; only the first failure says why.
  stream.once('error', onFailure).on('error', () => undefined)
  const flush = async (): Promise<void> =>
    new Promise((resolve, reject) => {
      stream.write('', (error) => (error === null || error === undefined ? resolve() : reject(error)))
    })
  return {
    append: (record) => void stream.write(`${JSON.stringify(record)}\n`),
    flush,
    async close() {
      if (stream.destroyed) return
      await flush()
      await new Promise<void>((resolve) => stream.end(resolve))
    },
  }
}

/** Every record of a ledger. A torn last line, which a killed canary leaves, is not a record. */
export async function readLedger(file: string): Promise<LedgerRecord[]> {
  const records: LedgerRecord[] = []
  let torn: string | undefined
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (torn !== undefined)
      throw new Error(`${file}: line ${records.length + 1} is not a ledger record: ${torn}`)
    const parsed = ledgerRecord.safeParse(parseJson(line))
    if (parsed.success) records.push(parsed.data)
    else torn = line
  }
  return records
}
