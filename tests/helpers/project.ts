import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { text } from 'node:stream/consumers'
import packageFile from '../../package.json' with { type: 'json' }
import { readJournal } from '../../src/journal/read.ts'
import { journalFile, listRuns } from '../../src/journal/run-directory.ts'
import type { JournalEvent } from '../../src/model/event.ts'
import { parseEvent } from '../../src/model/event.ts'
import { endProcesses } from './processes.ts'
import { PLAN } from './plan.ts'

export const REPOSITORY = path.resolve(import.meta.dirname, '..', '..')
export const MAIN = path.join(REPOSITORY, packageFile.bin.drillbook)
const SOURCE_ROOT = path.join(REPOSITORY, 'node_modules', '.bin')
/** Every process that a test project starts carries this with the project's folder: none is ever lost from sight. */
export const MARK = 'DRILLBOOK_TEST_PROJECT'

export type Ended = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }
export type CommandOptions = { env?: Record<string, string>; nodeOptions?: readonly string[]; cwd?: string }

/** A project of its own in a temporary folder, and the real command line in it. */
export class Project {
  readonly root: string

  constructor(root: string, files: Record<string, string>) {
    this.root = root
    for (const [name, content] of Object.entries({ ...PLAN, ...files })) this.write(name, content)
  }

  get runs(): string {
    return path.join(this.root, 'runs')
  }

  path(...names: string[]): string {
    return path.join(this.root, ...names)
  }

  write(name: string, content: string): void {
    mkdirSync(path.dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), content)
  }

  /** The text of a file, empty when there is none. */
  read(name: string): string {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : ''
  }

  environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
    const { DRILLBOOK_RUNS: _runs, DRILLBOOK_LAB: _lab, NODE_TEST_CONTEXT: _test, ...inherited } = process.env
    const own = {
      PATH: `${SOURCE_ROOT}:${process.env['PATH'] ?? ''}`,
      [MARK]: this.root,
      DRILLBOOK_OPERATOR: 'tester',
      NO_COLOR: '1',
    }
    return { ...inherited, ...own, ...more }
  }

  /** The command line, running. */
  start(
    args: readonly string[],
    options: CommandOptions = {},
  ): ChildProcessByStdio<null, Readable, Readable> {
    const flags = ['--disable-warning=ExperimentalWarning', ...(options.nodeOptions ?? [])]
    return spawn(process.execPath, [...flags, MAIN, ...args], {
      cwd: options.cwd ?? this.root,
      env: this.environment(options.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /** The command line, started by a line of bash that ends with `exec "$@"`. */
  shell(line: string, args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
    const command = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN, ...args]
    return spawn('bash', ['-c', line, 'bash', ...command], {
      cwd: this.root,
      env: this.environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /** The command line, from its start to its end. */
  async cli(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
    return await ended(this.start(args, options))
  }

  /** An unattended run with its events. */
  async run(
    id: string,
    args: readonly string[] = [],
    options: CommandOptions = {},
  ): Promise<Ended & { events: JournalEvent[] }> {
    const end = await this.cli(['run', id, '--yes', '--json', ...args], options)
    return { ...end, events: eventsOf(end.stdout) }
  }

  runIds(): string[] {
    return listRuns(this.runs)
  }

  /** The folder of the newest run. */
  lastRun(): string {
    const id = this.runIds().at(-1)
    if (id === undefined) throw new Error(`there is no run in ${this.runs}`)
    return path.join(this.runs, id)
  }

  /** What the newest journal holds. */
  journal(): JournalEvent[] {
    return readJournal(journalFile(this.lastRun())).events
  }

  /** Every file of the project but the runbooks and plan that it was made of. */
  files(): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(this.root, path.join(entry.parentPath, entry.name)))
      .sort()
  }
}

/** A project that is gone after the test, with everything that it started. */
export function makeProject(t: TestContext, files: Record<string, string>): Project {
  const root = mkdtempSync(path.join(tmpdir(), 'drillbook-test-'))
  t.after(async () => {
    await endProcesses(`${MARK}=${root}`)
    rmSync(root, { recursive: true, force: true })
  })
  return new Project(root, files)
}

export async function ended(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Ended> {
  const exit = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve({ code, signal }))
  })
  const [stdout, stderr, end] = await Promise.all([text(child.stdout), text(child.stderr), exit])
  return { ...end, stdout, stderr }
}

/** Every line has to be a valid event. */
export function eventsOf(ndjson: string): JournalEvent[] {
  return ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseEvent(JSON.parse(line)))
}

/** A runbook of the service that the test plan has. */
export function runbook(body: string, frontMatter = ''): string {
  const head = [
    'title: A test',
    'summary: What a test needs.',
    'service: shop',
    'severity: sev3',
    frontMatter.trim(),
  ]
  return `---\n${head.filter((line) => line !== '').join('\n')}\n---\n\n${body.trim()}\n`
}

/** A decision between these choices. */
export function decision(id: string, attributes: string, ...values: string[]): string {
  const choices = values.map(
    (value) => `<Choice value="${value}" title="Go ${value}">\n\nThere.\n\n</Choice>\n`,
  )
  return `<Decision id="${id}" ${attributes}>\n\n## Which way, ${id}?\n\n${choices.join('\n')}\n</Decision>\n`
}

/** A step of fences, each as `role`, `language` and text. */
export function step(id: string, attributes: string, ...fences: [info: string, code: string][]): string {
  const blocks = fences.map(([info, code]) => `\`\`\`${info}\n${code}\n\`\`\`\n`)
  return `<Step id="${id}"${attributes === '' ? '' : ` ${attributes}`}>\n\n## The step ${id}\n\n${blocks.join('\n')}\n</Step>\n`
}
