import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { PostgresTarget } from '../../src/fences/api.ts'
import { leaveConnection, takeConnection } from '../../src/fences/connection.ts'
import { query, rowsOf } from '../../src/fences/query.ts'
import { startPostgres } from '../helpers/postgres.ts'
import type { Database } from '../helpers/postgres.ts'

const FOREVER = Number.POSITIVE_INFINITY
const WHO = 'select pg_backend_pid() as pid'

let database: Database
before(async () => {
  database = await startPostgres()
})
after(() => database.end())

/** Each test has a database of its own, so that none finds what another one left. */
async function freshTarget(name: string): Promise<PostgresTarget> {
  await database.query(`create database ${name}`)
  return {
    kind: 'postgres',
    name,
    host: '127.0.0.1',
    port: database.port,
    database: name,
    user: 'tester',
    region: 'here',
  }
}

void test('a statement that follows at once has the connection of the one before', async () => {
  const target = await freshTarget('follows')
  const [first] = await query(target, WHO)
  const [second] = await query(target, WHO)
  assert.deepEqual(second, first)
})

void test('nothing of the statement before is left: settings, locks, temporary tables, its time limit', async () => {
  const target = await freshTarget('as_new')
  const before = await takeConnection(target, 10_000)
  const [, pid] = await Promise.all([
    rowsOf(
      before,
      `set work_mem = '1MB'; create temp table mine (x int); select pg_advisory_lock(7); prepare p as select 1`,
      [],
    ),
    rowsOf(before, WHO, []),
  ])
  await leaveConnection(target, before)

  const [row] = await query(
    target,
    `select pg_backend_pid() as pid, current_setting('work_mem') as memory, current_setting('statement_timeout') as limit,
            to_regclass('mine') as mine, (select count(*)::int from pg_locks where locktype = 'advisory') as locks,
            (select count(*)::int from pg_prepared_statements where name = 'p') as prepared`,
  )
  assert.deepEqual(row, { ...pid[0], memory: '4MB', limit: '0', mine: null, locks: 0, prepared: 0 })
})

void test('the time limit is that of whoever takes it', async () => {
  const target = await freshTarget('limits')
  await query(target, WHO)
  const taken = await takeConnection(target, 1234)
  assert.deepEqual(await rowsOf(taken, 'show statement_timeout', []), [{ statement_timeout: '1234ms' }])
  await taken.end()
})

void test('work in a transaction that a query leaves open is not taken for done', async () => {
  const target = await freshTarget('open')
  await assert.rejects(
    query(target, 'begin; create table t ()'),
    /left its transaction open, which is rolled back/,
  )
  assert.deepEqual(await query(target, `select to_regclass('t')::text as t`), [{ t: null }])
  await query(target, 'begin; create table t (); commit')
})

void test('a connection with an open transaction, or one that broke, is not used again', async () => {
  const target = await freshTarget('broken')
  const [first] = await query(target, WHO)
  await assert.rejects(query(target, 'begin'))
  const [second] = await query(target, WHO)
  assert.notDeepEqual(second, first)
  await database.query(`select pg_terminate_backend(${String(second?.['pid'])})`)
  const [third] = await query(target, WHO)
  assert.notDeepEqual(third, second)
})

void test('two at the same time have two; another target has another', async () => {
  const target = await freshTarget('many')
  const [[a], [b]] = await Promise.all([query(target, WHO), query(target, WHO)])
  assert.notDeepEqual(a, b)
  const [other] = await query({ ...target, database: 'postgres' }, WHO)
  assert.notDeepEqual(other, a)
  assert.notDeepEqual(other, b)
})

void test('what waits does not keep a restore from dropping the database', async () => {
  const target = await freshTarget('dropped')
  const waits = await takeConnection(target, FOREVER)
  await leaveConnection(target, waits)
  await database.query('drop database dropped')
})

const CHECK = `select setting as check from pg_settings where name = 'client_connection_check_interval'`

void test('the server looks whether the client is still there, also for whoever takes the connection next', async () => {
  const target = await freshTarget('looks')
  for (const _ of [1, 2]) assert.deepEqual(await query(target, CHECK), [{ check: '500' }])
})

/** Before the database stands one that refuses to start a session with that setting, in the words of PostgreSQL 13. */
async function refusing(t: TestContext, words: string): Promise<number> {
  const fields = Buffer.from(`SFATAL\0C42704\0M${words}\0\0`)
  const server = createServer((client) => {
    client
      .on('error', () => {})
      .once('data', (startup) => {
        if (startup.includes('client_connection_check_interval')) {
          const head = Buffer.from('E\0\0\0\0')
          head.writeInt32BE(4 + fields.length, 1)
          client.end(Buffer.concat([head, fields]))
          return
        }
        const behind = connect(database.port, '127.0.0.1').on('error', () => {})
        behind.write(startup)
        client.pipe(behind).pipe(client)
      })
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}

for (const words of [
  'unrecognized configuration parameter "client_connection_check_interval"',
  'unsupported startup parameter: options',
])
  void test(`a server that says "${words}" is used without it, with the time limit`, async (t) => {
    const target = { ...(await freshTarget(`old_${words.length}`)), port: await refusing(t, words) }
    const taken = await takeConnection(target, 1234)
    assert.deepEqual(await rowsOf(taken, 'show statement_timeout', []), [{ statement_timeout: '1234ms' }])
    assert.deepEqual(await rowsOf(taken, CHECK, []), [{ check: '0' }])
    await taken.end()
  })
