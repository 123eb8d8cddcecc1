import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, openSync, readFileSync, watch } from 'node:fs'
import path from 'node:path'
import type { Outcome } from '../model/outcome.ts'
import type { Executor, FenceJob, Watcher } from '../runner/ports.ts'
import { readOutcome } from './outcome-file.ts'
import { isAlive, processesOf } from './process-tree.ts'
import type { ProcessIdentity } from './process-tree.ts'
import { isFromSupervisor } from './protocol.ts'
import type { FromSupervisor, ToSupervisor } from './protocol.ts'
import { endAll } from './running-job.ts'

const ENTRY = path.join(import.meta.dirname, 'supervisor.ts')
/** How often a supervisor of a dead runner is looked at: the end of a process that is not ours is announced to nobody. */
const LOOK_MS = 100
/** How long processes without any supervisor may take to end by themselves. */
const ORPHAN_MS = 5000

export type SupervisedOptions = {
  /** The run's own folder. */
  directory: string
  secrets: string[]
  /** Workers kept ready for ts and sql fences. */
  workers: number
  /** Between TERM and KILL. */
  graceMs: number
}

/** An executor whose fences run under a supervisor process that is started at once and outlives this one. */
export class SupervisedExecutor implements Executor {
  readonly #directory: string
  readonly #child: ChildProcess
  readonly #jobs = new Map<string, { watcher: Watcher; resolve: (outcome: Outcome) => void }>()
  readonly #before: ProcessIdentity | undefined
  readonly #ready = Promise.withResolvers<void>()

  constructor(options: SupervisedOptions) {
    this.#directory = options.directory
    this.#before = previousSupervisor(options.directory)
    const log = openSync(path.join(options.directory, 'supervisor.log'), 'a', 0o600)
    this.#child = fork(ENTRY, [], {
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    this.#child.on('message', (message: unknown) => {
      if (isFromSupervisor(message)) this.#receive(message)
    })
    this.#child.on('exit', () => this.#lost())
    this.#child.on('error', () => this.#lost())
    this.#send({ type: 'begin', ...options })
    // The channel keeps this process alive only while a fence runs.
    this.#child.unref()
    this.#child.channel?.unref()
  }

  /** Resolves when a fence could begin at once: its processes are started. */
  async ready(): Promise<void> {
    this.#child.channel?.ref()
    await this.#ready.promise
    if (this.#jobs.size === 0) this.#child.channel?.unref()
  }

  execute(job: FenceJob, watcher: Watcher): Promise<Outcome> {
    return new Promise((resolve) => {
      if (this.#jobs.size === 0) this.#child.channel?.ref()
      this.#jobs.set(job.id, { watcher, resolve })
      if (this.#child.connected) this.#send({ type: 'execute', job })
      else this.#lost()
    })
  }

  cancel(job: string): void {
    this.#send({ type: 'cancel', job, reason: 'stopped by the operator' })
  }

  /** Cancels whatever is running. */
  cancelAll(): void {
    for (const job of this.#jobs.keys()) this.cancel(job)
  }

  recorded(job: string): void {
    this.#send({ type: 'recorded', job })
  }

  async recover(job: string): Promise<Outcome> {
    const { outcome } = await import('../model/outcome.ts')
    const parse = (value: unknown): Outcome => outcome.parse(value)
    if (this.#before) await gone(this.#before, path.join(this.#directory, 'outcomes'))
    const found = readOutcome(this.#directory, job, parse)
    if (found) return found
    if (processesOf(undefined, job).length > 0) await endAll(undefined, job, ORPHAN_MS)
    return { kind: 'unknown', reason: 'the runner and its supervisor ended while this was being executed' }
  }

  close(): void {
    this.#send({ type: 'end' })
  }

  #receive(message: FromSupervisor): void {
    if (message.type === 'ready') return this.#ready.resolve()
    const job = this.#jobs.get(message.job)
    if (message.type === 'output') job?.watcher.output(message.chunk)
    if (message.type === 'waiting') job?.watcher.waiting(message.reason)
    if (message.type === 'finished') this.#settle(message.job, message.outcome)
  }

  #settle(id: string, outcome: Outcome): void {
    const job = this.#jobs.get(id)
    this.#jobs.delete(id)
    if (this.#jobs.size === 0) this.#child.channel?.unref()
    job?.resolve(outcome)
  }

  #lost(): void {
    this.#ready.resolve()
    for (const id of this.#jobs.keys())
      this.#settle(id, { kind: 'unknown', reason: 'the supervisor ended while this was being executed (see supervisor.log)' })
  }

  #send(message: ToSupervisor): void {
    if (this.#child.connected) this.#child.send(message)
  }
}

function previousSupervisor(directory: string): ProcessIdentity | undefined {
  const file = path.join(directory, 'supervisor.json')
  if (!existsSync(file)) return undefined
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('startTime' in value)) return undefined
  return { pid: Number(value.pid), startTime: String(value.startTime) }
}

/** Resolves when the process has ended; a change in the folder makes it look at once. */
function gone(process: ProcessIdentity, folder: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (isAlive(process)) return
      clearInterval(timer)
      watcher.close()
      resolve()
    }
    const timer = setInterval(look, LOOK_MS)
    const watcher = watch(folder, look)
    look()
  })
}
