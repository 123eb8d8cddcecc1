import { lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseOutputs, shMessage } from '../fences/sh.ts'
import type { Outcome } from '../model/outcome.ts'
import { poll } from './poll.ts'
import type { RunningJob } from './running-job.ts'
import type { Shell, ShellPool } from './shell-pool.ts'
import { formatBytes } from './text.ts'
import { wholeStart } from './utf8.ts'

/** After its process has ended, how long the rest of its output is awaited when something else holds the pipe open. */
const DRAIN_MS = 200
/** How much of $DRILLBOOK_OUTPUT is read. */
const LONGEST_OUTPUTS = 1_000_000
/** How much of the last line stands in the reason of a failure. */
const LONGEST_LINE = 400
/** How much of what one try of a verification prints is kept until it is known whether it counts. */
const LONGEST_KEPT = 1_000_000

const HELD = Buffer.from(
  'drillbook: something that the fence started still held its output, which is closed now: what it prints next ends it. Send its output to a file\n',
)

/** A shell that is told nothing ends. */
const NOTHING = Buffer.alloc(0)
const UNREAD =
  'nothing was executed: bash ended before it had read the fence (something in BASH_ENV or SHELLOPTS ends it)'

/** Executes a sh fence, again and again when it is a verification. */
export async function runShell(task: RunningJob, directory: string, shells: ShellPool): Promise<Outcome> {
  const outputFile = path.join(directory, 'output', `${task.job.id}.out`)
  if (!task.job.poll) return await task.settle(await attempt(task, outputFile, shells, task.sink.output))
  // What a verification prints counts when it holds, or for the last time it does not.
  let printed = new BoundedOutput()
  const once = (): Promise<Outcome> => {
    printed = new BoundedOutput()
    return attempt(task, outputFile, shells, printed.add)
  }
  const natural = await poll(once, task.job.timeoutMs, task.sink.waiting)
  printed.passOn(task.sink.output)
  return await task.settle(natural)
}

async function attempt(
  task: RunningJob,
  outputFile: string,
  shells: ShellPool,
  print: (chunk: Buffer) => void,
): Promise<Outcome> {
  const { job } = task
  if (task.ended) return { kind: 'cancelled', durationMs: task.durationMs, reason: task.ended.reason }
  const wantsOutputs = Object.keys(job.declares).length > 0
  if (wantsOutputs) writeFileSync(outputFile, '', { mode: 0o600 })
  const message = shMessage(job, outputFile)
  const started = performance.now()
  const ended = giveAndWait(task, print, shells.take(), message)
  shells.identifyIdle()
  const end = await ended
  await task.endLeftovers()
  const durationMs = performance.now() - started
  // Read and removed whatever the end was: what stands in it may be a secret.
  const parsed = wantsOutputs ? readOutputs(outputFile, job.declares) : { outputs: {} }
  if ('error' in end) return { kind: 'failed', durationMs, reason: end.error }
  if (end.code !== 0) return failure(end, durationMs)
  return 'reason' in parsed
    ? { kind: 'failed', durationMs, reason: parsed.reason }
    : { kind: 'ok', durationMs, outputs: parsed.outputs }
}

function readOutputs(
  file: string,
  declares: Parameters<typeof parseOutputs>[1],
): ReturnType<typeof parseOutputs> {
  const found = lstatSync(file, { throwIfNoEntry: false })
  if (!found) return { reason: 'the fence removed the file that $DRILLBOOK_OUTPUT names' }
  try {
    // Reading a pipe would wait for whoever writes into it.
    if (!found.isFile()) return { reason: 'what $DRILLBOOK_OUTPUT names is no file any more' }
    const { size } = found
    if (size > LONGEST_OUTPUTS)
      return { reason: `$DRILLBOOK_OUTPUT holds ${formatBytes(size)}: outputs are values` }
    return parseOutputs(readFileSync(file, 'utf8'), declares)
  } finally {
    rmSync(file, { force: true, recursive: true })
  }
}

type End = { code: number | null; signal: string | null; lastLine: string } | { error: string }

function failure(end: Exclude<End, { error: string }>, durationMs: number): Outcome {
  const how = end.signal === null ? `exit code ${end.code}` : `ended by ${end.signal}`
  return {
    kind: 'failed',
    durationMs,
    reason: end.lastLine === '' ? how : `${how}: ${end.lastLine}`,
    ...(end.code === null ? {} : { exitCode: end.code }),
    ...(end.signal === null ? {} : { signal: end.signal }),
  }
}

/** The shell executes the fence, its output passed on as it comes. */
function giveAndWait(
  task: RunningJob,
  print: (chunk: Buffer) => void,
  { child, identify, outputs, give }: Shell,
  message: Buffer,
): Promise<End> {
  return new Promise((resolve) => {
    const identity = identify()
    task.group = child.pid
    task.marks = [task.job.id, ...(identity?.mark === undefined ? [] : [identity.mark])]
    let unread = false
    const last = new LastLine()
    const take = (chunk: Buffer): void => {
      last.add(chunk)
      print(chunk)
    }
    const pipes = outputs.map((stream) => {
      const pipe = task.sink.pipe(take)
      stream.on('data', pipe.push)
      return pipe
    })
    child.on('error', (error) => resolve({ error: `bash could not be started: ${error.message}` }))
    child.on('exit', (code, signal) => {
      let isHeld = false
      const drained = setTimeout(() => {
        isHeld = true
        for (const stream of outputs) stream.destroy()
      }, DRAIN_MS)
      child.on('close', () => {
        clearTimeout(drained)
        for (const pipe of pipes) pipe.end()
        if (isHeld) print(HELD)
        // One that executed nothing has not succeeded, whatever it says.
        resolve(unread && code === 0 ? { error: UNREAD } : { code, signal, lastLine: last.text })
      })
    })
    try {
      task.sink.begins(identity)
    } catch (error) {
      give(NOTHING, () => {})
      throw error
    }
    give(message, () => {
      unread = true
    })
  })
}

/** For the reason of a failure: the last line that says anything, bounded. */
class LastLine {
  #tail = Buffer.alloc(0)

  add(chunk: Buffer): void {
    const last = chunk.subarray(Math.max(0, chunk.length - LONGEST_LINE))
    // White space alone says nothing: it does not push out what does.
    if (last.toString('latin1').trim() !== '')
      this.#tail = Buffer.concat([this.#tail, last]).subarray(-LONGEST_LINE)
  }

  get text(): string {
    const whole = this.#tail.subarray(wholeStart(this.#tail)).toString('utf8')
    return (whole.trimEnd().split('\n').at(-1) ?? '').trim()
  }
}

/** What one try of a verification printed: the beginning, and how much more there was. */
class BoundedOutput {
  readonly #chunks: Buffer[] = []
  #length = 0

  add = (chunk: Buffer): void => {
    if (this.#length < LONGEST_KEPT) this.#chunks.push(chunk.subarray(0, LONGEST_KEPT - this.#length))
    this.#length += chunk.length
  }

  passOn(output: (chunk: Buffer) => void): void {
    for (const chunk of this.#chunks) output(chunk)
    const more = this.#length - LONGEST_KEPT
    if (more > 0) output(Buffer.from(`\n[drillbook: ${formatBytes(more)} more are left out here]\n`))
  }
}
