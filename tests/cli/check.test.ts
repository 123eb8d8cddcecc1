import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { runProgram } from '../../src/cli/commands/check.ts'
import { PLAN_FILES } from '../../src/document/plan.ts'
import { repositoryFile, temporaryProject } from '../document/temporary-project.ts'
import { makeProject, runbook } from '../helpers/project.ts'
import { Terminal, needsTmux } from '../helpers/terminal.ts'
import { sampleFiles } from '../lint/example-project.ts'

const MAIN = repositoryFile('src/cli/main.js')

async function check(root: string, ...args: string[]) {
  return runProgram(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'check', ...args], {
    cwd: root,
  })
}

const STEP = '<Step id="a" role="dbas">\n\n## A\n\n</Step>\n'

/** With contacts that were verified today, whenever today is. */
function files(body?: string): Record<string, string> {
  const today = new Date().toISOString().slice(0, 10)
  const schedule =
    'verifications:\n  v: { title: V, backup: orders-db, every: 7d, owner: dba, proves: Counts }\n'
  return Object.fromEntries(
    Object.entries(sampleFiles(body)).map(([file, text]) => [
      file,
      file.endsWith('schedule.yaml') ? text + schedule : text.replace('2026-11-01', today),
    ]),
  )
}

void test('nothing is wrong', async () => {
  using project = temporaryProject(files())
  const { code, stdout, stderr } = await check(project.root, '--strict')
  assert.deepEqual([code, stdout], [0, ''])
  assert.match(stderr, /^1 runbook and the plan, \d+ rules: nothing found\n$/)
})

void test('errors fail, sorted by place, with what to do', async () => {
  using project = temporaryProject({ ...files(STEP), 'runbooks/b/c.mdx': '---\n---\n' })
  const { code, stdout, stderr } = await check(project.root)
  assert.equal(code, 1)
  assert.equal(
    stdout,
    `runbooks/b/c.mdx:1:1  error  a runbook needs at least one <Step>  (document)
runbooks/b/c.mdx:2:1  error  Invalid input: expected object, received null  (document)
runbooks/example.mdx:10:1  error  step a: nobody in contacts.yaml has the role "dbas"  (unknown-role)
    Did you mean dba?
runbooks/example.mdx:10:1  warning  step a: the step has no estimate  (missing-expect)
    Add expect="…": how long it takes when all goes well. A drill measures it.
`,
  )
  assert.match(stderr, /^2 runbooks and the plan, \d+ rules: 3 errors, 1 warning\n$/)
})

void test('on a terminal a finding is broken between words', needsTmux, async (t) => {
  const project = makeProject(t, { 'runbooks/it.mdx': runbook(STEP) })
  const terminal = new Terminal(t, project, ['check', 'it'], {}, { columns: 60, rows: 50 })
  await terminal.exits(1)
  assert.match(
    terminal.page(),
    /^runbooks\/it\.mdx:8:1 {2}error {2}step a: nobody in contacts\.yaml\n {4}has the role "dbas" {2}\(unknown-role\)\n {4}Did you mean dba\?$/m,
  )
})

void test('a warning fails only with --strict', async () => {
  using project = temporaryProject(files(STEP.replace(' role="dbas"', '')))
  assert.equal((await check(project.root)).code, 0)
  assert.equal((await check(project.root, '--strict')).code, 1)
})

void test('only the runbooks that are named', async () => {
  using project = temporaryProject({ ...files(), 'runbooks/bad.mdx': 'x' })
  assert.equal((await check(project.root, 'example')).code, 0)
  const { code, stdout } = await check(project.root, 'bad', '--json')
  const report: unknown = JSON.parse(stdout)
  assert.equal(code, 1)
  assert.ok(
    typeof report === 'object' && report !== null && 'problems' in report && Array.isArray(report.problems),
  )
  assert.deepEqual(report.problems[0], {
    file: 'runbooks/bad.mdx',
    line: 1,
    column: 1,
    message: 'expected front matter between --- lines: title, summary, service, severity',
    rule: 'document',
    level: 'error',
  })
})

void test('a plan that cannot be read keeps nobody from seeing what is wrong in runbooks', async () => {
  using project = temporaryProject({
    ...files(),
    'docs/plan/schedule.yaml': 'x: 1\n',
    'runbooks/bad.mdx': 'x',
  })
  const { code, stdout } = await check(project.root)
  assert.equal(code, 1)
  assert.match(stdout, /docs\/plan\/schedule\.yaml:1:1 {2}error {2}unknown key "x"/)
  assert.match(stdout, /runbooks\/bad\.mdx:1:1 {2}error/)
  assert.match(stdout, /no rule was applied/)
})

void test('an audience that nobody wrote down is a warning with its place and the nearest one that is known', async () => {
  const inform = '<Inform id="tell" audience="custmers" template="outage">\n\n## Tell\n\n</Inform>\n'
  const known = files()
  const mistaken: Record<string, string> = {
    ...known,
    'runbooks/example.mdx': `${known['runbooks/example.mdx'] ?? ''}\n${inform}`,
  }
  {
    using project = temporaryProject(mistaken)
    const { stdout } = await check(project.root)
    assert.match(
      stdout,
      /runbooks\/example\.mdx:\d+:1 {2}warning {2}step tell: there is no audience "custmers"[^\n]*\n.*Did you mean customers\?/,
    )
    assert.equal((await check(project.root, '--strict')).code, 1)
  }
  const { 'docs/plan/communications.yaml': _communications, ...without } = mistaken
  using project = temporaryProject(without)
  assert.doesNotMatch((await check(project.root)).stdout, /no audience/)
})

void test('what stands in the place of a file that a project may do without is told', async () => {
  const { 'docs/plan/communications.yaml': _communications, ...without } = files()
  using project = temporaryProject(without)
  using elsewhere = temporaryProject({ 'evil.hbs': '{{title}}\n' })
  const at = (...parts: string[]): string => path.join(project.root, ...parts)
  mkdirSync(at('docs/plan/communications.yaml'))
  symlinkSync('nowhere.yaml', at('docs/plan/regulations.yaml'))
  mkdirSync(at('templates/inform/staff/folder.hbs'), { recursive: true })
  symlinkSync(path.join(elsewhere.root, 'evil.hbs'), at('templates/inform/staff/link.hbs'))
  const { code, stdout } = await check(project.root)
  assert.equal(code, 1)
  for (const told of [
    'docs/plan/communications.yaml  error  expected a file, found a folder, not a file',
    'docs/plan/regulations.yaml  error  expected a file, found a symbolic link that leads nowhere',
    'templates/inform/staff/folder.hbs  error  expected a file, found a folder, not a file',
    'templates/inform/staff/link.hbs  error  expected a file, found a symbolic link that leads out of the project',
  ])
    assert.ok(stdout.includes(told), stdout)
})

void test('a key that is a list or a mapping is told with its place, and by nobody else', async () => {
  using project = temporaryProject({ ...files(), 'runbooks/b.mdx': '---\ntitle: {{ name }}\n---\n' })
  const { code, stdout, stderr } = await check(project.root)
  assert.equal(code, 1)
  assert.match(stdout, /^runbooks\/b\.mdx:2:9 {2}error {2}expected a word as a key, found a mapping/m)
  assert.doesNotMatch(stderr, /Warning/)
})

void test('a runbook that is not there is a usage error, as for every command', async () => {
  using project = temporaryProject({ ...files(), 'runbooks/sub/b.mdx': 'x' })
  const { code, stdout, stderr } = await check(project.root, 'exampel', 'example', 'sub/c')
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /^runbooks\/exampel\.mdx {2}there is no such runbook\n {4}Did you mean example\?\n/)
  assert.match(stderr, /\nrunbooks\/sub\/c\.mdx {2}there is no such runbook\n/)
})

void test('a runbook is known by its file as well, from wherever a shell completes it', async () => {
  using project = temporaryProject({ ...files(), 'runbooks/sub/b.mdx': 'x' })
  for (const file of ['runbooks/sub/b.mdx', './runbooks/sub/b.mdx', `${project.root}/runbooks/sub/b.mdx`])
    assert.match((await check(project.root, file)).stdout, /^runbooks\/sub\/b\.mdx:1:1 {2}error/)
  const inside = await check(`${project.root}/runbooks`, 'sub/b.mdx')
  assert.match(inside.stdout, /^runbooks\/sub\/b\.mdx:1:1 {2}error/)
})

/** The plan of the repository, and the sample of the guide. */
function guideFiles(services: (text: string) => string): Record<string, string> {
  const page = readFileSync(repositoryFile('docs/guide/writing-a-runbook.md'), 'utf8')
  const plan = Object.values(PLAN_FILES).map((file) => [file, readFileSync(repositoryFile(file), 'utf8')])
  const all: Record<string, string> = Object.fromEntries(plan)
  const changed = services(all[PLAN_FILES.services] ?? '')
  return {
    ...all,
    [PLAN_FILES.services]: changed,
    'runbooks/edge-stuck.mdx': /^````mdx\n([^]*?)^````$/m.exec(page)?.[1] ?? '',
  }
}

void test('the sample of the guide passes with the line that the guide says to add, and needs no other', async () => {
  const line = '    alerts: [EdgeDown]\n'
  const added = guideFiles((text) => text.replace(line, `${line}    runbooks: [edge-stuck]\n`))
  using project = temporaryProject(added)
  const { code, stdout } = await check(project.root, 'edge-stuck', '--strict')
  assert.deepEqual([code, stdout], [0, ''])
  using without = temporaryProject(guideFiles((text) => text))
  assert.match(
    (await check(without.root, 'edge-stuck')).stdout,
    /^runbooks\/edge-stuck\.mdx:\d+:\d+ {2}error {2}the service edge does not name this runbook[^\n]*\n[^\n]*\n$/,
  )
})

void test('a wrong option is a usage error', async () => {
  using project = temporaryProject(files())
  const { code, stderr } = await check(project.root, '--stric')
  assert.equal(code, 2)
  assert.match(stderr, /--stric/)
})
