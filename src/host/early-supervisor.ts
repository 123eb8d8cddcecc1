import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'

const START = path.join(import.meta.dirname, 'start.js')
const PROGRAM = path.join(import.meta.dirname, 'supervisor.ts')

let early: { child: ChildProcess; draft: string; root: string } | undefined

/**
 * Starts a supervisor before it is known what it will do: it needs as long to start as the runner needs to get ready. One that is
 * not taken ends with this process, and takes its file with it, also when a signal ended this one. `folder` is where the runs are; without it, nothing is started yet. `root` is where fences run.
 */
export function startEarly(folder: string, root: string): void {
  if (!existsSync(folder)) return
  const draft = path.join(folder, `.supervisor-${process.pid}.log`)
  early = { child: start(draft, root, [draft]), draft, root }
  early.child.channel?.unref()
  process.once('exit', discard)
}

/** The supervisor for a run, the early one if there is one. What it complains of is in the run's folder. */
export function takeSupervisor(directory: string, root: string): ChildProcess {
  const log = path.join(directory, 'supervisor.log')
  if (!early?.child.connected || early.root !== root || existsSync(log)) return start(log, root)
  const { child, draft } = early
  early = undefined
  renameSync(draft, log)
  return child
}

function start(logFile: string, root: string, discarded: string[] = []): ChildProcess {
  const log = openSync(logFile, 'a', 0o600)
  const child = fork(START, [PROGRAM, root, ...discarded], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning', '--v8-pool-size=1'],
  })
  closeSync(log)
  // Whoever takes it sees by its channel that it is gone.
  child.on('error', () => {})
  child.unref()
  return child
}

function discard(): void {
  if (early) rmSync(early.draft, { force: true })
}
