import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { SupervisedExecutor } from '../host/executor.ts'
import type { Journal } from '../journal/append.ts'
import { fold } from '../journal/fold.ts'
import type { RunState } from '../journal/fold.ts'
import { sha256OfFile } from '../journal/hash-file.ts'
import { writeSeal } from '../journal/seal.ts'
import type { EventBody, JournalEvent } from '../model/event.ts'
import { isSealable } from '../model/sealed-file.ts'
import { cleanEvent } from './clean-event.ts'
import { redact } from './declare-secrets.ts'

/** Writes a run down: every event into the journal, the state and to whoever listens, and the run's own files. */
export class Recorder {
  readonly journal: Journal
  readonly state: RunState
  readonly #directory: string
  readonly #executor: SupervisedExecutor
  readonly #listeners: ((event: JournalEvent) => void)[] = []
  #finished: string[] = []

  constructor(directory: string, journal: Journal, state: RunState, executor: SupervisedExecutor) {
    this.#directory = directory
    this.journal = journal
    this.state = state
    this.#executor = executor
  }

  listen(listener: (event: JournalEvent) => void): void {
    this.#listeners.push(listener)
  }

  record = (body: EventBody): JournalEvent => {
    const event = this.journal.append(cleanEvent(body, redact))
    fold(this.state, event)
    if (event.event === 'fence-finished') this.#finished.push(event.job)
    for (const listener of this.#listeners) listener(event)
    return event
  }

  /** Durable first; only then the supervisor may forget. */
  commit = (): void => {
    this.journal.commit()
    for (const job of this.#finished) this.#executor.recorded(job)
    this.#finished = []
  }

  keep = (name: string, unsafe: string): { file: string; sha256: string } => {
    const text = redact(unsafe)
    const file = path.join(this.#directory, name)
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, text, { mode: 0o600 })
    return { file: name, sha256: createHash('sha256').update(text).digest('hex') }
  }

  /** The last line: the hash of every file that the run left. Nothing is appended after it. */
  seal(): string {
    const names = ['output', 'inform', 'sources', 'approvals'].flatMap((folder) =>
      filesIn(path.join(this.#directory, folder)).map((file) => `${folder}/${file}`),
    )
    // A name that no seal can hold, which only somebody else can have put here, would make the journal unreadable.
    const sealed = [...names, ...readdirSync(this.#directory)].filter(isSealable)
    const files = Object.fromEntries(
      sealed.map((name) => [name, sha256OfFile(path.join(this.#directory, name))]),
    )
    if (!this.state.sealed) this.record({ event: 'run-sealed', files })
    this.commit()
    const { hash } = this.journal.end
    writeSeal(this.#directory, this.journal.end)
    this.journal.close()
    return hash
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
