import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'

const PATIENCE_MS = 20_000
const SCRIPT = ['/usr/bin/script', '/bin/script'].find((file) => existsSync(file))

/** Why there is no terminal here, or undefined when there is one. */
export function noTerminal(): string | undefined {
  return SCRIPT === undefined ? 'util-linux (script) is not installed' : undefined
}

/** Wall-clock milliseconds, comparable with bash's EPOCHREALTIME and between processes. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now()
}

/**
 * A program on a pseudo-terminal, by util-linux's `script`. bash, which starts the program, first says what time it is: neither
 * its own start nor that of `script` counts.
 */
export class Terminal {
  readonly #child: ChildProcess
  readonly #ended: Promise<void>
  #text = ''
  #startedAt: number | undefined
  #look: () => void = () => {}

  constructor(words: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
    const command = `stty cols 100 rows 40; echo "@$EPOCHREALTIME@"; ${words.map(quoted).join(' ')}`
    this.#child = spawn(
      SCRIPT ?? 'script',
      ['--quiet', '--return', '--flush', '--command', command, '/dev/null'],
      {
        cwd: options.cwd,
        env: { ...process.env, TERM: 'xterm-256color', ...options.env, SHELL: '/bin/bash' },
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    )
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString()
      this.#startedAt ??= startIn(this.#text)
      this.#look()
    })
    this.#ended = new Promise((resolve) => this.#child.on('close', () => resolve()))
  }

  /** When bash was about to start the program. */
  get startedAt(): number {
    if (this.#startedAt !== undefined) return this.#startedAt
    throw new Error('the program was not started yet')
  }

  /** The moment at which the text was on the terminal; what was there before the last answer does not count. */
  shows(text: RegExp): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#child.kill('SIGTERM')
        reject(new Error(`${text} did not come:\n${this.#text.slice(-2000)}`))
      }, PATIENCE_MS)
      this.#look = () => {
        if (!text.test(this.#text)) return
        const at = wallClock()
        clearTimeout(timer)
        this.#look = () => {}
        resolve(at)
      }
      this.#look()
    })
  }

  /** Types, and returns when. */
  answer(keys: string): number {
    this.#text = ''
    const at = wallClock()
    this.#child.stdin?.write(keys)
    return at
  }

  /** Leaves a prompt by Ctrl-C, and waits until the program has ended. */
  async leave(): Promise<void> {
    this.answer('\u0003')
    await this.#ended
  }

  async ended(): Promise<void> {
    await this.#ended
  }
}

function startIn(text: string): number | undefined {
  const [, seconds] = /@(\d+\.\d+)@/.exec(text) ?? []
  return seconds === undefined ? undefined : Number(seconds) * 1000
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
