import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { JOB_VARIABLE, parseOutputs, shCommand, shEnvironment } from '../fences/sh.ts'
import type { Outcome } from '../model/outcome.ts'
import { locate } from './locate.ts'
import { poll } from './poll.ts'
import type { RunningJob } from './running-job.ts'
import { formatBytes } from './text.ts'
import { wholeStart } from './utf8.ts'

/** After its process has ended, how long the rest of its output is awaited when something else holds the pipe open. */
const DRAIN_MS = 200
/** This process changes none of it, and every look at process.env is a call into the system. */
const INHERITED = { ...process.env }
/** How much of $DRILLBOOK_OUTPUT is read. */
const LONGEST_OUTPUTS = 1_000_000
/** How much of the last line stands in the reason of a failure. */
const LONGEST_LINE = 400
/** How much of what one try of a verification prints is kept until it is known whether it counts. */
const LONGEST_KEPT = 1_000_000

/** Executes a sh fence, again and again when it is a verification. */
export async function runShell(task: RunningJob, directory: string): Promise<Outcome> {
  const outputFile = path.join(directory, 'output', `${task.job.id}.out`)
  task.sink.begins(undefined)
  if (!task.job.poll) return await task.settle(await attempt(task, outputFile, task.sink.output))
  // What a verification prints counts when it holds, or for the last time it does not.
  let printed = new BoundedOutput()
  const once = (): Promise<Outcome> => {
    printed = new BoundedOutput()
    return attempt(task, outputFile, printed.add)
  }
  const natural = await poll(once, task.job.timeoutMs, task.sink.waiting)
  printed.passOn(task.sink.output)
  return await task.settle(natural)
}

async function attempt(
  task: RunningJob,
  outputFile: string,
  print: (chunk: Buffer) => void,
): Promise<Outcome> {
  const { job } = task
  if (task.ended) return { kind: 'cancelled', durationMs: task.durationMs, reason: task.ended.reason }
  const wantsOutputs = Object.keys(job.declares).length > 0
  if (wantsOutputs) writeFileSync(outputFile, '', { mode: 0o600 })
  const { program, args } = shCommand(job)
  const started = performance.now()
  const end = await spawnAndWait(task, print, program, args, {
    ...INHERITED,
    ...shEnvironment(job, outputFile),
    [JOB_VARIABLE]: job.id,
  })
  await task.endLeftovers()
  const durationMs = performance.now() - started
  // Read and removed whatever the end was: what stands in it may be a secret.
  const parsed = wantsOutputs ? readOutputs(outputFile, job.declares) : { outputs: {} }
  if ('error' in end)
    return { kind: 'failed', durationMs, reason: `${program} could not be started: ${end.error}` }
  if (end.code !== 0) return failure(end, durationMs)
  return 'reason' in parsed
    ? { kind: 'failed', durationMs, reason: parsed.reason }
    : { kind: 'ok', durationMs, outputs: parsed.outputs }
}

function readOutputs(
  file: string,
  declares: Parameters<typeof parseOutputs>[1],
): ReturnType<typeof parseOutputs> {
  if (!existsSync(file)) return { reason: 'the fence removed the file that $DRILLBOOK_OUTPUT names' }
  try {
    const { size } = statSync(file)
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

/** The process in a group of its own, its output passed on as it comes. */
function spawnAndWait(
  task: RunningJob,
  print: (chunk: Buffer) => void,
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<End> {
  return new Promise((resolve) => {
    const child = spawn(locate(program), args, {
      cwd: task.job.root,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    task.group = child.pid
    const last = new LastLine()
    const take = (chunk: Buffer): void => {
      last.add(chunk)
      print(chunk)
    }
    const pipes = [child.stdout, child.stderr].map((stream) => {
      const pipe = task.sink.pipe(take)
      stream.on('data', pipe.push)
      return pipe
    })
    child.on('error', (error) => resolve({ error: error.message }))
    child.on('exit', (code, signal) => {
      const drained = setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      }, DRAIN_MS)
      child.on('close', () => {
        clearTimeout(drained)
        for (const pipe of pipes) pipe.end()
        resolve({ code, signal, lastLine: last.text })
      })
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
