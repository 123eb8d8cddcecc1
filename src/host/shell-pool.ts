import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { Writable } from 'node:stream'
import type { Readable } from 'node:stream'
import { shWaiting } from '../fences/sh.ts'
import { JOB_VARIABLE } from '../model/shell.ts'
import { locate } from './locate.ts'
import { identify } from './process-tree.ts'
import type { WorkerIdentity } from './supervision.ts'

/** A shell that has started and waits for what it is to execute. It ends by itself when this process ends. */
export type Shell = {
  child: ChildProcess
  /** Looked up when it is asked for the first time. */
  identify: () => WorkerIdentity | undefined
  outputs: Readable[]
  /** `unread` is called when the shell ended before it had read the whole message, and before `child` is closed. */
  give: (message: Buffer, unread: () => void) => void
}

/** The next one has had time to start while the one before it is used. */
const READY = 2

/** Shells that are started before they are needed, in the folder of the project. Each executes one fence. */
export class ShellPool {
  readonly #root: string
  readonly #idle: Shell[] = []
  /** A copy: asking for every variable at every start takes longer than some fences do. */
  readonly #environment = { ...process.env }
  /** How many fences will want one; until that is known, one. */
  #wanted = 1

  constructor(root: string) {
    this.#root = root
    this.refill()
  }

  /** So many fences are to come. */
  expect(fences: number): void {
    this.#wanted = fences
    this.refill()
    this.identifyIdle()
  }

  /** One of them has come. It may take several shells: a verification is tried again and again. */
  arrived(): void {
    this.#wanted -= 1
  }

  /** For when a fence is executed and this process waits for it. */
  identifyIdle(): void {
    for (const shell of this.#idle) shell.identify()
  }

  take(): Shell {
    return this.#idle.shift() ?? startShell(this.#root, this.#environment)
  }

  /** For when nobody waits: starting a process holds everything else up for a moment. */
  refill(): void {
    while (this.#idle.length < Math.min(READY, this.#wanted)) {
      const shell = this.#startAhead()
      if (!shell) return
      this.#idle.push(shell)
      shell.child.on('exit', () => this.#forget(shell))
      shell.child.on('error', () => this.#forget(shell))
    }
  }

  /** Undefined when no process can be started now: whoever needs one tries again, and is told why not. */
  #startAhead(): Shell | undefined {
    try {
      return startShell(this.#root, this.#environment)
    } catch {
      return undefined
    }
  }

  #forget(shell: Shell): void {
    const index = this.#idle.indexOf(shell)
    if (index !== -1) this.#idle.splice(index, 1)
  }
}

/** Of this process. A shell's mark is as unique as a random one, and costs no library that the first step would wait for. */
let started = 0

/** In a process group of its own, so that ending a fence ends everything the fence started. */
export function startShell(root: string, environment: NodeJS.ProcessEnv = process.env): Shell {
  const { program, args } = shWaiting()
  // Not the job's: a subshell keeps the environment that this process was started with.
  started += 1
  const mark = `shell-${process.pid}-${performance.timeOrigin}-${started}`
  const child = spawn(locate(program), args, {
    cwd: root,
    env: { ...environment, [JOB_VARIABLE]: mark },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  // Whoever gives it something to do listens as well.
  child.on('error', () => {})
  const message = child.stdio?.[3]
  if (!(message instanceof Writable))
    throw new Error('bash could not be started: no more files can be opened')
  let tell: (() => void) | undefined
  // What it left unread when it ended (ECONNRESET).
  message.on('error', () => tell?.())
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null)
  let known: WorkerIdentity | undefined
  return {
    child,
    identify: () => {
      const found = known === undefined && child.pid !== undefined ? identify(child.pid) : undefined
      known ??= found && { ...found, mark }
      return known
    },
    outputs,
    give: (bytes, unread) => {
      tell = unread
      message.end(bytes, (error?: Error | null) => {
        if (error) unread()
      })
    },
  }
}
