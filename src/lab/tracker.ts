import { z } from 'zod'
import type { Attempt } from './ledger.ts'
import { outcome } from './answer.ts'

/** Sustained success, here as in src/drill/measurement.ts: so many orders in a row, or as many as took this long. */
export const SUSTAINED_ORDERS = 50
export const SUSTAINED_MS = 1000
/** A rate is reached when this part of the asked-for orders was acknowledged within the last second. */
const RATE_REACHED = 0.9
const REMEMBERED = 8192

export const canaryStatus = z.strictObject({
  state: z.enum(['idle', 'writing', 'stopped']),
  /** Why it stopped. */
  reason: z.string().optional(),
  ledger: z.string().optional(),
  /** What the ids of this ledger's orders begin with. */
  prefix: z.string().optional(),
  /** How far its clock, which this ledger's times are of, is ahead of the monotonic one; in milliseconds. */
  clock: z.number().optional(),
  startedAt: z.number().optional(),
  writesPerSecond: z.number(),
  acknowledgedLastSecond: z.int(),
  inFlight: z.int(),
  acknowledged: z.int(),
  failed: z.int(),
  indeterminate: z.int(),
  verified: z.int(),
  consecutiveAcknowledged: z.int(),
  lastOutcome: outcome.optional(),
  lastReason: z.string().optional(),
  firstFailureAt: z.number().optional(),
  lastFailureAt: z.number().optional(),
})
export type CanaryStatus = z.infer<typeof canaryStatus>

/** What can be waited for. `after` is wall-clock milliseconds: earlier failures are of no interest. */
export const condition = z.discriminatedUnion('until', [
  z.object({ until: z.literal('steady'), seconds: z.coerce.number().min(0) }),
  z.object({ until: z.literal('failure'), after: z.coerce.number() }),
  z.object({ until: z.literal('recovered'), after: z.coerce.number() }),
])
export type Condition = z.infer<typeof condition>

/** Counts what became of the orders of one ledger, in memory that does not grow. */
export class Tracker {
  readonly #writesPerSecond: number
  readonly #startedAt: number
  readonly #counts = { acknowledged: 0, failed: 0, indeterminate: 0, verified: 0, consecutiveAcknowledged: 0 }
  readonly #open = new Set<number>()
  readonly #sentAt = new Float64Array(REMEMBERED)
  /** When the orders of the last second were acknowledged. */
  readonly #recent: number[] = []
  #last: Attempt | undefined
  #firstFailureAt: number | undefined
  #lastFailureAt: number | undefined
  #lastSent = 0
  #lastFailed = 0
  #lastVerified = 0

  constructor(writesPerSecond: number, startedAt: number) {
    this.#writesPerSecond = writesPerSecond
    this.#startedAt = startedAt
  }

  sent(n: number, at: number): void {
    this.#lastSent = n
    this.#open.add(n)
    this.#sentAt[n % REMEMBERED] = at
  }

  done(attempt: Attempt): void {
    this.#last = attempt
    this.#open.delete(attempt.n)
    this.#counts[attempt.outcome] += 1
    if (attempt.outcome === 'acknowledged') {
      this.#counts.consecutiveAcknowledged += 1
      this.#recent.push(attempt.doneAt)
      this.#forgetOld(attempt.doneAt)
      return
    }
    this.#counts.consecutiveAcknowledged = 0
    this.#firstFailureAt ??= attempt.doneAt
    this.#lastFailureAt = attempt.doneAt
    this.#lastFailed = Math.max(this.#lastFailed, attempt.n)
  }

  verified(n: number): void {
    this.#counts.verified += 1
    this.#lastVerified = Math.max(this.#lastVerified, n)
  }

  /** True from a failure until success is sustained and read back: orders are worth reading back. */
  suspicious(): boolean {
    return this.#lastFailureAt !== undefined && !this.#sustained()
  }

  holds(condition: Condition, now: number): boolean {
    if (condition.until === 'steady') return this.#steady(condition.seconds, now)
    const failed = (this.#lastFailureAt ?? -Infinity) >= condition.after
    return failed && (condition.until === 'failure' || this.#sustained())
  }

  status(now: number): Omit<CanaryStatus, 'state' | 'reason' | 'ledger' | 'prefix' | 'clock'> {
    this.#forgetOld(now)
    return {
      startedAt: this.#startedAt,
      writesPerSecond: this.#writesPerSecond,
      acknowledgedLastSecond: this.#recent.length,
      inFlight: this.#open.size,
      ...this.#counts,
      lastOutcome: this.#last?.outcome,
      lastReason: this.#last?.reason,
      firstFailureAt: this.#firstFailureAt,
      lastFailureAt: this.#lastFailureAt,
    }
  }

  #forgetOld(now: number): void {
    while (this.#recent[0] !== undefined && this.#recent[0] <= now - 1000) this.#recent.shift()
  }

  #steady(seconds: number, now: number): boolean {
    this.#forgetOld(now)
    const quietSince = Math.max(this.#startedAt, this.#lastFailureAt ?? 0)
    return now - quietSince >= seconds * 1000 && this.#recent.length >= this.#writesPerSecond * RATE_REACHED
  }

  /** Of the orders sent after the last failure, those up to the first that is still open: all acknowledged. */
  #sustained(): boolean {
    const [oldestOpen = this.#lastSent + 1] = this.#open
    const end = oldestOpen - 1
    const first = this.#lastFailed + 1
    const lasted = (this.#sentAt[end % REMEMBERED] ?? 0) - (this.#sentAt[first % REMEMBERED] ?? 0)
    const longEnough = end - first + 1 >= SUSTAINED_ORDERS || (end > first && lasted >= SUSTAINED_MS)
    return longEnough && this.#lastVerified >= first
  }
}
