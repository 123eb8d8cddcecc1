import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { Writable } from 'node:stream'
import type { Readable } from 'node:stream'
import { shWaiting } from '../fences/sh.ts'
import { locate } from './locate.ts'
import { identify } from './process-tree.ts'
import type { ProcessIdentity } from './process-tree.ts'

/** A shell that has started and waits for what it is to execute. It ends by itself when this process ends. */
export type Shell = {
  child: ChildProcess
  identity: ProcessIdentity | undefined
  outputs: Readable[]
  give: (message: Buffer) => void
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
    const shell = this.#idle ?? this.#start()
    this.#idle = undefined
    // While this one works: starting a process takes a moment.
    setImmediate(() => this.#refill())
    return shell
  }

  #refill(): void {
    if (this.#idle) return
    const shell = this.#start()
    this.#idle = shell
    const forget = (): void => {
      if (this.#idle === shell) this.#idle = undefined
    }
    shell.child.on('exit', forget)
    shell.child.on('error', forget)
  }

  /** In a process group of its own, so that ending a fence ends everything the fence started. */
  #start(): Shell {
    const { program, args } = shWaiting()
    const child = spawn(locate(program), args, {
      cwd: this.#root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
    const message = child.stdio[3]
    if (!(message instanceof Writable)) throw new Error('a process was started without its descriptor 3')
    // A shell that ended before it was told anything says so by its exit.
    message.on('error', () => {})
    const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null)
    const identity = child.pid === undefined ? undefined : identify(child.pid)
    return { child, identity, outputs, give: (bytes) => message.end(bytes) }
  }
}
