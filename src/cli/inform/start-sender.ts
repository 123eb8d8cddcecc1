import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url))

/**
 * A process that sends what a folder has queued, and outlives this one. What it complains of is in the folder. Never throws: a full
 * disk or process table must not end a recovery, and what is queued stays queued.
 */
export function startSender(directory: string): void {
  start(directory, 'ignore')
}

/** The sender of one run. It is started before it is needed, sends whenever it is woken, and once more when the run's process is gone. */
export class RunSender {
  readonly #directory: string
  #child: ChildProcess | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  wake(): void {
    this.#started()?.send('wake', () => {})
  }

  /** Resolves when a message could leave at once, or nothing can be started. */
  async ready(): Promise<void> {
    const child = this.#started()
    if (!child?.connected) return
    child.channel?.ref()
    await Promise.race([once(child, 'message'), once(child, 'disconnect')])
    child.channel?.unref()
  }

  #started(): ChildProcess | undefined {
    if (!this.#child?.connected) {
      this.#child = start(this.#directory, 'ipc')
      this.#child?.channel?.unref()
    }
    return this.#child
  }
}

function start(directory: string, channel: 'ignore' | 'ipc'): ChildProcess | undefined {
  try {
    const folder = path.join(directory, 'outbox')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const log = openSync(path.join(folder, 'sender.log'), 'a', 0o600)
    const words = [
      '--disable-warning=ExperimentalWarning',
      '--v8-pool-size=1',
      MAIN,
      'inform',
      '--send',
      directory,
    ]
    const child = spawn(process.execPath, words, { detached: true, stdio: ['ignore', log, log, channel] })
    closeSync(log)
    // "drillbook inform --outbox" shows what has not left, and starts the next sender.
    child.on('error', () => {})
    if (child.pid !== undefined) yieldToOthers(child.pid)
    child.unref()
    return child
  } catch {
    return undefined
  }
}

/** The recovery comes first on a machine that is busy with it, but messages still leave. */
function yieldToOthers(pid: number): void {
  setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  // Linux shares time between sessions before it looks at priorities, and the sender has a session of its own.
  const session = `/proc/${pid}/autogroup`
  if (existsSync(session)) writeFileSync(session, String(constants.priority.PRIORITY_BELOW_NORMAL))
}
