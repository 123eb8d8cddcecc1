import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { compare, interleave, roundsOf } from './measure.ts'
import type { Missing, Options, Row, Section } from './measure.ts'
import { DRILLBOOK, makeProject } from './project.ts'
import type { Project } from './project.ts'

const NAME = 'parse'
const COUNT = 1000
const ROUNDS = 3
const AGAINST = 'remark + remark-mdx, parse alone'

/** A thousand runbooks, each read for the first time: against the parser that everything stands on. */
export const parse: Section = { name: NAME, title: 'A thousand runbooks, each', run: measure }

async function measure(options: Options): Promise<(Row | Missing)[]> {
  const project = makeProject()
  project.removeRunbooks()
  for (let number = 1; number <= COUNT; number += 1)
    project.write(`runbooks/generated/r-${number}.mdx`, generated(number))
  const taken = await interleave(
    {
      remark: () => readAll(project, 'remark'),
      load: () => readAll(project, 'load'),
      check: () => checkAll(project),
    },
    roundsOf(ROUNDS, options),
  )
  const row = (what: string, name: 'load' | 'check'): Row =>
    compare({ section: NAME, what, against: AGAINST }, { what: taken(name), against: taken('remark') })
  return [row('read, checked, digested', 'load'), row('drillbook check, whole process', 'check')]
}

const answer = z.object({ ms: z.number(), count: z.literal(COUNT) })

/** Milliseconds for each runbook. */
async function readAll(project: Project, how: 'remark' | 'load'): Promise<number> {
  const child = path.join(import.meta.dirname, 'parse-child.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [child, project.root, how])
  return answer.parse(JSON.parse(stdout)).ms / COUNT
}

/** Findings are its business; that it looked at every runbook is ours. */
async function checkAll(project: Project): Promise<number> {
  const [file, ...words] = DRILLBOOK
  const started = performance.now()
  await promisify(execFile)(file, [...words, 'check'], {
    cwd: project.root,
    env: { ...process.env, ...project.env },
    maxBuffer: 1e9,
  }).catch(requireFindings)
  return (performance.now() - started) / COUNT
}

const findings = z.object({ code: z.literal(1) })

function requireFindings(error: unknown): void {
  if (!findings.safeParse(error).success) throw error
}

/** A runbook as people write them: prose, a check, a script, a proof and a way back in each of three steps. */
export function generated(number: number): string {
  const head = [
    '---',
    `title: Recover service ${number}`,
    `summary: What to do when service ${number} is gone, in three steps.`,
    'service: orders-db',
    'severity: sev3',
    '---',
  ]
  const steps = ['look', 'repair', 'prove'].flatMap((verb, index) => step(`${verb}-${number}`, index))
  return [
    ...head,
    '',
    `**Use this when** service ${number} does not answer. Do not use it when it is only *slow*.`,
    '',
    ...steps,
  ].join('\n')
}

function step(id: string, index: number): string[] {
  const fences = [
    ['sh check', `test -d / && echo "${id} can begin"`],
    [
      'ts run',
      `const answer: string = '${id}'\nif (answer.length === 0) throw new Error('nothing to do')\nconsole.log(answer)`,
    ],
    [
      'sql verify on=orders-db.primary',
      `select count(*) > 0 as ${id.replaceAll('-', '_')} from pg_stat_activity`,
    ],
    ['sh rollback', `echo "undoing ${id}"`],
  ]
  return [
    `<Step id="${id}" role="dba" danger="${index === 1 ? 'caution' : 'safe'}" expect="30s" timeout="5m">`,
    '',
    `## Step ${index + 1} of ${id}`,
    '',
    'Look at the [plan](../docs/plan/services.yaml) first. It takes:',
    '',
    '- one person at a terminal',
    `- about *30 seconds*, and the name \`${id}\``,
    '',
    ...fences.flatMap(([meta = '', code = '']) => [`\`\`\`${meta}`, code, '```', '']),
    '</Step>',
    '',
  ]
}
