import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { parseDocument } from 'yaml'
import { z } from 'zod'

export const REPOSITORY = path.join(import.meta.dirname, '..', '..')
/** The environment of the generated runbooks: nothing to reach, nothing to protect. */
const ENVIRONMENT = 'bench'

/** What `npm run drillbook` starts, by the very node that runs this: its flags and its file. */
export const DRILLBOOK = programOf(path.join(REPOSITORY, 'package.json'))

function programOf(packageFile: string): [string, ...string[]] {
  const { scripts } = z
    .object({ scripts: z.object({ drillbook: z.string().startsWith('node ') }) })
    .parse(JSON.parse(readFileSync(packageFile, 'utf8')))
  const words = scripts.drillbook.split(' ').slice(1)
  return [
    process.execPath,
    ...words.map((word) => (word.startsWith('-') ? word : path.join(REPOSITORY, word))),
  ]
}

export type Project = {
  root: string
  /** What every start in it needs: its runs stay in it, and the sample environment finds its secret. */
  env: NodeJS.ProcessEnv
  write: (file: string, text: string) => void
  removeRunbooks: () => void
  /** The lines of the newest journal of a runbook. */
  newestJournal: (runbook: string) => string[]
  /** Forgets what was read before, so that the next start parses again. */
  forget: () => void
}

/** Where runs of this repository are recorded, too: a temporary folder may be in memory, where nothing has to be made durable. */
const PROJECTS = path.join(REPOSITORY, '.drillbook', 'bench')
/** How long a file system may remember what was removed. */
const REMEMBERED_MS = 10 * 60_000

/**
 * A copy of this repository's plan, runbooks and scripts, with an environment for generated runbooks, in a folder of its own. It stays:
 * on ext4 without a journal, whoever creates a file pays for each that was removed in the last five minutes.
 */
export function makeProject(): Project {
  mkdirSync(PROJECTS, { recursive: true })
  const root = mkdtempSync(path.join(PROJECTS, `${Date.now()}-`))
  for (const folder of ['runbooks', 'scripts', 'templates', 'docs/plan'])
    cpSync(path.join(REPOSITORY, folder), path.join(root, folder), { recursive: true, dereference: true })
  for (const folder of ['src', 'node_modules'])
    symlinkSync(path.join(REPOSITORY, folder), path.join(root, folder))
  const environments = path.join(root, 'docs', 'plan', 'environments.yaml')
  const plan = parseDocument(readFileSync(environments, 'utf8'))
  plan.setIn(['environments', ENVIRONMENT], { title: 'Nothing', protected: false })
  plan.setIn(['default'], ENVIRONMENT)
  writeFileSync(environments, plan.toString())
  const write = (file: string, text: string): void => {
    const target = path.join(root, file)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, text)
  }
  const runs = path.join(root, 'runs')
  mkdirSync(runs)
  return {
    root,
    env: {
      DRILLBOOK_RUNS: runs,
      ORDERS_DB_PASSWORD: 'not-a-secret',
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
    },
    write,
    newestJournal: (runbook) => {
      const newest =
        readdirSync(runs)
          .filter((name) => name.includes(`-${runbook}-`))
          .sort()
          .at(-1) ?? ''
      return readFileSync(path.join(runs, newest, 'journal.ndjson'), 'utf8')
        .trimEnd()
        .split('\n')
    },
    removeRunbooks: () => rmSync(path.join(root, 'runbooks'), { recursive: true }),
    forget: () => rmSync(path.join(root, '.drillbook'), { recursive: true, force: true }),
  }
}

/** Removes projects of earlier measurements, once nobody measures any more. */
export function removeEarlierProjects(): void {
  if (!existsSync(PROJECTS)) return
  for (const name of readdirSync(PROJECTS))
    if (Number.parseInt(name, 10) < Date.now() - REMEMBERED_MS)
      rmSync(path.join(PROJECTS, name), { recursive: true, force: true })
}

export type PlainStep = { lang: 'sh' | 'ts'; code: string }

/** A runbook of steps that each run one fence. */
export function plainRunbook(title: string, steps: readonly PlainStep[]): string {
  const head = [
    '---',
    `title: ${title}`,
    `summary: ${title}, for the benchmark.`,
    'service: orders-db',
    'severity: sev4',
    '---',
  ]
  const body = steps.flatMap(({ lang, code }, index) => [
    '',
    `<Step id="step-${index + 1}" expect="1s">`,
    '',
    `## Step ${index + 1}`,
    '',
    `\`\`\`${lang} run`,
    code,
    '```',
    '',
    '</Step>',
  ])
  return [...head, '', 'Only for measuring.', ...body, ''].join('\n')
}

export function repeat(count: number, step: (number: number) => PlainStep): PlainStep[] {
  return Array.from({ length: count }, (_, index) => step(index + 1))
}
