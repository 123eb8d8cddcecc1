import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, test } from 'node:test'
import { readSupervision } from '../../src/host/supervision.ts'
import { assertSound, only, reasons } from '../helpers/claims.ts'
import { planWith, startPostgres } from '../helpers/postgres.ts'
import type { Database } from '../helpers/postgres.ts'
import { kill, until } from '../helpers/processes.ts'
import { eventsOf, makeProject, runbook, step } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'

/** What a fence that is ended has begun on a server. */

let database: Database
before(async () => {
  database = await startPostgres()
})
beforeEach(async () => {
  // What a failed test has left under way would hold the table.
  await database.query(`select pg_terminate_backend(pid) ${OTHERS}`)
  await database.query('drop table if exists kept; create table kept (id text)')
})
after(() => database.end())

const OTHERS = `from pg_stat_activity where application_name = 'drillbook' and pid <> pg_backend_pid()`
/** Each statement alone stays below a limit of one second. */
const LATE = `insert into kept values ('first'); select pg_sleep(0.8); select pg_sleep(0.8); insert into kept values ('late')`
/** Far longer than any test. */
const LONG = `insert into kept values ('long'); select pg_sleep(600)`

async function assertNothingKept(): Promise<void> {
  await until(
    'the server has no work of the run',
    async () => (await database.query(`select 1 ${OTHERS}`)).length === 0,
  )
  assert.deepEqual(await database.query('select id from kept'), [])
}

async function untilUnderWay(): Promise<void> {
  const asleep = `select 1 ${OTHERS} and wait_event = 'PgSleep'`
  await until('the statement is under way', async () => (await database.query(asleep)).length > 0)
}

function projectOf(t: Parameters<typeof makeProject>[0], body: string): Project {
  return makeProject(t, { ...planWith(database.port), 'runbooks/it.mdx': runbook(body) })
}

void test('sql: statements that follow the timeout are not executed, nor is what came before kept', async (t) => {
  const project = projectOf(t, step('one', 'timeout="1s" retries="1"', ['sql run on=shop.db', LATE]))
  const { events } = await project.run('it')
  assert.match(reasons(events), /did not end within 1 s/)
  assert.equal(only(events, 'fence-finished').length, 2)
  await assertNothingKept()
  await assertSound(project)
})

void test('ts: a query does not go on past the timeout', async (t) => {
  const fence = `await query(target('shop.db'), ${JSON.stringify(LATE)})`
  const project = projectOf(t, step('one', 'timeout="1s"', ['ts run', fence]))
  const { events } = await project.run('it')
  assert.match(reasons(events), /did not end within 1 s/)
  await assertNothingKept()
})

void test('ts: a fence that is ended in a query sees no error that it could act on', async (t) => {
  const fence = `const again = () => query(target('shop.db'), "insert into kept values ('again')")
await query(target('shop.db'), '${LONG.replaceAll(`'`, `\\'`)}').then(again, again)`
  const project = projectOf(t, step('one', 'timeout="1s"', ['ts run', fence]))
  const { events } = await project.run('it')
  assert.match(reasons(events), /did not end within 1 s/)
  await assertNothingKept()
})

void test('ts: the server has the time limit that the fence has left', async (t) => {
  const fence = `const limit = async () => Number((await query(target('shop.db'), "select setting from pg_settings where name = 'statement_timeout'"))[0]?.['setting'])
const first = await limit()
await sleep(50)
output('first', first)
output('later', await limit())`
  const project = projectOf(
    t,
    step('one', 'timeout="20s" outputs="first:number, later:number"', ['ts run', fence]),
  )
  const { code, stderr, events } = await project.run('it')
  assert.equal(code, 0, stderr)
  const { first, later } = only(events, 'step-finished')[0]?.outputs ?? {}
  assert.ok(Number(first) > 0 && Number(first) <= 20_000, String(first))
  assert.ok(Number(later) > 0 && Number(later) <= Number(first) - 50, `${first} then ${later}`)
})

for (const [lang, fence] of [
  ['sql', ['sql run on=shop.db', LONG]],
  ['ts', ['ts run', `await query(target('shop.db'), ${JSON.stringify(LONG)})`]],
] as const)
  void test(`${lang}: what the operator stops is stopped on the server before the run says so`, async (t) => {
    const project = projectOf(t, step('one', '', [...fence]))
    const child = project.start(['run', 'it', '--yes', '--json'])
    const stdout = text(child.stdout)
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await untilUnderWay()
    // Two that follow each other at once are taken for one.
    await until(
      'the step is being stopped',
      () => said.includes('Stopping the step') || !child.kill('SIGINT'),
    )
    assert.match(reasons(eventsOf(await stdout)), /cancelled/)
    assert.deepEqual(await database.query(`select pid ${OTHERS} and state = 'active'`), [])
    await assertNothingKept()
  })

void test('sql: the server ends the statement of a worker that was killed', async (t) => {
  const project = projectOf(t, step('one', '', ['sql run on=shop.db', LONG]))
  const end = project.run('it')
  await untilUnderWay()
  for (const worker of readSupervision(project.lastRun()).begun.values()) kill(worker?.pid ?? 0)
  assert.match(reasons((await end).events), /ended by SIGKILL/)
  await assertNothingKept()
})
