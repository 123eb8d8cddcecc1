import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { runProgram } from '../../src/cli/commands/check.ts'
import { loadExercise } from '../../src/document/exercise.ts'
import { loadRunbook } from '../../src/document/load.ts'
import { loadPlan } from '../../src/document/plan.ts'
import { checkProject } from '../../src/lint/check.ts'
import type { Problem } from '../../src/model/problem.ts'
import { sampleFiles } from '../lint/example-project.ts'
import { md, runbookText } from './runbook-text.ts'
import { temporaryProject } from './temporary-project.ts'

const STEP = '<Step id="a">\n\n## Zurück\n\n</Step>'
const RUNBOOK = 'runbooks/a.mdx'

function told(problems: readonly Problem[]): string[] {
  return problems.map(({ file, line, message }) => [file, line, message].filter(Boolean).join(': '))
}

const encodings: { title: string; bytes: (text: string) => Buffer; message: string }[] = [
  { title: 'Latin-1', bytes: (text) => Buffer.from(text, 'latin1'), message: `${RUNBOOK}: 10: is not UTF-8` },
  {
    title: 'UTF-16 with a mark',
    bytes: (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
    message: `${RUNBOOK}: 1: is not UTF-8`,
  },
  {
    title: 'UTF-16 without a mark',
    bytes: (text) => Buffer.from(text.replace('ü', 'u'), 'utf16le'),
    message: `${RUNBOOK}: 1: is not UTF-8 text: it holds NUL characters`,
  },
  {
    title: 'UTF-8 with a mark',
    bytes: (text) => Buffer.from(`\uFEFF${text}`),
    message: `${RUNBOOK}: 1: begins with a byte order mark (U+FEFF)`,
  },
]

for (const { title, bytes, message } of encodings)
  void test(`a runbook in ${title} is refused as what it is`, () => {
    using project = temporaryProject({ [RUNBOOK]: '' })
    writeFileSync(path.join(project.root, RUNBOOK), bytes(runbookText(STEP)))
    assert.deepEqual(told(loadRunbook(project.root, 'a').problems), [message])
  })

void test('a script with a byte order mark is refused, beside what is wrong elsewhere', () => {
  using project = temporaryProject({
    [RUNBOOK]: runbookText(
      md(
        `<Step>\n\n## B\n\n</Step>\n\n${STEP.replace('</Step>', "'''sh run file=scripts/a.sh\n'''\n\n</Step>")}`,
      ),
    ),
    'scripts/a.sh': '\uFEFFecho\n',
  })
  assert.deepEqual(told(loadRunbook(project.root, 'a').problems), [
    `${RUNBOOK}: 8: <Step> needs the attribute id`,
    'scripts/a.sh: 1: begins with a byte order mark (U+FEFF)',
  ])
})

void test('what is not UTF-8 in the plan, templates, exercises and reports is told with all the rest', async () => {
  using project = temporaryProject(sampleFiles())
  const files = [
    'docs/plan/schedule.yaml',
    'docs/plan/communications.yaml',
    'templates/inform/customers/identified.hbs',
    'docs/exercises/flood.mdx',
    'docs/postmortems/2026-11-20-flood.md',
  ]
  for (const file of files) {
    project.write(file, '')
    writeFileSync(path.join(project.root, file), Buffer.from('# Überflutung\n', 'latin1'))
  }
  assert.deepEqual(told(loadPlan(project.root).problems), [`${files[0]}: 1: is not UTF-8`])
  assert.deepEqual(told(loadExercise(project.root, 'flood').problems), [`${files[3]}: 1: is not UTF-8`])
  const options = { faults: [], now: new Date(), run: runProgram, rules: [] }
  const { findings } = await checkProject({ root: project.root, ...options })
  const wanted = files.map((file) => `${file}: 1: is not UTF-8`).sort()
  assert.deepEqual(
    told(findings)
      .filter((one) => one.includes('UTF-8'))
      .sort(),
    wanted,
  )
})

void test('what is no file is named in the place of a runbook, and never opened', () => {
  using project = temporaryProject({ [RUNBOOK]: runbookText(STEP) })
  const place = (name: string): string => path.join(project.root, 'runbooks', `${name}.mdx`)
  mkdirSync(place('folder'))
  execFileSync('bash', ['-c', 'mkfifo "$0"', place('pipe')])
  symlinkSync('gone.mdx', place('dangling'))
  symlinkSync('loop.mdx', place('loop'))
  symlinkSync('/etc/passwd', place('out'))
  const problemsOf = (id: string): string[] => told(loadRunbook(project.root, id).problems)
  const found = (id: string, what: string): string[] => [
    `runbooks/${id}.mdx: expected a runbook, found ${what}`,
  ]
  assert.deepEqual(problemsOf('folder'), found('folder', 'a folder, not a file'))
  assert.deepEqual(problemsOf('pipe'), found('pipe', 'a pipe, not a file'))
  assert.deepEqual(problemsOf('dangling'), found('dangling', 'a symbolic link that leads nowhere'))
  assert.deepEqual(problemsOf('loop'), found('loop', 'a symbolic link that leads back to itself'))
  assert.deepEqual(
    problemsOf('out'),
    found('out', 'a symbolic link that leads out of the project, or to what is no file'),
  )
  assert.deepEqual(problemsOf('none'), ['runbooks/none.mdx: there is no such runbook'])
})
