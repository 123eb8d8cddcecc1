import { START, TABLE_STATES } from './automaton.ts'
import type { Automaton } from './automaton.ts'
import { FoldedReading, LEAST_FOLDED } from './folded.ts'
import { MOST_UNDECIDED } from './shapes.ts'
import type { Class, Shape } from './shapes.ts'

export const PLACEHOLDER = '[redacted]'

/** What all streams of a redactor share: the automaton, and what each of its anchors begins. */
export type Knowledge = {
  automaton: Automaton
  anchors: readonly { shape: Shape; shapeNumber: number }[]
}

/** Bytes that are not let through, by their place in the whole stream. */
type Range = { from: number; to: number }
type Undecided = { shape: Shape; shapeNumber: number; body: number }

/**
 * Lets bytes through, secrets replaced. What may be the beginning of one is held back, and nothing else; no byte is lost or moved. The
 * result does not depend on how the bytes were cut into chunks. Numbers are places in the whole stream unless named `index`.
 */
export class RedactingStream {
  readonly #knowledge: Knowledge
  /** Held back, beginning at #base. What lies before #through is decided: it is kept for what began in it. */
  #held = Buffer.alloc(0)
  #base = 0
  #through = 0
  /** Where the last placeholder's text ended: what touches it is part of it. */
  #hidden = -1
  #state = START
  /** The same text read without its line breaks. */
  readonly #folded: FoldedReading
  /** Not yet let through, sorted, none touching another. */
  #ranges: Range[] = []
  #undecided: Undecided[] = []
  /** Tokens that the last chunk ended in: what they go on with. */
  #open = new Map<number, Class>()
  /** Up to where each shape has been judged; an anchor before that is part of what was judged. */
  readonly #judged = new Map<number, number>()

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge
    this.#folded = new FoldedReading(knowledge.automaton)
  }

  push(chunk: Buffer): Buffer {
    const data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const fresh = this.#held.length
    this.#extendOpen(data, fresh)
    for (const candidate of this.#undecided.splice(0)) this.#judge(candidate, data, false)
    this.#scan(data, fresh)
    const end = this.#base + data.length
    const pending = end - (this.#knowledge.automaton.pending[this.#state] ?? 0)
    const bodies = this.#undecided.map(({ body }) => body)
    return this.#letThrough(data, Math.min(pending, this.#folded.pendingFrom(end), ...bodies))
  }

  /** What is still held back; the stream can be used for something new afterwards. */
  end(): Buffer {
    const data = this.#held
    for (const candidate of this.#undecided.splice(0)) this.#judge(candidate, data, true)
    this.#state = START
    this.#folded.stop()
    this.#open.clear()
    const rest = this.#letThrough(data, this.#base + data.length)
    this.#hidden = -1
    return rest
  }

  #scan(data: Buffer, from: number): void {
    let index = from
    while (index < data.length)
      index = this.#folded.isLive() ? this.#scanTwice(data, index) : this.#scanOnce(data, index)
  }

  /** Up to where something may be folded; gives the place after it. */
  #scanOnce(data: Buffer, from: number): number {
    const { table, found, step, foldsAt } = this.#knowledge.automaton
    const { length } = data
    let state = this.#state
    for (let index = from; index < length; index += 1) {
      const byte = data[index] ?? 0
      const known = state < TABLE_STATES ? (table[(state << 8) | byte] ?? 0) : 0
      if (known > 0) {
        state = known
        continue
      }
      const before = state
      state = step(state, byte)
      if (found[state] === 1) this.#note(state, data, index + 1)
      if (!foldsAt(before, byte, data[index + 1])) continue
      this.#folded.begin(before, byte, this.#base + index)
      this.#state = state
      return index + 1
    }
    this.#state = state
    return length
  }

  /** For as long as something may go on after a fold: both readings. */
  #scanTwice(data: Buffer, from: number): number {
    const { found, step } = this.#knowledge.automaton
    const folded = this.#folded
    let index = from
    for (; index < data.length && folded.isLive(); index += 1) {
      const byte = data[index] ?? 0
      const before = this.#state
      this.#state = step(before, byte)
      if (found[this.#state] === 1) this.#note(this.#state, data, index + 1)
      folded.read(byte, this.#base + index, before)
      if (folded.isInText() && found[folded.state] === 1) this.#noteFolded(data, index + 1)
    }
    return index
  }

  #note(state: number, data: Buffer, endIndex: number): void {
    const { secret, anchor } = this.#knowledge.automaton
    const end = this.#base + endIndex
    const length = secret[state] ?? 0
    if (length > 0) this.#hide(end - length, end)
    this.#noteAnchor(anchor[state] ?? -1, data, end)
  }

  #noteFolded(data: Buffer, endIndex: number): void {
    const { secret, anchor } = this.#knowledge.automaton
    const end = this.#base + endIndex
    const length = secret[this.#folded.state] ?? 0
    if (length >= LEAST_FOLDED && this.#folded.spans(end, length))
      this.#hide(this.#folded.startOf(end, length), end)
    this.#noteAnchor(anchor[this.#folded.state] ?? -1, data, end)
  }

  #noteAnchor(anchor: number, data: Buffer, end: number): void {
    const known = this.#knowledge.anchors[anchor]
    if (!known) return
    const { shape, shapeNumber } = known
    const isJudged = end <= (this.#judged.get(shapeNumber) ?? 0)
    if (isJudged || this.#undecided.some((other) => other.shape === shape)) return
    this.#judge({ shape, shapeNumber, body: end }, data, false)
  }

  #judge(candidate: Undecided, data: Buffer, last: boolean): void {
    const { shape, shapeNumber, body } = candidate
    const most = body - this.#base + MOST_UNDECIDED
    const end = Math.min(data.length, most)
    const verdict = shape.judge(data, body - this.#base, end, last || end === most)
    if (verdict === 'more') this.#undecided.push(candidate)
    else if ('until' in verdict) this.#judged.set(shapeNumber, this.#base + verdict.until)
    else {
      const to = verdict.open ? this.#goOn(data, verdict.to, shapeNumber, shape.body) : verdict.to
      this.#judged.set(shapeNumber, this.#base + to)
      this.#hide(this.#base + verdict.from, this.#base + to)
    }
  }

  /** A token goes on for as long as its characters do, also in the next chunks. */
  #goOn(data: Buffer, from: number, shapeNumber: number, body: Class): number {
    const isBody = body()
    let index = from
    while (index < data.length && isBody[data[index] ?? 0] === 1) index += 1
    if (index === data.length) this.#open.set(shapeNumber, body)
    else this.#open.delete(shapeNumber)
    return index
  }

  #extendOpen(data: Buffer, fresh: number): void {
    for (const [shapeNumber, body] of this.#open) {
      const to = this.#goOn(data, fresh, shapeNumber, body)
      this.#judged.set(shapeNumber, this.#base + to)
      if (to > fresh) this.#hide(this.#base + fresh, this.#base + to)
    }
  }

  /** Notes a range; ranges that overlap or touch become one. */
  #hide(from: number, to: number): void {
    const ranges = this.#ranges
    const range = { from, to }
    let at = ranges.length
    while (at > 0 && (ranges[at - 1]?.to ?? 0) >= range.from) at -= 1
    let after = at
    while (after < ranges.length && (ranges[after]?.from ?? 0) <= range.to) after += 1
    for (const other of ranges.slice(at, after)) {
      range.from = Math.min(range.from, other.from)
      range.to = Math.max(range.to, other.to)
    }
    ranges.splice(at, after - at, range)
  }

  /** Everything before `safe`, secrets replaced; what follows stays held back. */
  #letThrough(data: Buffer, safe: number): Buffer {
    const parts: Buffer[] = []
    const base = this.#base
    let at = this.#through
    let done = 0
    for (const { from, to } of this.#ranges) {
      if (from >= safe) break
      if (from > at) parts.push(data.subarray(at - base, from - base))
      if (from > this.#hidden) parts.push(Buffer.from(PLACEHOLDER))
      this.#hidden = Math.max(this.#hidden, to)
      at = Math.max(at, to)
      done += 1
    }
    this.#ranges.splice(0, done)
    if (safe > at) parts.push(data.subarray(at - base, safe - base))
    this.#through = Math.max(at, safe)
    // A copy of a few bytes: a reference would keep the whole chunk.
    this.#held = Buffer.from(data.subarray(safe - base))
    this.#base = safe
    this.#folded.forget(safe)
    const [only] = parts
    return parts.length === 1 && only ? only : Buffer.concat(parts)
  }
}
