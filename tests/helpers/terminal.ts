import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { until } from './processes.ts'
import { MAIN, MARK } from './project.ts'
import type { Project } from './project.ts'

/** A real terminal: tmux with a server of its own, in which the command line is used as a person would use it. */

const COLUMNS = 100
const ROWS = 50
/** How much of the end of the screen belongs to the question that stands there. */
const END_LINES = 14

export const hasTmux = spawnSync('tmux', ['-V']).status === 0

/** Without tmux these tests are skipped, saying so; in CI it has to be there. */
export const needsTmux = {
  timeout: 60_000,
  skip: !hasTmux && process.env['CI'] === undefined ? 'tmux is not installed' : false,
}

/** As `needsTmux`, and a session of its own. */
export const needsSetsid = {
  ...needsTmux,
  skip:
    needsTmux.skip ||
    (spawnSync('setsid', ['-V']).status !== 0 && process.env['CI'] === undefined
      ? 'setsid is not installed'
      : false),
}

export class Terminal {
  readonly #socket = `drillbook-test-${randomBytes(6).toString('hex')}`

  /** Starts `drillbook …` in the project, by `through` if given; its exit code is written below it when it has ended. */
  constructor(
    t: Pick<TestContext, 'after'>,
    project: Project,
    args: readonly string[],
    env: Record<string, string> = {},
    size = { columns: COLUMNS, rows: ROWS },
    through: readonly string[] = [],
  ) {
    const command = [...through, process.execPath, '--disable-warning=ExperimentalWarning', MAIN, ...args]
      .map(quoted)
      .join(' ')
    // The shell outlives Ctrl-C, so that it can tell how the program ended, and so that the screen stays.
    const script = `trap : INT; env ${quoted(`${MARK}=${project.root}`)} ${command}; echo "[exit $?]"; exec sleep 600`
    // Only what is ours carries the mark: the terminal may go on standing there.
    const server: NodeJS.ProcessEnv = { ...project.environment(env), TERM: 'xterm-256color' }
    delete server[MARK]
    startServer(
      [
        '-L',
        this.#socket,
        '-f',
        '/dev/null',
        'new-session',
        '-d',
        '-x',
        String(size.columns),
        '-y',
        String(size.rows),
        '-s',
        'it',
        '-c',
        project.root,
        'sh',
        '-c',
        script,
      ],
      server,
    )
    t.after(() => this.close())
  }

  #tmux(...args: string[]): string {
    const { status, stdout, stderr } = spawnSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`)
    return stdout
  }

  /** Everything that was shown, lines that were broken by the width joined again. */
  screen(): string {
    return this.#tmux('capture-pane', '-p', '-J', '-S', '-5000', '-t', 'it').trimEnd()
  }

  /** What is on the screen now, line by line as it is. */
  page(): string {
    return this.#tmux('capture-pane', '-p', '-t', 'it').trimEnd()
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-t', 'it', '-x', String(columns), '-y', String(rows))
  }

  /** Text as it is, without Enter. */
  type(text: string): void {
    this.#tmux('send-keys', '-t', 'it', '-l', text)
  }

  /** What stands at the end of the screen: the question that waits for an answer, or the last words. */
  end(): string {
    return this.screen()
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-END_LINES)
      .join('\n')
  }

  /** Waits for text anywhere on the screen, or above it. */
  async sees(pattern: RegExp): Promise<void> {
    await this.#waitFor(pattern, () => this.screen())
  }

  /** Waits until the end of the screen is so. */
  async endsWith(pattern: RegExp): Promise<void> {
    await this.#waitFor(pattern, () => this.end())
  }

  async #waitFor(pattern: RegExp, text: () => string): Promise<void> {
    await until('the screen shows it', () => pattern.test(text()), 20_000).catch(() => {
      throw new Error(`the screen does not show ${String(pattern)}:\n${this.screen()}`)
    })
  }

  /** Keys by their tmux names: `Enter`, `C-c`. */
  press(...keys: string[]): void {
    this.#tmux('send-keys', '-t', 'it', ...keys)
  }

  /** Types text and presses Enter, when the question is there. */
  async answer(question: RegExp, text: string): Promise<void> {
    await this.endsWith(question)
    if (text !== '') this.#tmux('send-keys', '-t', 'it', '-l', text)
    this.press('Enter')
  }

  async exits(code: number): Promise<void> {
    await this.sees(/\[exit \d+\]/)
    const found = /\[exit (\d+)\]/.exec(this.screen())?.[1]
    if (found !== String(code))
      throw new Error(`ended with ${found ?? ''}, expected ${code}:\n${this.screen()}`)
  }

  /** Closes the window while the program runs: it gets SIGHUP. */
  hangUp(): void {
    this.#tmux('kill-session', '-t', 'it')
  }

  close(): void {
    spawnSync('tmux', ['-L', this.#socket, 'kill-server'])
  }
}

const ATTEMPTS = 3

/** A server of tmux may go while its client still connects ("server exited unexpectedly"): it is started again. */
function startServer(args: readonly string[], env: NodeJS.ProcessEnv): void {
  for (let attempt = 1; ; attempt += 1) {
    const { status, stderr } = spawnSync('tmux', args, { env, encoding: 'utf8' })
    if (status === 0) return
    if (attempt === ATTEMPTS || !stderr.includes('server exited')) throw new Error(`tmux: ${stderr}`)
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
