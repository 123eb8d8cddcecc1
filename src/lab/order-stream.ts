import { Agent } from 'node:http'
import { labTime, setClock } from './clock.ts'
import { placeOrder, readOrder } from './customer.ts'
import { ledgerFile, openLedger, type LedgerWriter } from './ledger.ts'
import { Tracker, type CanaryStatus, type Condition } from './tracker.ts'

const MAX_IN_FLIGHT = 256
const TICK_MS = 5
/** A stalled process does not make up for more than this, or it would flood the edge when it wakes up. */
const MAX_CATCH_UP_MS = 1000
const SHUTDOWN_MS = 2500

/** One ledger and the orders that belong to it, also those still under way when the next ledger begins. */
type Book = {
  file: string
  prefix: string
  writer: LedgerWriter
  tracker: Tracker
  /** How far the wall clock was ahead of the monotonic one when it began. */
  clock: number
  clockStart: number
  next: number
}

export type OrderStream = {
  status: () => CanaryStatus
  /** False for ever once the stream stopped, since nothing will change any more. */
  holds: (condition: Condition) => boolean
  stopped: () => boolean
  /** Begins a new ledger, and with the first one the writing. */
  restart: () => Promise<void>
  flush: () => Promise<void>
  close: () => Promise<void>
}

/** Orders at a fixed rate, whatever becomes of the earlier ones; each attempt is one line of the ledger. */
export function createOrderStream(config: {
  edgePort: number
  ledgerFolder: string
  writesPerSecond: number
}): OrderStream {
  const { edgePort, writesPerSecond } = config
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_IN_FLIGHT })
  const inFlight = new Set<Promise<void>>()
  let book: Book | undefined
  let stopReason: string | undefined

  const stop = (reason: string): void => {
    stopReason ??= reason
    process.stderr.write(`the canary stopped: ${reason}\n`)
  }
  const launch = (current: Book, n: number): void => {
    const busy = inFlight.size >= MAX_IN_FLIGHT
    const work: Promise<void> = attempt(current, n, busy, agent, edgePort).catch((error: unknown) =>
      stop(String(error)),
    )
    inFlight.add(work)
    void work.finally(() => inFlight.delete(work))
  }
  const pace = setInterval(() => {
    if (book !== undefined && stopReason === undefined) placeDue(book, writesPerSecond, launch)
  }, TICK_MS)

  return {
    status: () => describe(book, stopReason, writesPerSecond),
    holds: (condition) => stopReason === undefined && book?.tracker.holds(condition, labTime()) === true,
    stopped: () => stopReason !== undefined,
    async restart() {
      const earlier = book
      book = await newBook(config, stop)
      stopReason = undefined
      await earlier?.writer.flush().catch(() => undefined)
    },
    flush: async () => book?.writer.flush(),
    async close() {
      clearInterval(pace)
      // Orders under way belong into the ledger, unless they take longer than any of them may.
      await Promise.race([
        Promise.all(inFlight),
        new Promise((resolve) => setTimeout(resolve, SHUTDOWN_MS).unref()),
      ])
      await book?.writer.close()
      agent.destroy()
    },
  }
}

async function newBook(
  { ledgerFolder, writesPerSecond }: { ledgerFolder: string; writesPerSecond: number },
  stop: (reason: string) => void,
): Promise<Book> {
  const clock = setClock()
  const prefix = `${Math.round(labTime()).toString(36)}-`
  const file = ledgerFile(ledgerFolder, prefix)
  const writer = await openLedger(file, (error) =>
    stop(`the ledger ${file} cannot be written: ${error.message}`),
  )
  const startedAt = labTime()
  return {
    file,
    prefix,
    writer,
    tracker: new Tracker(writesPerSecond, startedAt),
    clock,
    clockStart: startedAt,
    next: 1,
  }
}

/** Open loop: what is due by the clock is sent, however slow the answers are. */
function placeDue(book: Book, writesPerSecond: number, launch: (book: Book, n: number) => void): void {
  const due = Math.floor(((labTime() - book.clockStart) / 1000) * writesPerSecond)
  const behind = due - (book.next - 1)
  if (behind > Math.max(1, (writesPerSecond * MAX_CATCH_UP_MS) / 1000)) {
    book.clockStart += (behind / writesPerSecond) * 1000
    return
  }
  for (; book.next <= due; book.next += 1) launch(book, book.next)
}

async function attempt(book: Book, n: number, busy: boolean, agent: Agent, edgePort: number): Promise<void> {
  const id = `${book.prefix}${String(n).padStart(9, '0')}`
  const sentAt = labTime()
  book.tracker.sent(n, sentAt)
  const answer = busy
    ? ({ outcome: 'failed', reason: `not sent: ${MAX_IN_FLIGHT} orders are still waiting` } as const)
    : await placeOrder(agent, edgePort, { id, item: 'canary', quantity: 1 })
  const record = { type: 'attempt', n, id, sentAt, doneAt: labTime(), ...answer } as const
  book.writer.append(record)
  book.tracker.done(record)
  if (answer.outcome === 'acknowledged' && book.tracker.suspicious())
    await verify(book, n, id, agent, edgePort)
}

/** After an outage an acknowledgement alone is not trusted: the order is read back. */
async function verify(book: Book, n: number, id: string, agent: Agent, edgePort: number): Promise<void> {
  if (!(await readOrder(agent, edgePort, id))) return
  book.writer.append({ type: 'verified', n, id, at: labTime() })
  book.tracker.verified(n)
}

function describe(
  book: Book | undefined,
  stopReason: string | undefined,
  writesPerSecond: number,
): CanaryStatus {
  const now = labTime()
  if (book === undefined) return { state: 'idle', ...new Tracker(writesPerSecond, now).status(now) }
  const { file: ledger, prefix, clock, tracker } = book
  const base = { ledger, prefix, clock, ...tracker.status(now) }
  return stopReason === undefined
    ? { state: 'writing', ...base }
    : { state: 'stopped', reason: stopReason, ...base }
}
