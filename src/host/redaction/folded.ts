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
  /** The backslashes that the break begins with and can do without. */
  #spare = 0
  /** The last bytes of text, or those before the break: so many backslashes that may be the break's, and the state before them. */
  #doubtful = 0
  #beforeDoubtful = 0
  /** Where the pattern goes on either way: the state, and the break, when those backslashes are the break's. */
  #other = 0
  #otherFrom = 0
  #otherTo = 0
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
    this.#doubtful = 0
    this.#other = 0
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
    if (this.#other !== 0) this.#readOther(byte)
    if (foldsAt(this.state, byte) && !continues(this.state, byte)) {
      if (place - this.#to >= LEAST_LINE) return this.#breakAgain(byte, place)
      return foldsAt(plain, byte) ? this.begin(plain, byte, place) : this.stop()
    }
    const next = step(this.state, byte)
    // What began after the break is found by the plain reading.
    if (!this.spans(place + 1, depth[next] ?? 0)) return this.#goBack(byte, place)
    this.#doubt(byte, place, next)
    this.state = next
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

  /** Some encoding goes on with a backslash, but the next byte may show that a break began there. */
  #doubt(byte: number, place: number, next: number): void {
    const { pending } = this.#automaton
    const isWaiting = (pending[next] ?? 0) > (pending[this.state] ?? 0)
    if (byte !== BACKSLASH || !isWaiting || place - this.#doubtful - this.#to < LEAST_LINE) {
      this.#doubtful = 0
      return
    }
    if (this.#doubtful === 0) this.#beforeDoubtful = this.state
    this.#doubtful += 1
  }

  /** At a byte that no text goes on with: perhaps a break began with the backslashes before it. */
  #goBack(byte: number, place: number): void {
    if (this.#doubtful === 0 || ESCAPED[byte] !== 1) return this.stop()
    const from = place - this.#doubtful
    this.#doubtful = 0
    this.state = this.#beforeDoubtful
    this.#breakAgain(BACKSLASH, from)
    for (let at = from + 1; at < place; at += 1) this.#passOver(BACKSLASH, at)
    this.#passOver(byte, place)
  }

  /** Before a byte of text: goes over to the other state when only that goes on. */
  #readOther(byte: number): void {
    const { step, continues } = this.#automaton
    const isText = continues(this.state, byte)
    const next = continues(this.#other, byte) ? step(this.#other, byte) : 0
    if (next !== 0 && !isText) {
      this.state = this.#other
      this.#from = this.#otherFrom
      this.#to = this.#otherTo
    }
    // What waits must have begun at the same place in both.
    const isKept = isText && this.#waitsWhole(next) && this.#waitsWhole(step(this.state, byte))
    this.#other = isKept ? next : 0
  }

  #waitsWhole(state: number): boolean {
    const { depth, pending } = this.#automaton
    return state !== 0 && pending[state] === depth[state]
  }

  #beginBreak(byte: number, place: number): void {
    this.#other = 0
    this.#spare = 0
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
    this.#countSpare(byte, place)
    this.#beforeLast = this.#last
    this.#last = byte
    this.#to = place + 1
    if (place - this.#from >= MOST_BREAK) this.stop()
    else if ((this.#automaton.pending[this.state] ?? 0) < LEAST_WAITING) this.#shown = place + 1
  }

  #countSpare(byte: number, place: number): void {
    if (place - this.#from !== this.#spare) return
    if (byte === BACKSLASH) this.#spare += 1
    // The n of a line end needs the last one.
    else if (this.#spare > 0 && BLANK[byte] !== 1) this.#spare -= 1
  }

  /** Before the first byte after a break. False: it was none. */
  #leaveBreak(byte: number): boolean {
    this.#isInBreak = false
    const doubtful = this.#doubtful
    this.#doubtful = 0
    if (!this.#hasLineEnd) return false
    const to = this.#to
    const isEscaped = this.#isEscaped()
    if (!this.#fits(byte)) return this.#fitsFromElsewhere(byte, doubtful) || !isEscaped
    if (doubtful === 0 || isEscaped) return true
    this.#other = this.#beforeDoubtful
    this.#otherFrom = this.#from - doubtful
    this.#otherTo = to
    return true
  }

  /** Whether the pattern goes on with this byte after the break. */
  #fits(byte: number): boolean {
    const { step, continues } = this.#automaton
    const isEscaped = this.#isEscaped()
    if (!isEscaped && continues(this.state, byte)) return true
    // The last bytes of the break may be the pattern's: a backslash, or the spaces that a line was broken at.
    const own = isEscaped ? BACKSLASH : SPACE
    const most = isEscaped ? 1 : this.#to - this.#from
    let after = this.state
    for (let count = 1; count <= most && continues(after, own); count += 1) {
      after = step(after, own)
      if (!continues(after, byte)) continue
      this.state = after
      this.#to -= count
      return true
    }
    return false
  }

  /** Whether it does when other backslashes than those that were read as text are the pattern's. */
  #fitsFromElsewhere(byte: number, doubtful: number): boolean {
    const { step, continues } = this.#automaton
    const { state } = this
    if (doubtful > 0) this.state = this.#beforeDoubtful
    for (let own = 0; own <= doubtful + this.#spare; own += 1) {
      if (this.#fits(byte)) {
        this.#from += own - doubtful
        return true
      }
      if (!continues(this.state, BACKSLASH)) break
      this.state = step(this.state, BACKSLASH)
    }
    this.state = state
    return false
  }
}
