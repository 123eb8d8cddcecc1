import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readdirSync, renameSync, symlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { sha256OfFile } from '../../src/journal/hash-file.ts'
import { verifyRun } from '../../src/journal/verify.ts'
import { makeProject, runbook, step } from '../helpers/project.ts'
import { resealed } from '../helpers/rechain.ts'

const FINE = { 'runbooks/fine.mdx': runbook(step('one', '', ['sh run', 'echo one'])) }

void test('a finished run is published with all that verifying takes, also twice', async (t) => {
  const project = makeProject(t, FINE)
  await project.run('fine')
  const published = project.path('docs/drills', path.basename(project.lastRun()))
  for (let times = 0; times < 2; times += 1) {
    const { code, stderr, stdout } = await project.cli(['publish', 'last'])
    assert.equal(code, 0, stderr)
    assert.match(stdout, /docs\/drills\/.*: \d+ files\./)
    assert.deepEqual(verifyRun(published).problems, [])
  }
  assert.ok(!existsSync(path.join(published, 'supervisor.log')), 'what the seal does not cover stays behind')
})

void test('a damaged run, and one that is not sealed, is not published', async (t) => {
  const project = makeProject(t, {
    'runbooks/fails.mdx': runbook(step('one', '', ['sh run', 'false'])),
    ...FINE,
  })
  await project.run('fails')
  const paused = await project.cli(['publish', 'last'])
  assert.equal(paused.code, 3, paused.stderr)
  assert.match(paused.stderr, /not sealed/)
  await project.run('fine')
  appendFileSync(path.join(project.lastRun(), 'journal.ndjson'), '{}\n')
  const damaged = await project.cli(['publish', 'last'])
  assert.equal(damaged.code, 4, damaged.stderr)
  assert.ok(!existsSync(project.path('docs/drills')))
})

void test('what names the machine is told with its files, and no byte of the run is changed', async (t) => {
  const project = makeProject(t, { 'runbooks/here.mdx': runbook(step('one', '', ['sh run', 'pwd'])) })
  await project.run('here')
  const { code, stdout } = await project.cli(['publish', 'last'])
  assert.equal(code, 0)
  const told = stdout.split('\n').filter((line) => line.startsWith('  '))
  assert.ok(told.includes(`  the host ${hostname()}, in journal.ndjson`), stdout)
  assert.ok(
    told.some((line) => line.startsWith(`  the project in ${project.root}, in output/`)),
    stdout,
  )
  const published = project.path('docs/drills', path.basename(project.lastRun()))
  assert.deepEqual(verifyRun(published).problems, [])
})

void test('a journal from elsewhere names nothing outside its folder: not read, not published', async (t) => {
  const project = makeProject(t, FINE)
  await project.run('fine')
  const run = project.lastRun()
  const contacts = project.read('docs/plan/contacts.yaml')
  // From docs/drills/<run> it is a file of the plan, from runs/<run> one of whoever made the journal.
  project.write('plan/contacts.yaml', `${contacts}# replaced`)
  const names = [
    '../../plan/contacts.yaml',
    '/dev/zero',
    'output/../../x',
    'output//x',
    'output\\x',
    'seal.sig',
    'x.cast',
  ]
  for (const name of names) {
    resealed(run, { [name]: sha256OfFile(project.path('plan/contacts.yaml')) })
    const { code, stderr } = await project.cli(['publish', 'last'])
    assert.equal(code, 4, name)
    assert.ok(stderr.includes(`files.${name}: is no file that a seal can name`), stderr)
  }
  assert.equal(project.read('docs/plan/contacts.yaml'), contacts)
  assert.ok(!existsSync(project.path('docs/drills')))
})

void test('a link or a device in the place of a file is a finding, and is not read', async (t) => {
  const project = makeProject(t, FINE)
  await project.run('fine')
  const run = project.lastRun()
  const finding = async (file: string): Promise<void> => {
    for (const args of [
      ['verify', run],
      ['publish', 'last'],
    ]) {
      const { code, stderr } = await project.cli(args)
      assert.equal(code, 4, stderr)
      assert.ok(stderr.includes(`${path.join(run, file)}  is not a regular file of this run`), stderr)
    }
  }
  for (const file of ['terminal.cast', 'seal.json', 'journal.ndjson']) {
    renameSync(path.join(run, file), path.join(run, 'aside'))
    symlinkSync('/dev/zero', path.join(run, file))
    await finding(file)
    renameSync(path.join(run, 'aside'), path.join(run, file))
  }
  const [log = ''] = readdirSync(path.join(run, 'output'))
  renameSync(path.join(run, 'output'), project.path('elsewhere'))
  symlinkSync(project.path('elsewhere'), path.join(run, 'output'))
  await finding(path.join('output', log))
})
