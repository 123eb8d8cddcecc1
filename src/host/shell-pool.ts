import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import type { Readable } from 'node:stream'
import { JOB_VARIABLE, shWaiting } from '../fences/sh.ts'
import { locate } from './locate.ts'
import { identify } from './process-tree.ts'
import type { WorkerIdentity } from './supervision.ts'

/** A shell that has started and waits for what it is to execute. It ends by itself when this process ends. */
export type Shell = {
  child: ChildProcess
  identity: WorkerIdentity | undefined
  outputs: Readable[]
  /** `unread` is called when the shell ended before it had read the whole message. */
  give: (message: Buffer, unread: () => void) => void
}

/** A shell that is started before it is needed, in the folder of the project. Each executes one fence; then there is another one. */
export class ShellPool {
  readonly #root: string
  #idle: Shell | undefined

  constructor(root: string) {
    this.#root = root
    this.#refill()
  }

  take(): Shell {
    const shell = this.#idle ?? startShell(this.#root)
    this.#idle = undefined
    // While this one works: starting a process takes a moment.
    setImmediate(() => this.#refill())
    return shell
  }

  #refill(): void {
    if (this.#idle) return
    const shell = startAhead(this.#root)
    if (!shell) return
    this.#idle = shell
    const forget = (): void => {
      if (this.#idle === shell) this.#idle = undefined
    }
    shell.child.on('exit', forget)
    shell.child.on('error', forget)
  }
}

/** Undefined when no process can be started now: whoever needs one tries again, and is told why not. */
function startAhead(root: string): Shell | undefined {
  try {
    return startShell(root)
  } catch {
    return undefined
  }
}

/** In a process group of its own, so that ending a fence ends everything the fence started. */
export function startShell(root: string): Shell {
  const { program, args } = shWaiting()
  // Not the job's: a subshell keeps the environment that this process was started with.
  const mark = `shell-${randomUUID()}`
  const child = spawn(locate(program), args, {
    cwd: root,
    env: { ...process.env, [JOB_VARIABLE]: mark },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  // Whoever gives it something to do listens as well.
  child.on('error', () => {})
  const message = child.stdio?.[3]
  if (!(message instanceof Writable))
    throw new Error('bash could not be started: no more files can be opened')
  message.on('error', () => {})
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null)
  const identity = child.pid === undefined ? undefined : identify(child.pid)
  return {
    child,
    identity: identity && { ...identity, mark },
    outputs,
    give: (bytes, unread) =>
      message.end(bytes, (error?: Error | null) => {
        if (error) unread()
      }),
  }
}
