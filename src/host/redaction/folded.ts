import { BACKSLASH, BLANK, CR, ESCAPED, LF, QUOTE, SPACE } from './automaton.ts'
import type { Automaton } from './automaton.ts'

/** Shorter patterns are not looked for over line breaks: unrelated words would make one. */
export const LEAST_FOLDED = 8
/** No line but the first and the last of what is folded is shorter: a column of letters or digits is none. */
const LEAST_LINE = 4
/** So many bytes before a break may be the end of any line: they do not wait for the next one, and stay when it goes on there. */
const LEAST_WAITING = 4
/** A break, with what indents and quotes the next line, is no longer than this. */
const MOST_BREAK = 128

const PLUS = 43
const N = 110
const R = 114

type Break = { from: number; to: number }
const NONE: Break = { from: 0, to: 0 }

/**
 * The text read a second time, without its line breaks: encoded and long values are often folded, also indented, in JSON and as quoted
 * lines. It is live from a break inside what may be a secret, for as long as that may go on; numbers are places in the whole stream.
 */
export class FoldedReading {
  readonly #automaton: Automaton
  state = 0
  /** The last break, and those before it. */
  #from = 0
  #to = 0
  #earlier: Break[] = []
  #isInBreak = false
  #hasLineEnd = false
  /** The last bytes of the break. */
  #last = 0
  #beforeLast = 0
  /** What lies before was let through. */
  #shown = 0

  constructor(automaton: Automaton) {
    this.#automaton = automaton
  }

  isLive(): boolean {
    return this.state !== 0
  }

  isInText(): boolean {
    return this.state !== 0 && !this.#isInBreak
  }

  stop(): void {
    this.state = 0
    if (this.#earlier.length > 0) this.#earlier = []
  }

  /** At the first byte of a break after a state of the plain reading. */
  begin(state: number, byte: number, place: number): void {
    this.stop()
    this.state = state
    this.#shown = 0
    this.#beginBreak(byte, place)
  }

  /** A byte, and the state of the plain reading before it. */
  read(byte: number, place: number, plain: number): void {
    const { depth, step, continues, foldsAt } = this.#automaton
    if (this.#isInBreak && this.#goesOn(byte)) return this.#passOver(byte, place)
    if (this.#isInBreak && !this.#leaveBreak(byte)) return this.stop()
    if (foldsAt(this.state, byte) && !continues(this.state, byte)) {
      if (place - this.#to >= LEAST_LINE) return this.#breakAgain(byte, place)
      return foldsAt(plain, byte) ? this.begin(plain, byte, place) : this.stop()
    }
    this.state = step(this.state, byte)
    // What began after the break is found by the plain reading.
    if (!this.spans(place + 1, depth[this.state] ?? 0)) this.stop()
  }

  /** Whether the last `length` bytes of a pattern that ends at `end` are broken. */
  spans(end: number, length: number): boolean {
    return length > end - this.#to
  }

  /** Where the last `length` bytes of a pattern that ends at `end` began, breaks counted in, without what was let through. */
  startOf(end: number, length: number): number {
    let start = end - length
    if (this.#to > start) start -= this.#to - this.#from
    for (let index = this.#earlier.length - 1; index >= 0; index -= 1) {
      const { from, to } = this.#earlier[index] ?? NONE
      if (to <= start) break
      start -= to - from
    }
    return Math.max(start, this.#shown)
  }

  pendingFrom(end: number): number {
    return this.state === 0 ? end : this.startOf(end, this.#automaton.pending[this.state] ?? 0)
  }

  /** What ended before this place is never asked about again. */
  forget(place: number): void {
    if (this.#earlier.length > 0) this.#earlier = this.#earlier.filter(({ to }) => to > place)
  }

  #breakAgain(byte: number, place: number): void {
    this.#earlier.push({ from: this.#from, to: this.#to })
    this.#beginBreak(byte, place)
  }

  #beginBreak(byte: number, place: number): void {
    this.#from = place
    this.#isInBreak = true
    this.#hasLineEnd = false
    this.#last = 0
    this.#passOver(byte, place)
  }

  #isEscaped(): boolean {
    return this.#last === BACKSLASH
  }

  /** Whether a break goes on with this byte. */
  #goesOn(byte: number): boolean {
    if (this.#isEscaped()) return ESCAPED[byte] === 1
    if (BLANK[byte] === 1 || byte === BACKSLASH) return true
    // `'first\\n' +` and on the next line `'second'`: else a plus is a digit of base64.
    if (byte === PLUS && this.#last === SPACE && QUOTE[this.#beforeLast] === 1) return true
    return QUOTE[byte] === 1 && !this.#automaton.continues(this.state, byte)
  }

  #passOver(byte: number, place: number): void {
    this.#hasLineEnd ||= byte === LF || byte === CR || (this.#isEscaped() && (byte === N || byte === R))
    this.#beforeLast = this.#last
    this.#last = byte
    this.#to = place + 1
    if (place - this.#from >= MOST_BREAK) this.stop()
    else if ((this.#automaton.pending[this.state] ?? 0) < LEAST_WAITING) this.#shown = place + 1
  }

  /** Before the first byte after a break. False: it was none. */
  #leaveBreak(byte: number): boolean {
    this.#isInBreak = false
    if (!this.#hasLineEnd) return false
    const { step, continues } = this.#automaton
    const isEscaped = this.#isEscaped()
    if (!isEscaped && continues(this.state, byte)) return true
    // The last byte of the break may be the pattern's: a backslash, or the space that a line was broken at.
    const own = isEscaped ? BACKSLASH : SPACE
    const after = continues(this.state, own) ? step(this.state, own) : 0
    if (after === 0 || !continues(after, byte)) return !isEscaped
    this.state = after
    this.#to -= 1
    return true
  }
}
