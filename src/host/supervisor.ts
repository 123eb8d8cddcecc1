/**
 * The process that starts, watches and ends fences for one run. It outlives its runner: when the runner dies, the fence that is
 * running goes on within its timeout, and its outcome is left beside the journal.
 */
import { rmSync } from 'node:fs'
import path from 'node:path'
import type { Outcome } from '../model/outcome.ts'
import type { FenceJob } from '../runner/ports.ts'
import { cleanOutcome, cleanReason } from './clean-outcome.ts'
import { Forwarder } from './forwarder.ts'
import { JobLog } from './job-log.ts'
import { cleanPipe, JobOutput } from './job-output.ts'
import { writeOutcome } from './outcome-file.ts'
import { OutputBatch } from './output-batch.ts'
import { isToSupervisor } from './protocol.ts'
import type { FromSupervisor, RunSetup, ToSupervisor } from './protocol.ts'
import { createRedactor } from './redaction/index.ts'
import type { Redactor } from './redaction/index.ts'
import { runShell } from './run-shell.ts'
import { RunningJob } from './running-job.ts'
import { ShellPool } from './shell-pool.ts'
import { noteBegun } from './supervision.ts'
import type { WorkerPool } from './worker-pool.ts'

/** How long an outcome that cannot be written is kept, and how often it is tried again. */
const ROOM_MS = 60_000
const LOOK_MS = 500
/** After the run has begun, when its secrets are prepared for. */
const REDACT_MS = 2

/** The file that stdout and stderr go to until a run takes this process; it has another name then. */
const NOT_TAKEN = process.argv[4]

let begun: RunSetup | undefined
let workerPool: Promise<WorkerPool> | undefined
/** In the folder that this process was given; the first starts while the runner is still getting ready. */
const shells = new ShellPool(process.argv[3] ?? process.cwd())
let redactor: Redactor | undefined
/** Characters of output that the runner has not taken yet, and how many of them may wait in this process. */
let unsent = 0
const MOST_UNSENT = 4_000_000
const running = new Map<string, RunningJob>()
/** Outcomes that the runner has not yet confirmed to be in its journal. */
const unrecorded = new Map<string, Outcome>()

process.on('message', (message: unknown) => {
  if (isToSupervisor(message)) receive(message)
})
process.on('disconnect', () => void outliveRunner())
process.on('uncaughtException', (error) => {
  complain(error)
  process.exit(1)
})
// The terminal's signals are for the runner, which decides; this process ends when its work has ended.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => {})

// It may have gone before anything here listened for that.
if (!process.connected) void outliveRunner()

function receive(message: ToSupervisor): void {
  switch (message.type) {
    case 'begin':
      return begin(message)
    case 'execute':
      forget(message.recorded)
      return void execute(message.job)
    case 'cancel':
      return running.get(message.job)?.end('cancelled', message.reason)
    case 'end':
      forget(message.recorded)
      process.disconnect()
  }
}

function forget(recorded: readonly string[]): void {
  for (const job of recorded) unrecorded.delete(job)
}

function begin(setup: RunSetup): void {
  begun = setup
  shells.expect(setup.shells)
  const ready = setup.workers > 0 ? workers(setup).then((pool) => pool.ready()) : Promise.resolve()
  void ready.then(() => send({ type: 'ready' }))
  // Not before the first fence, which an unattended run hands over at once, but before anything is printed.
  setTimeout(redacting, REDACT_MS)
}

function redacting(): Redactor {
  if (!begun) return createRedactor([])
  redactor ??= createRedactor(begun.secrets)
  return redactor
}

/** What executes ts and sql is loaded only for a run that has some. */
function workers({
  workers: size,
  typescript,
}: Pick<RunSetup, 'workers' | 'typescript'>): Promise<WorkerPool> {
  workerPool ??= import('./worker-pool.ts').then(({ WorkerPool }) => new WorkerPool(size, typescript))
  return workerPool
}

async function executeIn(task: RunningJob, directory: string): Promise<Outcome> {
  if (task.job.fence.lang === 'sh') return await runShell(task, directory, shells)
  return await (await workers({ workers: 1, typescript: [] })).run(task)
}

async function execute(job: FenceJob): Promise<void> {
  if (!begun) throw new Error('a job arrived before the run began')
  const { directory } = begun
  const log = path.join('output', `${job.id}.log`)
  const batch = new OutputBatch((chunk) => send({ type: 'output', job: job.id, chunk }))
  const forwarder = new Forwarder(log, batch.add, isKeepingUp)
  const output = new JobOutput(new JobLog(path.join(directory, log)), forwarder)
  const task = new RunningJob(job, begun.graceMs, {
    output: output.write,
    pipe: (to) => cleanPipe(redacting, to),
    waiting: (reason) => send({ type: 'waiting', job: job.id, reason: cleanReason(reason, redacting()) }),
    begins: (worker) => noteBegun(directory, job.id, worker),
  })
  running.set(job.id, task)
  if (job.fence.lang === 'sh') shells.arrived()
  const executed = executeIn(task, directory)
  const outcome = cleanOutcome(
    await executed.catch((error: unknown) => couldNot(task, error)),
    job,
    redacting(),
  )
  output.end()
  running.delete(job.id)
  unrecorded.set(job.id, outcome)
  if (!process.connected) return await outliveRunner()
  send({ type: 'finished', job: job.id, outcome, output: batch.take() })
  // While the runner records it.
  setImmediate(() => shells.refill())
}

/** Nothing that a fence does may end its supervisor: values that no process can be given, for one. */
async function couldNot(task: RunningJob, error: unknown): Promise<Outcome> {
  complain(error)
  const reason = `it could not be executed: ${error instanceof Error ? error.message : String(error)}`
  return await task.settle({ kind: 'failed', durationMs: task.durationMs, reason })
}

/** The runner is gone: leave what it does not know, wait for what still runs, then go. */
async function outliveRunner(): Promise<void> {
  const deadline = performance.now() + ROOM_MS
  // On a full disk an outcome is kept for some time: when there is room again, the resumed run need not guess.
  while (!leaveOutcomes() && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  if (running.size > 0) return
  if (!begun && NOT_TAKEN !== undefined) rmSync(NOT_TAKEN, { force: true })
  // Shells and workers that wait end with the channel to this process.
  process.exit(0)
}

/** False when one could not be written. */
function leaveOutcomes(): boolean {
  if (!begun) return true
  try {
    for (const [job, outcome] of unrecorded) {
      writeOutcome(begun.directory, job, outcome)
      unrecorded.delete(job)
    }
    return true
  } catch {
    return false
  }
}

function send(message: FromSupervisor): void {
  if (!process.connected) return
  const length = message.type === 'output' ? message.chunk.length : 0
  unsent += length
  // A runner that has just been killed is told nothing: what it does not know is left in a file.
  process.send?.(message, undefined, undefined, () => {
    unsent -= length
  })
}

/** What the runner has not taken yet stays in memory: a runner that stands still gets no more output. */
function isKeepingUp(): boolean {
  return unsent < MOST_UNSENT
}

/** Into supervisor.log, which is part of what a run leaves. */
function complain(error: unknown): void {
  console.error(
    redacting().redactText(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  )
}
