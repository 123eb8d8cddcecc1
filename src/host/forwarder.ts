import { formatBytes } from './text.ts'
import { wholeLength, wholeStart } from './utf8.ts'

/** What of a fence's output reaches the screen at once … */
export const FORWARDED_AT_ONCE = 256 * 1024
/** … what is added to that with every second that passes: nobody reads more, and the recording keeps all of it … */
export const FORWARDED_PER_SECOND = 32 * 1024
/** … and of what does not reach it, the last this much: it may say why a fence failed. */
const SHOWN_OF_REST = 4 * 1024
const SECOND_MS = 1000

/**
 * Passes output on to the runner, so much a second. The rest is counted, and its end is shown. Nobody waits for the runner: a terminal
 * that stands still, or a runner that was suspended, may not hold up a recovery.
 */
export class Forwarder {
  readonly #log: string
  readonly #pass: (text: string) => void
  /** Whether the runner takes what it is sent. */
  readonly #isKeepingUp: () => boolean
  #left = FORWARDED_AT_ONCE
  #rest = 0
  #restEnd = Buffer.alloc(0)
  #second: NodeJS.Timeout | undefined

  constructor(log: string, pass: (text: string) => void, isKeepingUp: () => boolean) {
    this.#log = log
    this.#pass = pass
    this.#isKeepingUp = isKeepingUp
  }

  /** `chunk` ends with a whole character. */
  write(chunk: Buffer): void {
    this.#second ??= setTimeout(() => this.#nextSecond(), SECOND_MS)
    const mayPass = this.#rest === 0 && this.#isKeepingUp()
    const length = mayPass ? wholeLength(chunk.subarray(0, this.#left)) : 0
    if (length > 0) this.#pass(chunk.toString('utf8', 0, length))
    this.#left -= length
    if (length < chunk.length) this.#setAside(chunk.subarray(length))
  }

  end(): void {
    clearTimeout(this.#second)
    this.#showRest()
  }

  #nextSecond(): void {
    this.#second = undefined
    this.#left = Math.min(this.#left + FORWARDED_PER_SECOND, FORWARDED_AT_ONCE)
    if (this.#isKeepingUp()) this.#showRest()
    if (this.#rest > 0 || this.#left < FORWARDED_AT_ONCE)
      this.#second = setTimeout(() => this.#nextSecond(), SECOND_MS)
  }

  #setAside(chunk: Buffer): void {
    this.#rest += chunk.length
    const last = chunk.subarray(Math.max(0, chunk.length - SHOWN_OF_REST))
    this.#restEnd = Buffer.concat([this.#restEnd, last]).subarray(-SHOWN_OF_REST)
  }

  #showRest(): void {
    if (this.#rest === 0) return
    const hidden = this.#rest > this.#restEnd.length
    const line = hidden ? this.#restEnd.indexOf('\n') + 1 : 0
    // From the beginning of a line, unless that would leave little of it.
    const isNear = line > 0 && line < this.#restEnd.length / 2
    const shown = this.#restEnd.subarray(isNear ? line : wholeStart(this.#restEnd))
    const note = hidden
      ? `\n… ${formatBytes(this.#rest - shown.length)} more are only in ${this.#log} …\n`
      : ''
    this.#rest = 0
    this.#restEnd = Buffer.alloc(0)
    this.#left = Math.max(0, this.#left - shown.length)
    this.#pass(note + shown.toString('utf8'))
  }
}
