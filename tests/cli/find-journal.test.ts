import assert from 'node:assert/strict'
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { journalFile } from '../../src/journal/run-directory.ts'
import { exerciseFiles } from '../helpers/exercise.ts'
import { makeProject, runbook, step } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { Terminal, needsTmux } from '../helpers/terminal.ts'

const FIRE = {
  ...exerciseFiles(),
  'runbooks/it.mdx': runbook(step('one', '', ['sh run', 'true']) + step('two', '', ['sh run', 'true'])),
}

/** The folder of an exercise whose console was left after the first inject. */
async function left(t: TestContext, project: Project): Promise<string> {
  const it = new Terminal(t, project, ['tabletop', 'fire'])
  await it.sees(/CLOCK STOPPED/)
  it.type('r')
  await it.sees(/NOW {2}Smoke in the shop/)
  it.type('q')
  await it.exits(130)
  const sessions = path.join(project.runs, 'exercises')
  const [session = ''] = readdirSync(sessions).filter((name) => name !== 'locks')
  return path.join(sessions, session)
}

function linesOf(ndjson: string): unknown[] {
  return ndjson
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
}

void test('show, verify and resume know an exercise by its id, and by a part of it', needsTmux, async (t) => {
  const project = makeProject(t, FIRE)
  await project.run('it')
  const directory = await left(t, project)
  const id = path.basename(directory)

  const shown = await project.cli(['show', id.slice(-4)])
  assert.equal(shown.code, 0, shown.stderr)
  assert.match(shown.stdout, /0:00:00 {2}Inject released: Smoke in the shop/)
  assert.match(
    shown.stdout,
    /released +0:00:00 {2}smoke: Smoke in the shop[\s\S]*\[ \] One person takes command/,
  )
  assert.match(shown.stdout, new RegExp(`can be resumed\\. {2}npm run resume ${id}`))
  const raw = await project.cli(['show', id, '--json'])
  assert.deepEqual(linesOf(raw.stdout), linesOf(readFileSync(journalFile(directory), 'utf8')))
  const follow = await project.cli(['show', id, '--follow'])
  assert.equal(follow.code, 2)
  assert.match(follow.stderr, /--follow are for runs, and .* is an exercise/)

  const verified = await project.cli(['verify', id])
  assert.equal(verified.code, 0, verified.stderr)
  assert.match(verified.stdout, /The exercise is not finished[\s\S]*\d+ lines, unchanged\./)
  assert.equal(verified.stdout, (await project.cli(['tabletop', '--verify', id])).stdout)
  const signed = await project.cli(['verify', id, '--signed'])
  assert.equal(signed.code, 2)
  assert.match(signed.stderr, /only runs are signed/)

  const resumed = new Terminal(t, project, ['resume', id])
  await resumed.sees(/CLOCK STOPPED[\s\S]*Resumed/)
  resumed.type('q')
  await resumed.exits(130)
})

void test('one changed byte in the journal of an exercise is found, also in a copy', needsTmux, async (t) => {
  const project = makeProject(t, FIRE)
  const directory = await left(t, project)
  const copy = project.path('copy')
  cpSync(directory, copy, { recursive: true })
  assert.equal((await project.cli(['verify', './copy'])).code, 0)
  for (const place of [directory, copy]) {
    const file = journalFile(place)
    writeFileSync(file, readFileSync(file, 'utf8').replace('"smoke"', '"smoko"'))
  }
  assert.equal((await project.cli(['verify', path.basename(directory)])).code, 4)
  assert.equal((await project.cli(['verify', './copy'])).code, 4)
  assert.equal((await project.cli(['show', path.basename(directory)])).code, 4)
})

void test('without a terminal an exercise is not resumed, and --yes leads none', needsTmux, async (t) => {
  const project = makeProject(t, FIRE)
  const id = path.basename(await left(t, project))
  const resumed = await project.cli(['resume', id])
  const tabletop = await project.cli(['tabletop', '--resume', id])
  assert.deepEqual([resumed.code, resumed.stderr], [3, tabletop.stderr])
  assert.match(resumed.stderr, /needs a terminal/)
  const unattended = await project.cli(['resume', id, '--yes'])
  assert.equal(unattended.code, 2)
  assert.match(unattended.stderr, /--yes is for runs, and .* is an exercise/)
})

void test('an incident is shown and verified; it is not resumed', async (t) => {
  const project = makeProject(t, FIRE)
  await project.cli(['incident', 'declare', '--title', 'Fire', '--severity', 'sev1', '--commander', 'ada'])
  const [id = ''] = readdirSync(path.join(project.runs, 'incidents'))
  const shown = await project.cli(['show', id.slice(-4)])
  assert.equal(shown.code, 0, shown.stderr)
  assert.match(shown.stdout, /declared sev1: Fire/)
  assert.equal((await project.cli(['verify', id])).code, 0)
  const resumed = await project.cli(['resume', id])
  assert.equal(resumed.code, 2)
  assert.match(resumed.stderr, /is an incident: it goes on until it is closed[\s\S]*--incident inc-/)
})

void test('an id that fits more than one journal names them all', needsTmux, async (t) => {
  const project = makeProject(t, FIRE)
  await project.run('it')
  const exercise = path.basename(await left(t, project))
  const [run = ''] = project.runIds()
  const both = await project.cli(['show', '20'])
  assert.equal(both.code, 2)
  assert.match(both.stderr, new RegExp(`"20" fits 2 .*: ${run}, ${exercise}`))
})
