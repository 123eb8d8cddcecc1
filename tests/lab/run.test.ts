import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { killPostgres, open, up, type Lab } from '../../src/lab/index.ts'
import { only } from '../helpers/claims.ts'
import { ended, makeProject, runbook, step, type Project } from '../helpers/project.ts'
import { Terminal, needsTmux } from '../helpers/terminal.ts'
import { labRoot, options, processesOf, quiet, until } from './support.ts'

/** Runs in a lab, by the command line, and what becomes of the lab. */

const LAB_ENVIRONMENT = `default: lab
environments:
  lab:
    title: Lab
    protected: false
    lab: true
`
const BREAKS = 'drill: { fault: postgres-kill, on: orders-db.primary }'
// The second step keeps the run from its end, which would wait for customers that nobody serves.
const WAITS = step('wait', 'timeout="2m"', ['sh run', 'touch begun; until test -e go; do sleep 0.02; done'])

function labProject(t: TestContext): Project {
  return makeProject(t, {
    'docs/plan/environments.yaml': LAB_ENVIRONMENT,
    'runbooks/it.mdx': runbook(WAITS + step('two', '', ['sh run', 'false']), BREAKS),
    'runbooks/other.mdx': runbook(step('one', '', ['sh run', 'true']), BREAKS),
    'runbooks/needs.mdx': runbook(step('one', '', ['sh run', 'true']), 'requires: [no-such-program]'),
  })
}

const words = (id: string, ...more: string[]): string[] => ['run', id, '--yes', '--lab', 'test', ...more]

/** What a lab that was built anew, or whose ledger was begun anew, would not have in common with this one. */
async function marks({ canary }: Lab): Promise<unknown> {
  return [(await open('test'))?.state.createdAt, (await canary.status()).prefix]
}

void test('the lab of a run that is not over is left as it is by the next one', async (t) => {
  const root = labRoot(t)
  const lab = await up(options(), quiet)
  const project = labProject(t)
  const env = { DRILLBOOK_LAB: root }
  const first = project.start(words('it'), { env })
  await until('the lab is broken', () => project.files().includes('begun'), 60_000)
  const before = await marks(lab)
  const [run = ''] = project.runIds()

  const second = await project.cli(words('it'), { env })
  assert.equal(second.code, 3, second.stderr)
  assert.match(second.stderr, /this runbook is being run in this environment by tester/)
  assert.deepEqual(await marks(lab), before)

  // The lock of a runbook does not keep other runbooks away, the journal of the run does.
  const other = await project.cli(words('other'), { env })
  assert.equal(other.code, 3, other.stderr)
  assert.match(other.stderr, new RegExp(`${run}.*is not finished[\\s\\S]*npm run resume ${run}`))
  assert.match(other.stderr, /npm run lab -- down --name test/)
  assert.deepEqual(await marks(lab), before)

  first.kill('SIGKILL')
  project.write('go', '')
  await ended(first)
  const third = await project.cli(words('it'), { env })
  assert.equal(third.code, 3, third.stderr)
  assert.match(third.stderr, new RegExp(`npm run resume ${run}`))
  assert.deepEqual(await marks(lab), before)
  // A refused run holds nothing back: the first one goes on.
  const resumed = await project.cli(['resume', '--yes'], { env })
  assert.match(resumed.stdout, /Resuming/, resumed.stderr)
  assert.equal(only(project.journal(), 'run-resumed').length, 1)
})

void test('a run that does not break the lab takes one that is broken as it is', async (t) => {
  const root = labRoot(t)
  const lab = await up(options(), quiet)
  await killPostgres(lab, 'eu-west')
  const before = await marks(lab)
  const project = labProject(t)
  const env = { DRILLBOOK_LAB: root }
  for (const flag of ['--rehearse', '--no-fault', '--dry-run']) {
    const end = await project.cli(words('other', flag), { env })
    assert.equal(end.code, 0, `${flag}: ${end.stderr}`)
    assert.deepEqual(await marks(lab), before, flag)
    if (flag !== '--dry-run') assert.match(end.stdout, /The lab is not whole \(.*\); it is used as it is/)
  }
  const asked = await project.cli(words('other', '--no-fault', '--replication', 'async'), { env })
  assert.match(asked.stdout, /replication remote_apply, and async is asked for; it is used as it is/)

  const drill = project.start(words('it'), { env })
  const end = ended(drill)
  await until(
    'another lab is up',
    async () => ((await open('test')) ?? lab).state.createdAt !== lab.state.createdAt,
    60_000,
  )
  drill.kill('SIGTERM')
  assert.match((await end).stdout, /The lab is not whole \(.*\); it is built anew/)
})

void test('leaving at the preflight does not promise the lab of before', needsTmux, async (t) => {
  const root = labRoot(t)
  const project = labProject(t)
  const terminal = new Terminal(t, project, ['run', 'needs', '--lab', 'test'], { DRILLBOOK_LAB: root })
  await terminal.endsWith(/Look again[^]*Leave; no step is begun; the lab stays as it is now\n/)
  terminal.press('Down', 'Enter')
  await terminal.exits(3)
  assert.deepEqual(project.runIds(), [])
})

void test('Ctrl-C while the lab of a run starts: what was started is ended, and it is said', async (t) => {
  const root = labRoot(t)
  const project = labProject(t)
  const child = project.start(words('it'), { env: { DRILLBOOK_LAB: root } })
  const end = ended(child)
  await until('a service is recorded', () => processesOf(join(root, 'test')).length > 0)
  child.kill('SIGINT')
  const { code, stderr } = await end
  assert.equal(code, 130, stderr)
  assert.match(
    stderr,
    /SIGINT: ending what was started\ninterrupted before the lab was ready: nothing of it is left, and nothing was run/,
  )
  assert.deepEqual(processesOf(root), [])
  assert.deepEqual(readdirSync(root), [])
  assert.deepEqual(project.runIds(), [])
})
