import type { Outcome } from '../model/outcome.ts'
import type { FenceJob } from '../runner/ports.ts'
import type { OutputPipe } from './job-output.ts'
import { processesOf, signalAll, trySignal } from './process-tree.ts'
import type { WorkerIdentity } from './supervision.ts'

export type JobSink = {
  /** Takes what holds no secret: our own words, and what came through a pipe. */
  output: (chunk: Buffer) => void
  /** For one stream of the fence: everything it prints goes through here, and on without its secrets. */
  pipe: (to: (chunk: Buffer) => void) => OutputPipe
  waiting: (reason: string) => void
  /** Called before the fence is started; `worker` is the process that will execute it. */
  begins: (worker: WorkerIdentity | undefined) => void
}

/** After KILL, how long it may take: what a person without our rights started (sudo), or the kernel holds, does not end for us. */
const KILLED_MS = 2000
/** How long what a fence started may take to leave its group (setsid) after the fence has ended. */
const LEAVING_MS = 100
/** How often to look whether processes that were told to end have ended; the kernel tells nobody of a stranger's end. */
const LOOK_MS = 20

/** A fence being executed: its clock, and the one way in which it and all it started are ended. */
export class RunningJob {
  readonly job: FenceJob
  readonly sink: JobSink
  readonly startedAt = performance.now()
  /** Why it was ended before it ended by itself. */
  ended: { kind: 'timed-out' | 'cancelled'; reason: string } | undefined
  /** The process group that executes it now. */
  group: number | undefined
  /** What stands in the environment of everything it started. */
  marks: readonly string[]
  readonly #graceMs: number
  readonly #timer: NodeJS.Timeout
  /** Which processes could not be ended. */
  #ending: Promise<number[]> | undefined

  constructor(job: FenceJob, graceMs: number, sink: JobSink) {
    this.job = job
    this.sink = sink
    this.marks = [job.id]
    this.#graceMs = graceMs
    // A polled fence ends itself at its timeout, with its last reason; this is for one that hangs.
    const slack = job.poll ? 500 : 0
    this.#timer = setTimeout(
      () => this.end('timed-out', `did not end within ${Math.round(job.timeoutMs / 100) / 10} s`),
      job.timeoutMs + slack,
    )
  }

  get leftMs(): number {
    return Math.max(1, this.job.timeoutMs - this.durationMs)
  }

  get durationMs(): number {
    return performance.now() - this.startedAt
  }

  /** TERM, then KILL, to the whole group and to everything that carries the job's mark. */
  end(kind: 'timed-out' | 'cancelled', reason: string): void {
    this.ended ??= { kind, reason }
    this.#ending ??= endAll(this.group, this.marks, this.#graceMs)
  }

  /** The outcome, once nothing of the fence is left. `natural` is what it would be had nobody ended it. */
  async settle(natural: Outcome): Promise<Outcome> {
    clearTimeout(this.#timer)
    const left = (await this.#ending) ?? []
    if (!this.ended) return natural
    const reason = `${this.ended.reason}${left.length > 0 ? `; ${goingOn(left)}` : ''}`
    return { kind: this.ended.kind, durationMs: this.durationMs, reason }
  }

  /** A fence that ended may not leave processes in its group behind. */
  async endLeftovers(): Promise<void> {
    if (this.group === undefined || !(await staysInGroup(this.group))) return
    this.#say('the fence ended and left processes in its group; they are ended now')
    const left = await endAll(this.group, [], this.#graceMs)
    if (left.length > 0) this.#say(goingOn(left))
  }

  #say(line: string): void {
    this.sink.output(Buffer.from(`drillbook: ${line}\n`))
  }
}

/** False as soon as nothing is in it. */
async function staysInGroup(group: number): Promise<boolean> {
  const deadline = performance.now() + LEAVING_MS
  while (trySignal(-group, 0)) {
    if (performance.now() > deadline) return true
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  return false
}

/** What a person has to know of processes that could not be ended. */
export function goingOn(left: readonly number[]): string {
  return `still running, and not ours to end: process ${left.join(', ')}. Look at it: ps -fp ${left.join(',')}`
}

/** TERM, then KILL after the grace time. Resolves to what could not be ended, which is nothing in almost every case. */
export async function endAll(
  group: number | undefined,
  marks: readonly string[],
  graceMs: number,
): Promise<number[]> {
  signalAll(processesOf(group, marks), 'SIGTERM')
  const deadline = performance.now() + graceMs
  for (let left = processesOf(group, marks); ; left = processesOf(group, marks)) {
    const now = performance.now()
    if (left.length === 0 || now > deadline + KILLED_MS) return left
    if (now > deadline) signalAll(left, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}
