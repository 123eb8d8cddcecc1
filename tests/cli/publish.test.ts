import assert from 'node:assert/strict'
import { appendFileSync, existsSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { verifyRun } from '../../src/journal/verify.ts'
import { makeProject, runbook, step } from '../helpers/project.ts'

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
