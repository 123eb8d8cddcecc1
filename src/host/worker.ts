/**
 * A process that executes ts and sql fences for the supervisor, one at a time. It is started before it is needed. It has its own
 * process group, so that ending a fence ends everything the fence started.
 */
import 'zx/globals'
import { JOB_VARIABLE } from '../model/shell.ts'
import { hasStrayGlobals, runTs } from '../fences/ts.ts'
import type { Outcome, Outputs } from '../model/outcome.ts'
import type { FenceJob } from '../runner/ports.ts'
import { offspring } from './offspring.ts'
import { poll } from './poll.ts'
import { isToWorker } from './protocol.ts'
import type { FromWorker } from './protocol.ts'
import { warmUp } from './warm-up.ts'

// What zx starts has a socket as its input. A bash that is the first shell, as in a service or a container, then takes itself for a remote
// login and reads ~/.bashrc: what a fence does would depend on whose account runs it.
if (!(Number(process.env['SHLVL']) >= 1)) process.env['SHLVL'] = '1'

const originalEnvironment = { ...process.env }
const originalUmask = process.umask()
const originalConsole = { ...console }
const originalWrites = { out: process.stdout.write, error: process.stderr.write }
/** More than anyone reads: the supervisor cuts what is left once it has taken secrets out. */
const LONGEST_REASON = 64 * 1024
const TURNS = 10
/** A command that was told to end may take this long before it is taken for one that nobody awaited. */
const ENDING_MS = 250
const LOOK_MS = 10
const UNAWAITED =
  'a command that the fence started was still going on when the fence had ended (is an await missing?); it is ended now'

$.verbose = true
const zxLog = $.log
// A request is one line of the log; its options are in the runbook.
$.log = (entry) =>
  entry.kind === 'fetch'
    ? console.error(`$ fetch ${entry.init?.method ?? 'GET'} ${String(entry.url)}`)
    : zxLog(entry)

process.on('message', (message: unknown) => {
  if (!isToWorker(message)) return
  if (message.type === 'job') return void perform(message.job, message.nonce)
  void prepare(message.typescript).then(ready.resolve)
})
process.on('disconnect', () => {
  if (!busy) process.exit(0)
})

let busy = false
/** What goes on in this process while no fence is executed. */
let resting = 0
const ready = Promise.withResolvers<void>()
void ready.promise.then(() => send({ type: 'ready' }))

/** What the first fences need is loaded now, not then. */
async function prepare(typescript: readonly string[]): Promise<void> {
  await import('../fences/sql.ts')
  await nextTurn()
  resting = process.getActiveResourcesInfo().length
  // Once a fence is waiting, what is warm by then has to do.
  await warmUp(typescript, () => busy)
  await comesToRest()
}

async function perform(job: FenceJob, nonce: string): Promise<void> {
  busy = true
  await ready.promise
  restoreProcess(job)
  const started = offspring()
  const fence = await executable(job)
  const natural = job.poll
    ? await poll(
        (leftMs) => attempt(fence, job, leftMs),
        job.timeoutMs,
        (reason) => send({ type: 'waiting', reason }),
      )
    : await attempt(fence, job, job.timeoutMs)
  await fence.close()
  restoreConsole()
  const isAtRest = await comesToRest()
  const outcome = !isAtRest && (await goesOn()) ? unawaited(natural) : natural
  const clean = isAtRest && !hasStrayGlobals()
  // What was printed arrives before the outcome: the supervisor waits for this mark on both streams.
  process.stdout.write(nonce)
  process.stderr.write(nonce)
  busy = false
  send({ type: 'finished', outcome, clean, alone: offspring() === started })
  if (!process.connected) process.exit(0)
}

/** A connection that was ended, or refused, is let go of within the next few turns. */
async function comesToRest(): Promise<boolean> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await nextTurn()
    if (process.getActiveResourcesInfo().length <= resting) return true
  }
  return false
}

/** Whether a command is still going on. What a fence detached on purpose, and let go of, is not counted. */
async function goesOn(): Promise<boolean> {
  const deadline = performance.now() + ENDING_MS
  while (hasCommand() && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  return hasCommand()
}

function hasCommand(): boolean {
  return process.getActiveResourcesInfo().includes('ProcessWrap')
}

function unawaited(natural: Outcome): Outcome {
  return natural.kind === 'ok'
    ? { kind: 'failed', durationMs: natural.durationMs, reason: UNAWAITED }
    : natural
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

type Executable = { attempt: (timeoutMs: number) => Promise<Outputs>; close: () => Promise<void> }

async function executable(job: FenceJob): Promise<Executable> {
  if (job.fence.lang === 'sql') return new (await import('../fences/sql.ts')).SqlFence(job)
  const { queryWithin } = await import('../fences/query.ts')
  return { attempt: (timeoutMs) => runTs(job, queryWithin(timeoutMs)), close: () => Promise.resolve() }
}

async function attempt(fence: Executable, job: FenceJob, timeoutMs: number): Promise<Outcome> {
  const started = performance.now()
  try {
    const outputs = await within(() => fence.attempt(timeoutMs))
    return { kind: 'ok', durationMs: performance.now() - started, outputs }
  } catch (error) {
    return { kind: 'failed', durationMs: performance.now() - started, reason: describe(error, job) }
  }
}

/** The reason is the first line for people; the whole stack, pointing into the runbook, goes to the step's output. */
function describe(error: unknown, job: FenceJob): string {
  const known = error instanceof Error ? error : new Error(String(error))
  const [frame] = (known.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  if (!job.poll && job.fence.lang === 'ts') console.error(known.stack ?? known.message)
  const own = job.fence.lang === 'ts' ? frame?.trim().replace(/^at (.*\()?([^)]*)\)?$/, '$2') : undefined
  const reason = known.message
    .slice(0, LONGEST_REASON)
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trimStart().startsWith('at '))
    .slice(0, 6)
    .join('\n')
    .trimStart()
  return `${reason} (${own ?? `${job.fence.place.file}:${job.fence.place.line}`})`
}

/** Before the mark is written, which goes the same way as what a fence prints. */
function restoreConsole(): void {
  Object.assign(console, originalConsole)
  process.stdout.write = originalWrites.out
  process.stderr.write = originalWrites.error
}

/** One fence cannot leave its environment or folder to the next. */
function restoreProcess(job: FenceJob): void {
  process.umask(originalUmask)
  for (const name of Object.keys(process.env)) if (!(name in originalEnvironment)) delete process.env[name]
  Object.assign(process.env, originalEnvironment, { [JOB_VARIABLE]: job.id })
  process.chdir(job.root)
}

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}
