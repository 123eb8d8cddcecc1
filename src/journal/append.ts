import { createHash } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import type { EventBody, JournalEvent } from '../model/event.ts'
import { OperatorError } from '../model/problem.ts'
import type { Clock } from '../runner/ports.ts'
import type { ChainEnd } from './chain-end.ts'
import { syncDirectory } from './sync-directory.ts'

/** Its type is the schema's. The schema itself, and zod with it, is loaded only to read journals. */
const JOURNAL_VERSION: JournalEvent['v'] = 1

/** What does not change from line to line of a run's journal. */
export type JournalHead = { digest: string; operator: string; environment: string }

/** One line: what happened, and what the chain needs. */
export type Line<Body, Head> = Pick<JournalEvent, 'v' | 'seq' | 'at' | 'mono' | 'prev'> & Body & Head

export { START } from './chain-end.ts'
export type { ChainEnd } from './chain-end.ts'

/**
 * Appends events to the journal and, where one is given, to its mirror. A line is written at once and durable after `commit`,
 * which is called before every effect. When a line cannot be written, nothing after it may happen: OperatorError('damaged').
 */
export class Journal<Body extends object = EventBody, Head extends object = JournalHead> {
  head: Head
  readonly #files: { name: string; hint: string; descriptor: number }[]
  readonly #clock: Clock
  #end: ChainEnd
  #dirty = false

  constructor(files: readonly string[], head: Head, end: ChainEnd, clock: Clock) {
    this.head = head
    this.#clock = clock
    this.#end = end
    this.#files = files.map((name, index) => {
      const hint = index === 0 ? HINT : MIRROR_HINT
      return { name, hint, descriptor: openJournal(name, hint) }
    })
  }

  append(body: Body): Line<Body, Head> {
    const event: Line<Body, Head> = {
      v: JOURNAL_VERSION,
      seq: this.#end.seq + 1,
      at: new Date(this.#clock.now()).toISOString(),
      mono: Math.round(this.#clock.monotonic() * 1000) / 1000,
      ...body,
      ...this.head,
      prev: this.#end.hash,
    }
    const line = JSON.stringify(event)
    this.#write(Buffer.from(`${line}\n`))
    this.#end = { seq: event.seq, hash: createHash('sha256').update(line).digest('hex') }
    this.#dirty = true
    return event
  }

  /** Returns when everything appended is on disk. */
  commit(): void {
    if (!this.#dirty) return
    for (const { name, hint, descriptor } of this.#files) guarded(name, hint, () => fdatasyncSync(descriptor))
    this.#dirty = false
  }

  get end(): ChainEnd {
    return this.#end
  }

  close(): void {
    this.commit()
    for (const { descriptor } of this.#files) closeSync(descriptor)
    this.#files.length = 0
  }

  #write(bytes: Buffer): void {
    for (const { name, hint, descriptor } of this.#files)
      guarded(name, hint, () => {
        for (let offset = 0; offset < bytes.length;) offset += writeSync(descriptor, bytes, offset)
      })
  }
}

/** Opens for appending and makes the file's own name durable. */
function openJournal(name: string, hint: string): number {
  return guarded(name, hint, () => {
    const descriptor = openSync(name, 'a', 0o600)
    syncDirectory(path.dirname(name))
    return descriptor
  })
}

const HINT =
  'Free space there; or copy the folder of the run to another disk and set DRILLBOOK_RUNS to the folder it is in. Then resume.'
const MIRROR_HINT = 'Free space there; or resume with another mirror (--mirror DIR), or with none.'

/** Where the journal is has nothing to do with it: the limit of the process or the machine is told as such. */
function isTooManyFiles(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE')
}

function guarded<T>(name: string, hint: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (isTooManyFiles(error)) throw error
    const cause = error instanceof Error ? error.message : String(error)
    throw new OperatorError('damaged', {
      file: name,
      message: `the journal cannot be written: ${cause}. The run stops before anything else is done.`,
      hint,
    })
  }
}
