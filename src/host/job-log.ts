import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { formatBytes } from './text.ts'

/** What is kept of the output of one fence: this much from its beginning … */
export const LOG_HEAD_BYTES = 8 * 1024 * 1024
/** … and this much from its end. */
export const LOG_TAIL_BYTES = 8 * 1024 * 1024

/**
 * The output of one fence in a file that is bounded: the beginning and the end are kept, and how much was left out between them. Until
 * the end is known its bytes go round in a ring at the end of the file, so that memory is bounded too. A disk that cannot be
 * written costs the log, never the fence.
 */
export class JobLog {
  readonly #file: string
  readonly #head: number
  readonly #tail: number
  #descriptor: number | undefined
  #ended = false
  /** Bytes that came, whether or not they are still in the file. */
  #total = 0
  /** Why nothing is written any more. */
  problem: string | undefined

  constructor(file: string, head = LOG_HEAD_BYTES, tail = LOG_TAIL_BYTES) {
    this.#file = file
    this.#head = head
    this.#tail = tail
  }

  write(chunk: Buffer): void {
    if (this.#ended) return
    this.#guarded(() => {
      this.#descriptor ??= openSync(this.#file, 'w+', 0o600)
      for (let offset = 0; offset < chunk.length;) {
        const { at, room } = this.#place()
        const written = writeSync(this.#descriptor, chunk, offset, Math.min(room, chunk.length - offset), at)
        if (this.#total === this.#head + this.#tail) this.#noteRing(this.#descriptor)
        offset += written
        this.#total += written
      }
    })
  }

  /** Puts the file in order and closes it. */
  end(): void {
    this.#ended = true
    const descriptor = this.#descriptor
    if (descriptor === undefined) return
    this.#guarded(() => this.#unroll(descriptor))
    this.#descriptor = undefined
    closeSync(descriptor)
  }

  /** Where the next byte goes, and how many fit there. */
  #place(): { at: number; room: number } {
    if (this.#total < this.#head) return { at: this.#total, room: this.#head - this.#total }
    const inRing = (this.#total - this.#head) % this.#tail
    return { at: this.#head + inRing, room: this.#tail - inRing }
  }

  /** For whoever reads the file of a supervisor that was killed before it could put it in order. */
  #noteRing(descriptor: number): void {
    const note = `\n[drillbook: of the last ${formatBytes(this.#tail)} above, the end may stand before the beginning]\n`
    writeSync(descriptor, note, this.#head + this.#tail)
  }

  #unroll(descriptor: number): void {
    const leftOut = this.#total - this.#head - this.#tail
    if (leftOut <= 0) return
    const ring = Buffer.alloc(this.#tail)
    readSync(descriptor, ring, 0, this.#tail, this.#head)
    const cut = leftOut % this.#tail
    const note = Buffer.from(`\n[drillbook: ${leftOut} bytes (${formatBytes(leftOut)}) are left out here]\n`)
    const rest = Buffer.concat([note, ring.subarray(cut), ring.subarray(0, cut)])
    for (let offset = 0; offset < rest.length;)
      offset += writeSync(descriptor, rest, offset, rest.length - offset, this.#head + offset)
    ftruncateSync(descriptor, this.#head + rest.length)
  }

  #guarded(act: () => void): void {
    if (this.problem !== undefined) return
    try {
      act()
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error)
    }
  }
}
