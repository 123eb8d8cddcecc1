import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { until } from './processes.ts'

const PATIENCE_MS = 20_000
const COLUMNS = 110
const ROWS = 60

/** Terminals of tmux, on a socket of their own; all of it is gone after the test. */
export class Panes {
  readonly #socket = `drillbook-test-${process.pid}-${randomBytes(4).toString('hex')}`
  #count = 0

  constructor(t: TestContext) {
    t.after(() => {
      this.tmux('kill-server')
    })
  }

  /** A shell with this prompt. */
  open(prompt: string, options: { cwd: string; env: NodeJS.ProcessEnv }): Pane {
    const name = `pane-${(this.#count += 1)}`
    const size = ['-x', String(COLUMNS), '-y', String(ROWS)]
    const shell = `exec env PS1=${JSON.stringify(`${prompt} $ `)} bash --norc --noprofile`
    this.tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-s',
      name,
      ...size,
      '-c',
      options.cwd,
      ...assignments(options.env),
      shell,
    )
    return new Pane(this, name)
  }

  tmux(...args: string[]): string {
    return spawnSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' }).stdout
  }
}

/** Only what tmux could take from the environment of a server that is already there. */
function assignments(environment: NodeJS.ProcessEnv): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : ['-e', `${name}=${value}`],
  )
}

export class Pane {
  readonly #panes: Panes
  readonly #name: string

  constructor(panes: Panes, name: string) {
    this.#panes = panes
    this.#name = name
  }

  /** All of it, what has scrolled away included; a line that was too long for the terminal is one line. */
  text(): string {
    return this.#panes.tmux('capture-pane', '-p', '-J', '-S', '-', '-t', this.#name).trimEnd()
  }

  async shows(what: RegExp | string): Promise<RegExpMatchArray> {
    let found: RegExpMatchArray | null = null
    const look = (): boolean => {
      found = this.text().match(what)
      return found !== null
    }
    await until(String(what), look, PATIENCE_MS).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.text()}`)
    })
    if (found) return found
    throw new Error('unreachable')
  }

  /** Types it, and Enter. */
  type(text: string): void {
    if (text !== '') this.#panes.tmux('send-keys', '-l', '-t', this.#name, text)
    this.#panes.tmux('send-keys', '-t', this.#name, 'Enter')
  }

  /** Waits for the text, then answers. */
  async answer(what: RegExp | string, text: string): Promise<void> {
    await this.shows(what)
    this.type(text)
  }
}
