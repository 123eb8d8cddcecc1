import { readFileSync } from 'node:fs'
import path from 'node:path'
import { compare, interleave, median, roundsOf, timeProgram } from './measure.ts'
import type { Options, Row, Section } from './measure.ts'
import { DRILLBOOK, makeProject, plainRunbook, repeat } from './project.ts'
import type { Project } from './project.ts'

const NAME = 'hundred-steps'
const STEPS = 100
const ROUNDS = 15
const TARGET = { atMost: 1.5 }

/** A hundred trivial steps, against bash that runs the same commands and makes one line about each durable. */
export const hundredSteps: Section = { name: NAME, title: 'A hundred steps', run: measure }

type Taken = { wholeMs: number; stepsMs: number }

async function measure(options: Options): Promise<Row[]> {
  const project = makeProject()
  for (const lang of ['sh', 'ts'] as const) {
    const code = (n: number): string => (lang === 'sh' ? `echo step ${n}` : `console.log('step ${n}')`)
    project.write(
      `runbooks/hundred-${lang}.mdx`,
      plainRunbook(
        'A hundred steps',
        repeat(STEPS, (n) => ({ lang, code: code(n) })),
      ),
    )
  }
  return await compareAll(project, roundsOf(ROUNDS, options))
}

async function compareAll(project: Project, rounds: number): Promise<Row[]> {
  const sync = await cheaperSync(project)
  const steps: Record<string, number[]> = { sh: [], ts: [], bash: [] }
  const keep = (name: string, { wholeMs, stepsMs }: Taken): number => {
    steps[name]?.push(stepsMs)
    return wholeMs
  }
  const taken = await interleave(
    {
      sh: async () => keep('sh', await drillbook(project, 'hundred-sh')),
      ts: async () => keep('ts', await drillbook(project, 'hundred-ts')),
      bash: async () => keep('bash', await bash(project, sync)),
    },
    rounds,
  )
  const counted = (name: string): number[] => (steps[name] ?? []).slice(1)
  const against = `bash -c + ${sync.split(' ')[0]}`
  const row = (what: string, samples: Row['samples'], target?: Row['target']): Row =>
    compare({ section: NAME, what, against }, samples, target)
  return [
    row('100 sh steps, first to last', { what: counted('sh'), against: counted('bash') }, TARGET),
    row('100 sh steps, whole process', { what: taken('sh'), against: taken('bash') }),
    row('100 ts steps, first to last', { what: counted('ts'), against: counted('bash') }),
    row('100 ts steps, whole process', { what: taken('ts'), against: taken('bash') }),
  ]
}

/** The first step begins when it is recorded as begun, the last one ends when it is recorded as done. */
async function drillbook(project: Project, id: string): Promise<Taken> {
  const [file, ...words] = DRILLBOOK
  const wholeMs = await timeProgram({
    file,
    words: [...words, 'run', id, '--yes'],
    cwd: project.root,
    env: project.env,
  })
  const lines = project.newestJournal(id)
  const began = lines.find((line) => line.includes('"event":"step-started"'))
  const ended = lines.findLast((line) => line.includes('"event":"step-finished"'))
  return { wholeMs, stepsMs: monotonicOf(ended) - monotonicOf(began) }
}

function monotonicOf(line: string | undefined): number {
  const event: unknown = JSON.parse(line ?? 'null')
  if (typeof event === 'object' && event !== null && 'mono' in event && typeof event.mono === 'number')
    return event.mono
  throw new Error(`not a line of a journal: ${line}`)
}

/** Two ways in which a shell script makes a line durable; what we are compared with is the cheaper one. */
const SYNCS = ['sync -d bash.log', 'dd of=bash.log oflag=append conv=notrunc,fdatasync status=none']

async function cheaperSync(project: Project): Promise<string> {
  const [first = '', second = ''] = SYNCS
  const taken = await interleave(
    {
      first: async () => (await bash(project, first)).stepsMs,
      second: async () => (await bash(project, second)).stepsMs,
    },
    3,
  )
  return median(taken('first')) <= median(taken('second')) ? first : second
}

async function bash(project: Project, sync: string): Promise<Taken> {
  const record = (text: string): string =>
    sync.startsWith('dd') ? `${sync} <<< "${text}"` : `echo "${text}" >> bash.log; ${sync}`
  const lines = Array.from({ length: STEPS }, (_, index) => [
    record(`begin ${index + 1} $EPOCHREALTIME`),
    `bash -euo pipefail -c 'echo step ${index + 1}'`,
  ])
  const script = [
    'echo $EPOCHREALTIME > bash.times',
    ...lines.flat(),
    'echo $EPOCHREALTIME >> bash.times',
  ].join('\n')
  project.write('hundred.sh', script)
  project.write('bash.log', '')
  const wholeMs = await timeProgram({ file: 'bash', words: ['hundred.sh'], cwd: project.root })
  const [began = '', ended = ''] = readFileSync(path.join(project.root, 'bash.times'), 'utf8').split('\n')
  return { wholeMs, stepsMs: (Number(ended) - Number(began)) * 1000 }
}
