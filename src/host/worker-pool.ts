import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { Outcome } from '../model/outcome.ts'
import { isFromWorker } from './protocol.ts'
import type { FromWorker, ToWorker } from './protocol.ts'
import { identify, newestProcess, processesOf } from './process-tree.ts'
import type { ProcessIdentity } from './process-tree.ts'
import type { OutputPipe } from './job-output.ts'
import { endAll } from './running-job.ts'
import type { RunningJob } from './running-job.ts'

const START = path.join(import.meta.dirname, 'start.js')
const PROGRAM = path.join(import.meta.dirname, 'worker.ts')
const EARLY_BYTES = 4096
/** After a worker has ended, how long the rest of its output is awaited when something else holds its streams open. */
const DRAIN_MS = 200
/** How long what a fence left behind may take to end. */
const LEFTOVERS_MS = 1000
/** In this time no machine starts as many processes as it has numbers for. */
const RECENT_MS = 1000

/** Workers that are started before they are needed. One that a fence left as it was serves again; any other is replaced. */
export class WorkerPool {
  readonly #size: number
  readonly #typescript: string[]
  /** The last one serves first: what it has used before, it has at hand. */
  readonly #idle: Worker[] = []
  #busy = 0

  constructor(size: number, typescript: string[]) {
    this.#size = size
    this.#typescript = typescript
    this.#fill()
  }

  /** Every worker that was started has loaded what fences need. */
  async ready(): Promise<void> {
    await Promise.all(this.#idle.map((worker) => worker.ready))
  }

  async run(task: RunningJob): Promise<Outcome> {
    const worker = this.#idle.pop() ?? new Worker(this.#typescript)
    this.#busy += 1
    const natural = await worker.run(task)
    const outcome = await task.settle(natural)
    this.#giveBack(worker, task)
    return outcome
  }

  #fill(): void {
    while (this.#idle.length + this.#busy < this.#size) this.#idle.unshift(new Worker(this.#typescript))
  }

  /** Looked at after the outcome is out, so that nobody waits for it. */
  #giveBack(worker: Worker, task: RunningJob): void {
    const release = (serves: boolean): void => {
      this.#busy -= 1
      if (serves) this.#idle.push(worker)
      else worker.dismiss()
      this.#fill()
    }
    const serves = worker.usable && !task.ended
    if (worker.alone) return release(serves)
    setImmediate(() => {
      const leftovers = processesOf(worker.pid, [], worker.newestBefore()).filter((pid) => pid !== worker.pid)
      // In its group, what the next fence starts could not be told from them.
      release(serves && leftovers.length === 0)
      if (leftovers.length > 0) void endAll(worker.pid, [], LEFTOVERS_MS)
    })
  }
}

class Worker {
  readonly #child: ChildProcess
  #finish: ((outcome: Outcome) => void) | undefined
  #task: RunningJob | undefined
  #nonce = ''
  /** Streams that have not yet shown the mark that ends a fence's output. */
  #open = 0
  #outcome: Outcome | undefined
  /** Of its two streams, while a fence prints on them. */
  #pipes: OutputPipe[] = []
  readonly #identity: ProcessIdentity | undefined
  readonly #ready = Promise.withResolvers<void>()
  usable = true
  /** The newest process of the machine when its last fence began. */
  #newest = 0
  /** Since its last fence there is certainly nothing in its group but itself. */
  alone = false

  constructor(typescript: string[]) {
    this.#child = fork(START, [PROGRAM], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: environment(),
      execArgv: ['--disable-warning=ExperimentalWarning', '--v8-pool-size=1'],
    })
    this.#identity = this.#child.pid === undefined ? undefined : identify(this.#child.pid)
    this.#child.on('message', (message: unknown) => {
      if (!isFromWorker(message)) return
      if (message.type === 'ready') this.#ready.resolve()
      if (message.type === 'waiting') this.#task?.sink.waiting(message.reason)
      if (message.type === 'finished') this.#finished(message)
    })
    this.#child.stdout?.on('data', this.#reader(0))
    this.#child.stderr?.on('data', this.#reader(1))
    this.#child.on('error', (error) => this.#gone(`the worker could not be used: ${error.message}`))
    this.#child.on('exit', () => {
      const drained = setTimeout(() => {
        this.#child.stdout?.destroy()
        this.#child.stderr?.destroy()
      }, DRAIN_MS)
      this.#child.on('close', () => clearTimeout(drained))
    })
    this.#child.on('close', (code, signal) =>
      this.#gone(
        signal === null ? `the fence ended its process with exit code ${code}` : `ended by ${signal}`,
      ),
    )
    // One that could not be started has no channel.
    if (this.#child.connected) this.#send({ type: 'prepare', typescript })
  }

  get ready(): Promise<void> {
    return this.#ready.promise
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** What its last fence started has a higher number, unless numbers have begun anew since: they cannot have more than once. */
  newestBefore(): number {
    const isRecent = this.#task !== undefined && this.#task.durationMs < RECENT_MS
    return isRecent && newestProcess() >= this.#newest ? this.#newest : 0
  }

  run(task: RunningJob): Promise<Outcome> {
    this.#task = task
    this.#outcome = undefined
    this.alone = false
    this.#newest = newestProcess()
    this.#pipes = [task.sink.pipe(task.sink.output), task.sink.pipe(task.sink.output)]
    this.#open = 2
    this.#nonce = `\u0000${randomBytes(12).toString('hex')}\u0000`
    task.group = this.#child.pid
    task.sink.begins(this.#identity)
    return new Promise((resolve) => {
      this.#finish = resolve
      if (!this.usable) this.#gone('the worker had ended')
      else this.#send({ type: 'job', job: task.job, nonce: this.#nonce })
    })
  }

  #send(message: ToWorker): void {
    this.#child.send(message)
  }

  dismiss(): void {
    if (this.#child.connected) this.#child.disconnect()
  }

  #finished({ outcome, clean, alone }: Extract<FromWorker, { type: 'finished' }>): void {
    this.usable &&= clean
    this.alone = alone
    this.#outcome = outcome
    this.#settleWhenComplete()
  }

  /** Passes output on, holding back only what may be the beginning of the mark. */
  #reader(stream: 0 | 1): (chunk: Buffer) => void {
    let held = Buffer.alloc(0)
    return (chunk) => {
      const data = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
      const mark = this.#nonce === '' ? -1 : data.indexOf(this.#nonce)
      const keep = mark === -1 ? possibleMark(data, this.#nonce) : data.length - mark
      if (data.length > keep) this.#pipes[stream]?.push(data.subarray(0, data.length - keep))
      held = mark === -1 ? Buffer.from(data.subarray(data.length - keep)) : Buffer.alloc(0)
      if (mark === -1) return
      this.#open -= 1
      this.#settleWhenComplete()
    }
  }

  #settleWhenComplete(): void {
    if (this.#outcome && this.#open <= 0) this.#resolve(this.#outcome)
  }

  #gone(reason: string): void {
    this.usable = false
    this.#ready.resolve()
    this.#resolve({ kind: 'failed', durationMs: this.#task?.durationMs ?? 0, reason })
  }

  #resolve(outcome: Outcome): void {
    const finish = this.#finish
    this.#finish = undefined
    // What is printed from here on belongs to no fence.
    for (const pipe of this.#pipes.splice(0)) pipe.end()
    finish?.(outcome)
  }
}

/** What changes how zx and its bash execute a command, or whether they do, is not for a fence: a BASH_ENV may end bash with 0. */
const FOR_SHELLS = /^(BASH_ENV|SHELLOPTS|BASHOPTS|ZX_.*)$/

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOR_SHELLS.test(name)))
}

/** How many of the last bytes could be the start of the mark. */
function possibleMark(data: Buffer, mark: string): number {
  const from = data.lastIndexOf(0, data.length - 1)
  const length = data.length - from
  return from !== -1 &&
    length < mark.length &&
    length < EARLY_BYTES &&
    mark.startsWith(data.subarray(from).toString('latin1'))
    ? length
    : 0
}
