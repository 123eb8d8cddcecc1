import type { ChildProcess } from 'node:child_process'
import { mkdirSync, rmSync, watch } from 'node:fs'
import path from 'node:path'
import { NEVER_BEGAN } from '../model/outcome.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Executor, FenceJob, Watcher } from '../runner/ports.ts'
import { takeSupervisor } from './early-supervisor.ts'
import { bootId, isAlive } from './process-tree.ts'
import type { ProcessIdentity } from './process-tree.ts'
import { isFromSupervisor } from './protocol.ts'
import type { FromSupervisor, RunSetup, ToSupervisor } from './protocol.ts'
import { noteSupervisor, readSupervision } from './supervision.ts'
import type { Supervision } from './supervision.ts'

/** How often a supervisor of a dead runner is looked at: the end of a process that is not ours is announced to nobody. */
const LOOK_MS = 100
/** How long processes without any supervisor may take to end by themselves. */
const ORPHAN_MS = 5000

export type SupervisedOptions = RunSetup & {
  /** The project's folder, in which fences run. */
  root: string
  /** The supervisor ended although nobody told it to: nothing can be executed any more. */
  onLost: () => void
}

/** An executor whose fences run under a supervisor process that is started at once and outlives this one. */
export class SupervisedExecutor implements Executor {
  readonly #directory: string
  readonly #child: ChildProcess
  readonly #jobs = new Map<string, { watcher: Watcher; resolve: (outcome: Outcome) => void }>()
  readonly #before: Supervision
  readonly #onLost: () => void
  #recorded: string[] = []
  #awaited: number | undefined
  #closed = false
  readonly #ready = Promise.withResolvers<void>()

  constructor({ root, onLost, ...options }: SupervisedOptions) {
    this.#directory = options.directory
    this.#onLost = onLost
    this.#before = readSupervision(options.directory)
    for (const folder of ['output', 'outcomes'])
      mkdirSync(path.join(options.directory, folder), { recursive: true, mode: 0o700 })
    this.#child = takeSupervisor(options.directory, root)
    // Noted here, not there: whoever resumes has to know of a supervisor that is still starting.
    if (this.#child.pid !== undefined) noteSupervisor(options.directory, this.#child.pid)
    this.#child.on('message', (message: unknown) => {
      if (isFromSupervisor(message)) this.#receive(message)
    })
    // The end of the channel, not that of the process: the latter does not keep this process waiting.
    this.#child.on('disconnect', () => this.#lost())
    this.#child.on('error', () => this.#lost())
    this.#send({ type: 'begin', ...options })
    // The channel keeps this process alive only while a fence runs.
    this.#child.channel?.unref()
  }

  /** Rejects where the supervisor could not be started at all. Asked at once: the error is told only once. */
  started(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#child.pid === undefined) this.#child.once('error', reject)
      else resolve()
    })
  }

  /** Resolves when a fence could begin at once: its processes are started. */
  async ready(): Promise<void> {
    this.#child.channel?.ref()
    await this.#ready.promise
    if (this.#jobs.size === 0) this.#child.channel?.unref()
  }

  execute(job: FenceJob, watcher: Watcher): Promise<Outcome> {
    return new Promise((resolve) => {
      if (!this.#child.connected) return resolve(NEVER_BEGAN)
      if (this.#jobs.size === 0) this.#child.channel?.ref()
      this.#jobs.set(job.id, { watcher, resolve })
      this.#send({ type: 'execute', job, recorded: this.#recorded.splice(0) })
    })
  }

  cancel(job: string): void {
    this.#send({ type: 'cancel', job, reason: 'stopped by the operator' })
  }

  /** Cancels whatever is running. */
  cancelAll(): void {
    for (const job of this.#jobs.keys()) this.cancel(job)
  }

  /** Told with the next message: an outcome that is kept a little too long does no harm. */
  recorded(job: string): void {
    this.#recorded.push(job)
  }

  /** The supervisor of a runner that is gone, while it is waited for. */
  get awaited(): number | undefined {
    return this.#awaited
  }

  async recover(job: string, waiting?: (supervisor: number) => void): Promise<Outcome | undefined> {
    const { outcome } = await import('../model/outcome-schema.ts')
    const { readOutcome } = await import('./outcome-file.ts')
    const parse = (value: unknown): Outcome => outcome.parse(value)
    for (const supervisor of this.#before.supervisors.filter(isAlive)) {
      this.#awaited = supervisor.pid
      waiting?.(supervisor.pid)
      await gone(supervisor, path.join(this.#directory, 'outcomes'))
    }
    this.#awaited = undefined
    const found = readOutcome(this.#directory, job, parse)
    if (found) return found
    // What was noted before the machine was started again may have been lost with it.
    const isOfThisBoot = this.#before.supervisors.at(-1)?.boot === bootId()
    if (isOfThisBoot && !readSupervision(this.#directory).begun.has(job)) return undefined
    const left = await this.#endOrphans(job)
    return {
      kind: 'unknown',
      reason: `the runner and its supervisor ended while this was being executed${left}`,
    }
  }

  /** Whether a fence still runs; after `close` its supervisor goes on with it, and a resumed run finds the outcome. */
  get busy(): boolean {
    return this.#jobs.size > 0
  }

  close(): void {
    this.#closed = true
    this.#send({ type: 'end', recorded: this.#recorded.splice(0) })
  }

  #receive(message: FromSupervisor): void {
    if (message.type === 'ready') return this.#ready.resolve()
    const job = this.#jobs.get(message.job)
    if (message.type === 'output') job?.watcher.output(message.chunk)
    if (message.type === 'waiting') job?.watcher.waiting(message.reason)
    if (message.type !== 'finished') return
    if (message.output !== '') job?.watcher.output(message.output)
    this.#settle(message.job, message.outcome)
  }

  #settle(id: string, outcome: Outcome): void {
    const job = this.#jobs.get(id)
    this.#jobs.delete(id)
    if (this.#jobs.size === 0) this.#child.channel?.unref()
    job?.resolve(outcome)
  }

  #lost(): void {
    this.#ready.resolve()
    if (this.#closed) return
    this.#onLost()
    for (const id of this.#jobs.keys()) void this.#abandon(id)
  }

  /** Nobody watches the fence any more: what is left of it is ended before anyone looks what it did. */
  async #abandon(id: string): Promise<void> {
    const left = await this.#endOrphans(id)
    this.#settle(id, {
      kind: 'unknown',
      reason: `the supervisor ended while this was being executed (see supervisor.log)${left}`,
    })
  }

  /** Says what could not be ended. */
  async #endOrphans(job: string): Promise<string> {
    const { endAll, goingOn } = await import('./running-job.ts')
    const worker = readSupervision(this.#directory).begun.get(job)
    const marks = worker?.mark === undefined ? [job] : [job, worker.mark]
    const left = await endAll(worker && isAlive(worker) ? worker.pid : undefined, marks, ORPHAN_MS)
    // The outputs that it was writing: nobody reads them any more, and they may hold a secret.
    rmSync(path.join(this.#directory, 'output', `${job}.out`), { force: true, recursive: true })
    return left.length > 0 ? `; ${goingOn(left)}` : ''
  }

  #send(message: ToSupervisor): void {
    if (this.#child.connected) this.#child.send(message)
  }
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
