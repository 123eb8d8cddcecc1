import { closeSync, existsSync, fstatSync, openSync, readSync, statSync, watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

/** `id` is the number of a journal line; what has none is not repeated to whoever comes later. */
export type Message = { event: 'journal' | 'output'; id?: number; data: string }

export type Listener = (message: Message) => void

const TAIL_BYTES = 4096
/** Watching can miss a change on some file systems: it is looked at this often all the same. */
const LOOK_EVERY_MS = 1000
const OUTPUT_EVERY_MS = 150

/** A run as it grows on disk: the lines of its journal, and the end of what the running fence prints. Only reads. */
export class Feed {
  readonly #directory: string
  readonly #listeners = new Set<Listener>()
  readonly #lines: string[] = []
  #read = 0
  #job: { job: string; step: string } | undefined
  #tail: Message | undefined
  #watchers: FSWatcher[] = []
  readonly #timer: NodeJS.Timeout
  #outputTimer: NodeJS.Timeout | undefined

  constructor(directory: string) {
    this.#directory = directory
    this.#watch(directory, () => this.look())
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS)
    this.look()
  }

  /** Everything so far that came after line `after`, then whatever comes. Returns what ends it. */
  subscribe(after: number, listener: Listener): () => void {
    this.#lines.slice(after).forEach((line, index) => listener(lineMessage(line, after + index + 1)))
    if (this.#tail) listener(this.#tail)
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close()
    clearInterval(this.#timer)
    clearTimeout(this.#outputTimer)
  }

  /** Takes in what was added since the last look. A line without its end is not there yet. */
  look(): void {
    const added = this.#readNew(path.join(this.#directory, 'journal.ndjson'))
    for (const line of added) {
      this.#lines.push(line)
      this.#tell(lineMessage(line, this.#lines.length))
      this.#followJob(line)
    }
    this.#lookAtOutput()
  }

  #readNew(file: string): string[] {
    const bytes = bytesFrom(file, this.#read)
    const end = bytes.lastIndexOf(10) + 1
    this.#read += end
    return end === 0 ? [] : bytes.toString('utf8', 0, end - 1).split('\n')
  }

  #followJob(line: string): void {
    const started = fenceStarted.safeParse(jsonOf(line))
    if (!started.success) return
    this.#job = started.data
    const folder = path.join(this.#directory, 'output')
    if (this.#watchers.length < 2 && existsSync(folder)) this.#watch(folder, () => this.#outputSoon())
  }

  /** What prints without end is shown a few times a second. */
  #outputSoon(): void {
    this.#outputTimer ??= setTimeout(() => {
      this.#outputTimer = undefined
      this.#lookAtOutput()
    }, OUTPUT_EVERY_MS)
  }

  #lookAtOutput(): void {
    if (!this.#job) return
    const text = endOf(path.join(this.#directory, 'output', `${this.#job.job}.log`))
    if (text === undefined) return
    const data = JSON.stringify({ ...this.#job, text })
    if (data === this.#tail?.data) return
    this.#tail = { event: 'output', data }
    this.#tell(this.#tail)
  }

  #tell(message: Message): void {
    for (const listener of this.#listeners) listener(message)
  }

  #watch(folder: string, look: () => void): void {
    const watcher = watch(folder, look)
    // The timer looks all the same.
    watcher.on('error', () => watcher.close())
    this.#watchers.push(watcher)
  }
}

function lineMessage(line: string, id: number): Message {
  return { event: 'journal', id, data: line }
}

/** The last bytes of a file, from the beginning of a line; undefined when it is not there yet. */
function endOf(file: string): string | undefined {
  if (!existsSync(file)) return undefined
  const from = Math.max(0, statSync(file).size - TAIL_BYTES)
  const text = bytesFrom(file, from).toString('utf8')
  return from === 0 ? text : text.slice(text.indexOf('\n') + 1)
}

/** What a file holds from there on; nothing when it is not there yet. */
function bytesFrom(file: string, from: number): Buffer {
  if (!existsSync(file)) return Buffer.alloc(0)
  const descriptor = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - from))
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from))
  } finally {
    closeSync(descriptor)
  }
}

/** All that is understood of a journal here; a job names a file, so it may be nothing but a name. */
const fenceStarted = z.object({
  event: z.literal('fence-started'),
  step: z.string(),
  job: z.string().regex(/^[\w-][\w.-]*$/),
})

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
