import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { up, type Lab, type Region } from '../../src/lab/index.ts'
import { killPostgres, killService, startUnaware } from '../../src/lab/damage.ts'
import { postgresProcesses } from '../../src/lab/postmaster.ts'
import { signalProcess } from '../../src/lab/processes.ts'
import { requireRunbook } from '../../src/document/load.ts'
import { executables } from '../../src/model/runbook.ts'
import { decision, makeProject, REPOSITORY, runbook, step } from '../helpers/project.ts'
import { Fences } from './fences.ts'
import { labRoot, options, promote, quiet, setRoute, until, withDatabase } from './support.ts'

/** What the shipped runbook does when the world is not as its happy path has it. */

const ID = 'database-failure'
const isFenced = (lab: Lab): boolean => existsSync(path.join(lab.nodes['eu-west'].directory, 'FENCED'))

function isStreaming(lab: Lab): Promise<boolean> {
  return withDatabase(lab, 'us-east', async (client) => {
    const { rowCount } = await client.query(`select from pg_stat_wal_receiver where status = 'streaming'`)
    return rowCount === 1
  })
}

void test('whatever is decided: an order is placed as a customer would, then the company is told', () => {
  const { nodes } = requireRunbook(REPOSITORY, ID)
  const decide = executables(nodes).find(({ id }) => id === 'decide')
  assert.ok(decide?.kind === 'decision')
  for (const { value } of decide.choices) {
    const left = executables(nodes).filter(({ when }) => when.every(({ choice }) => choice === value))
    const ids = left.map(({ id }) => id)
    const order = [value, 'verify-as-customer', 'tell-resolved', 'close'].map((id) => ids.indexOf(id))
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    )
    assert.ok(
      order.every((index) => index > ids.indexOf('decide')),
      `${value}: ${ids.join(', ')}`,
    )
  }
})

const HEAD =
  step('declare', 'outputs="incident"', ['ts run', `output('incident', 'INC-1')`]) +
  step('choose', 'outputs="new_region, loss"', [
    'ts run',
    `output('new_region', 'us-east'); output('loss', 'Some orders are lost.')`,
  ]) +
  decision('failed-over', 'default="no"', 'yes', 'no') +
  decision('finished', 'default="no"', 'yes', 'no') +
  step('promote', 'when="failed-over=yes"', ['sh run', 'true']) +
  ['switch-edge', 'verify-as-customer', 'restore-synchronous']
    .map((id) => step(id, 'when="finished=yes"', ['sh run', 'true']))
    .join('')
const TELL =
  '<Inform id="tell-resolved" audience="internal" template="incident-resolved">\n\n## Tell\n\n</Inform>\n'
const CLAIMS = /: service is restored\n|Customers place orders again|redundant again|are lost/g

for (const [title, set, claims, denials] of [
  [
    'all was done',
    ['failed-over=yes', 'finished=yes'],
    [': service is restored\n', 'Customers place orders again', 'redundant again', 'are lost'],
    /since the failover to us-east/,
  ],
  [
    'nothing was done after the promotion',
    ['failed-over=yes'],
    ['are lost'],
    /NOT VERIFIED[\s\S]*not verified that customers can[\s\S]*Redundancy is not restored yet/,
  ],
  ['nothing was done', [], [], /Whether the database is redundant is not verified/],
] as const)
  void test(`the company is told only what was done: ${title}`, async (t) => {
    const template = 'templates/inform/incident-resolved.hbs'
    const project = makeProject(t, {
      'runbooks/it.mdx': runbook(HEAD + TELL),
      [template]: readFileSync(path.join(REPOSITORY, template), 'utf8'),
    })
    const { code, stderr } = await project.run(
      'it',
      set.flatMap((setting) => ['--set', setting]),
    )
    assert.equal(code, 0, stderr)
    const message = readFileSync(path.join(project.lastRun(), 'inform', 'tell-resolved.md'), 'utf8')
    assert.deepEqual(
      [...message.matchAll(CLAIMS)].map(([claim]) => claim),
      claims,
    )
    assert.match(message, denials)
  })

void test('a rehearsal on a healthy system succeeds', { timeout: 60_000 }, async (t) => {
  const root = labRoot(t)
  await up(options(), quiet)
  const project = makeProject(t, {})
  for (const folder of ['runbooks', 'scripts', 'templates', 'docs/plan'])
    cpSync(path.join(REPOSITORY, folder), project.path(folder), { recursive: true })
  for (const folder of ['src', 'node_modules'])
    symlinkSync(path.join(REPOSITORY, folder), project.path(folder))
  const env = { DRILLBOOK_LAB: root }
  const { code, stdout, stderr } = await project.cli(['run', ID, '--rehearse', '--lab', 'test'], { env })
  assert.equal(code, 0, stdout + stderr)
  assert.match(stdout, /skipped rebuild-standby: it needs what an earlier step finds out/)
})

void test('a primary that lives, came back or hangs', { timeout: 120_000 }, async (t) => {
  labRoot(t)
  const lab = await up(options(), quiet)
  const fences = await Fences.of(ID, lab)

  await assert.rejects(fences.execute('confirm', 'run'), /The primary answers: this is not a lost primary/)
  await assert.rejects(
    fences.execute('fence-primary', 'check'),
    /answers and takes writes.*Nothing was fenced/s,
  )
  await assert.rejects(fences.execute('promote', 'check'), /not fenced/)
  assert.equal(isFenced(lab), false)

  await killPostgres(lab, 'eu-west')
  await until('the link is gone', async () => !(await isStreaming(lab)))
  await fences.execute('confirm', 'run')
  assert.match(await fences.execute('choose', 'run'), /waited for "us-east".*expect to lose nothing/)
  await fences.execute('fence-primary', 'check')

  // It comes back while somebody looks at the fence's question, and serves.
  await startUnaware(lab, 'eu-west')
  await until('the standby follows again', () => isStreaming(lab))
  await assert.rejects(fences.execute('fence-primary', 'check'), /answers and takes writes/)
  await withDatabase(lab, 'eu-west', async (client) => {
    await client.query(`alter system set synchronous_standby_names = ''`)
    await client.query('select pg_reload_conf()')
  })
  await lab.canary.waitUntilSteady({ timeoutMs: 20_000 })

  // Now it hangs: nothing refuses, nothing ends.
  for (const one of postgresProcesses(lab.nodes['eu-west'].dataDirectory)) signalProcess(one, 'SIGSTOP')
  assert.match(await fences.execute('confirm', 'run'), /has heard nothing from it for \d/)
  const { received } = fences.outputs
  const loss = await fences.execute('choose', 'run')
  assert.match(loss, /waited for no standby.*expect to lose/)
  await fences.execute('fence-primary', 'check')
  assert.match(await fences.execute('fence-primary', 'run'), /killed/)
  assert.match(await fences.execute('fence-primary', 'verify'), /was refused/)
  assert.deepEqual(postgresProcesses(lab.nodes['eu-west'].dataDirectory), [])
  Object.assign(fences.outputs, { received })
  assert.match(await fences.execute('drain', 'run'), /received more since you chose it/)
  await fences.execute('drain', 'verify')
  await fences.execute('promote', 'check')
})

void test(
  'a standby that was restarted, nobody who answers, and the way back',
  { timeout: 120_000 },
  async (t) => {
    labRoot(t)
    const wanted = options({ synchronousCommit: 'async' })
    const lab = await up(wanted, quiet)
    const fences = await Fences.of(ID, lab)
    await killService(lab, 'edge')
    await assert.rejects(
      fences.execute('switch-edge', 'run'),
      /edge\.router .* does not answer.*ECONN(REFUSED|RESET)/s,
    )
    await up(wanted, quiet)

    await killPostgres(lab, 'us-east')
    await assert.rejects(fences.execute('confirm', 'run'), /The primary answers/)
    await until('orders were taken that the standby never received', () => secondsAhead(lab) > 1.2)
    await killPostgres(lab, 'eu-west')
    const named = /orders-db\.standby .*does not answer.*ECONNREFUSED.*try this step again/s
    await assert.rejects(fences.execute('confirm', 'run'), named)
    await assert.rejects(fences.execute('choose', 'run'), named)
    await assert.rejects(fences.execute('fence-primary', 'rollback'), named)
    await assert.rejects(fences.execute('rebuild-standby', 'run'), named)
    await startUnaware(lab, 'us-east')
    const chosen = await fences.execute('choose', 'run')
    assert.match(chosen, /: 0 bytes still to replay\./)
    assert.match(chosen, /Since it was started, the standby received nothing/)

    await fences.execute('fence-primary', 'run')
    assert.match(await fences.execute('drain', 'run'), /The old primary wrote until .* may be lost/)
    await promote(lab, 'us-east')
    await setRoute(lab, 'us-east')
    await assert.rejects(fences.execute('switch-edge', 'rollback'), /cannot be undone/)
    assert.equal(await lab.activeRegion(), 'us-east')

    const ended = until('the backup session is ended', () => endBackup(lab))
    await assert.rejects(fences.execute('rebuild-standby', 'run'), /the copy cannot be used.*again/s)
    await ended
    await fences.execute('rebuild-standby', 'run')
    await assert.rejects(fences.execute('switch-edge', 'rollback'), /eu-west .*is a standby/)
    await until('a standby streams', async () => (await lab.health()).replication.length > 0)
  },
)

/** Whether there was one to end. */
function endBackup(lab: Lab): Promise<boolean> {
  return withDatabase(lab, 'us-east', async (client) => {
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where state = 'idle' and query like 'select pg_backup_start%'`,
    )
    return rowCount === 1
  })
}

/** By how much the primary wrote last after its standby did. */
function secondsAhead(lab: Lab): number {
  return (newestWal(lab, 'eu-west') - newestWal(lab, 'us-east')) / 1000
}

function newestWal(lab: Lab, region: Region): number {
  const folder = path.join(lab.nodes[region].dataDirectory, 'pg_wal')
  const segments = readdirSync(folder).filter((name) => /^[0-9A-F]{24}$/.test(name))
  return Math.max(...segments.map((name) => statSync(path.join(folder, name)).mtimeMs))
}
