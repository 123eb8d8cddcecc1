import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { JOB_VARIABLE, parseOutputs, shCommand, shEnvironment } from '../fences/sh.ts'
import type { Outcome } from '../model/outcome.ts'
import { poll } from './poll.ts'
import type { RunningJob } from './running-job.ts'

/** After its process has ended, how long the rest of its output is awaited when something else holds the pipe open. */
const DRAIN_MS = 200

/** Executes a sh fence, again and again when it is a verification. */
export async function runShell(task: RunningJob, directory: string): Promise<Outcome> {
  const outputFile = path.join(directory, 'output', `${task.job.id}.out`)
  if (!task.job.poll) return await task.settle(await attempt(task, outputFile, task.sink.output))
  // What a verification prints counts when it holds, or for the last time it does not.
  let printed: Buffer[] = []
  const once = (): Promise<Outcome> => {
    printed = []
    return attempt(task, outputFile, (chunk) => printed.push(chunk))
  }
  const natural = await poll(once, task.job.timeoutMs, task.sink.waiting)
  for (const chunk of printed) task.sink.output(chunk)
  return await task.settle(natural)
}

async function attempt(task: RunningJob, outputFile: string, print: (chunk: Buffer) => void): Promise<Outcome> {
  const { job } = task
  if (task.ended) return { kind: 'cancelled', durationMs: task.durationMs, reason: task.ended.reason }
  const wantsOutputs = Object.keys(job.declares).length > 0
  if (wantsOutputs) writeFileSync(outputFile, '', { mode: 0o600 })
  const { program, args } = shCommand(job)
  const started = performance.now()
  const end = await spawnAndWait(task, print, program, args, { ...process.env, ...shEnvironment(job, outputFile), [JOB_VARIABLE]: job.id })
  await task.endLeftovers()
  const durationMs = performance.now() - started
  if ('error' in end) return { kind: 'failed', durationMs, reason: `${program} could not be started: ${end.error}` }
  if (end.code !== 0) return failure(end, durationMs)
  const parsed = wantsOutputs ? readOutputs(outputFile, job.declares) : { outputs: {} }
  return 'reason' in parsed ? { kind: 'failed', durationMs, reason: parsed.reason } : { kind: 'ok', durationMs, outputs: parsed.outputs }
}

function readOutputs(file: string, declares: Parameters<typeof parseOutputs>[1]): ReturnType<typeof parseOutputs> {
  const text = readFileSync(file, 'utf8')
  rmSync(file)
  return parseOutputs(text, declares)
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
function spawnAndWait(task: RunningJob, print: (chunk: Buffer) => void, program: string, args: string[], env: NodeJS.ProcessEnv): Promise<End> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: task.job.root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    task.group = child.pid
    let lastLine = ''
    const take = (chunk: Buffer): void => {
      lastLine = lastLineOf(chunk) || lastLine
      print(chunk)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', (error) => resolve({ error: error.message }))
    child.on('exit', (code, signal) => {
      const drained = setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      }, DRAIN_MS)
      child.on('close', () => {
        clearTimeout(drained)
        resolve({ code, signal, lastLine })
      })
    })
  })
}

/** For the reason of a failure: the last line that says anything, bounded. */
function lastLineOf(chunk: Buffer): string {
  const tail = chunk.subarray(Math.max(0, chunk.length - 400)).toString('utf8')
  return (tail.trimEnd().split('\n').at(-1) ?? '').trim()
}
