import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SqlFence } from '../../src/fences/sql.ts'
import { only, reasons } from '../helpers/claims.ts'
import { planWith, startPostgres } from '../helpers/postgres.ts'
import type { Database } from '../helpers/postgres.ts'
import { until } from '../helpers/processes.ts'
import { makeProject, runbook, step } from '../helpers/project.ts'
import { playTogether } from '../helpers/together.ts'

let database: Database
before(async () => {
  database = await startPostgres()
})
after(() => database.end())

const written = (...lines: string[]): [string, string] => [
  'sh run',
  `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} >> "$DRILLBOOK_OUTPUT"`,
]

/**
 * What a fence may hand on, in every language, and what is refused. `{a}` stands for an output of the row's own: no two steps of a
 * runbook may have the same.
 */
type Row = {
  title: string
  outputs: string
  fence: [info: string, code: string]
  expect: Record<string, unknown> | RegExp
}

const ROWS: Row[] = [
  {
    title: 'sh: each type',
    outputs: '{a}, {b}:number, {c}:boolean',
    fence: written('{a}=x y', '{b}=-1.5e3', '{c}=true'),
    expect: { a: 'x y', b: -1500, c: true },
  },
  {
    title: 'sh: a value with an equals sign, and an empty one',
    outputs: '{a}, {b}',
    fence: written('{a}=k=v=w', '{b}='),
    expect: { a: 'k=v=w', b: '' },
  },
  { title: 'sh: the last of two wins', outputs: '{a}', fence: written('{a}=1', '{a}=2'), expect: { a: '2' } },
  {
    title: 'sh: no last line end',
    outputs: '{a}',
    fence: ['sh run', 'printf {a}=1 >> "$DRILLBOOK_OUTPUT"'],
    expect: { a: '1' },
  },
  {
    title: 'sh: none given',
    outputs: '{a}',
    fence: ['sh run', 'true'],
    expect: /^run: it did not set what the step declares: a$/m,
  },
  {
    title: 'sh: one of two given',
    outputs: '{a}, {b}',
    fence: written('{a}=x'),
    expect: /it did not set what the step declares: b$/m,
  },
  {
    title: 'sh: a name that is not declared',
    outputs: '{a}',
    fence: written('{z}=1'),
    expect: /holds "z=1": expected name=value, where name is one of: a/,
  },
  {
    title: 'sh: a name of every object',
    outputs: '{a}',
    fence: written('constructor=1'),
    expect: /constructor/,
  },
  {
    title: 'sh: not name=value',
    outputs: '{a}',
    fence: written('nonsense'),
    expect: /holds "nonsense": expected name=value/,
  },
  {
    title: 'sh: not a number',
    outputs: '{b}:number',
    fence: written('{b}=many'),
    expect: /b is "many", expected a number/,
  },
  {
    title: 'sh: an empty number',
    outputs: '{b}:number',
    fence: written('{b}='),
    expect: /b is "", expected a number/,
  },
  {
    title: 'sh: a blank number',
    outputs: '{b}:number',
    fence: written('{b}= '),
    expect: /b is " ", expected a number/,
  },
  {
    title: 'sh: the greatest number that is kept exactly',
    outputs: '{b}:number',
    fence: written('{b}=9007199254740991'),
    expect: { b: Number.MAX_SAFE_INTEGER },
  },
  {
    title: 'sh: a number that would become another one',
    outputs: '{b}:number',
    fence: written('{b}=-9007199254740993'),
    expect: /b is "-9007199254740993", .*exact only up to 9007199254740991.*declare it as a string/,
  },
  {
    title: 'sh: not a boolean',
    outputs: '{c}:boolean',
    fence: written('{c}=yes'),
    expect: /c is "yes", expected a boolean/,
  },
  {
    title: 'sh: infinity is not a number',
    outputs: '{b}:number',
    fence: written('{b}=Infinity'),
    expect: /expected a number/,
  },
  {
    title: 'sh: the file is taken away',
    outputs: '{a}',
    fence: ['sh run', 'rm "$DRILLBOOK_OUTPUT"'],
    expect: /DRILLBOOK_OUTPUT/,
  },
  {
    title: 'ts: each type',
    outputs: '{a}, {b}:number, {c}:boolean',
    fence: ['ts run', `output('{a}', 'x\\ny'); output('{b}', 7); output('{c}', false)`],
    expect: { a: 'x\ny', b: 7, c: false },
  },
  {
    title: 'ts: none given',
    outputs: '{a}',
    fence: ['ts run', 'console.log(1)'],
    expect: /it did not set what the step declares: a$/m,
  },
  {
    title: 'ts: the wrong type',
    outputs: '{b}:number',
    fence: ['ts run', `output('{b}', '7')`],
    expect: /the output "b" is "7", expected a number/,
  },
  {
    title: 'ts: a name that is not declared',
    outputs: '{a}',
    fence: ['ts run', `output('{z}', '1')`],
    expect: /the output "z" is not declared by the step/,
  },
  {
    title: 'ts: not a number at all',
    outputs: '{b}:number',
    fence: ['ts run', `output('{b}', Number('many'))`],
    expect: /the output "b" is NaN, expected a number/,
  },
  {
    title: 'ts: infinity',
    outputs: '{b}:number',
    fence: ['ts run', `output('{b}', 1 / 0)`],
    expect: /the output "b" is Infinity, expected a number/,
  },
  {
    title: 'ts: undefined',
    outputs: '{a}',
    fence: ['ts run', `output('{a}', JSON.parse('[]')[0])`],
    expect: /the output "a" is undefined, expected a string/,
  },
  {
    title: 'ts: an object',
    outputs: '{a}',
    fence: ['ts run', `output('{a}', JSON.parse('{"x":1}'))`],
    expect: /the output "a" is \{"x":1\}, expected a string/,
  },
  {
    title: 'sql: each type, by the names of the columns',
    outputs: '{a}, {b}:number, {c}:boolean',
    fence: [
      'sql run on=shop.db',
      `select 'x' as {a}, 12345678901::bigint as {b}, true as {c}, 4 as not_an_output`,
    ],
    expect: { a: 'x', b: 12345678901, c: true },
  },
  {
    title: 'sql: a number kept as text by the server',
    outputs: '{b}:number',
    fence: ['sql run on=shop.db', 'select 1.5::numeric as {b}'],
    expect: { b: 1.5 },
  },
  {
    title: 'sql: a number that would become another one',
    outputs: '{b}:number',
    fence: ['sql run on=shop.db', 'select 9007199254740993 as {b}'],
    expect: /the output "b" is "9007199254740993", expected a smaller number/,
  },
  {
    title: 'sql: not a number',
    outputs: '{b}:number',
    fence: ['sql run on=shop.db', `select 'many' as {b}`],
    expect: /the output "b" is "many", expected a number/,
  },
  {
    title: 'sql: the wrong type',
    outputs: '{a}',
    fence: ['sql run on=shop.db', 'select 4 as {a}'],
    expect: /the output "a" is 4, expected a string/,
  },
  {
    title: 'sql: null is no value',
    outputs: '{a}',
    fence: ['sql run on=shop.db', 'select null as {a}'],
    expect: /the output "a" is null, expected a string/,
  },
  {
    title: 'sql: null is no number either',
    outputs: '{b}:number',
    fence: ['sql run on=shop.db', 'select null as {b}'],
    expect: /the output "b" is null, expected a number/,
  },
  {
    title: 'sql: no row',
    outputs: '{a}',
    fence: ['sql run on=shop.db', `select 'x' as {a} where false`],
    expect: /it did not set what the step declares: a$/m,
  },
  {
    title: 'sql: the server makes the names of columns small',
    outputs: 'newRegion',
    fence: ['sql run on=shop.db', `select 'x' as newRegion`],
    expect: { newRegion: 'x' },
  },
]

for (const lang of ['sh', 'ts', 'sql'])
  void test(`outputs of ${lang}`, { timeout: 60_000 }, async (t) => {
    const rows = ROWS.filter(({ title }) => title.startsWith(`${lang}:`))
    const own = (index: number, text: string): string => text.replace(/\{([abcz])\}/g, `$1_of_${index}`)
    const steps = rows.map(({ outputs, fence: [info, code] }, index) =>
      step(`s${index}`, `outputs="${own(index, outputs)}"`, [info, own(index, code)]),
    )
    const { end, stderr } = await playTogether(t, steps, planWith(database.port))
    assert.doesNotMatch(stderr, /defect/)
    for (const [index, { title, expect }] of rows.entries())
      await t.test(title, () => {
        const { status, reason, outputs } = end(`s${index}`)
        const plain = (text: string): string => text.replaceAll(`_of_${index}`, '')
        if (expect instanceof RegExp) {
          assert.equal(status, 'failed')
          assert.match(plain(reason), expect)
        } else {
          assert.equal(status, 'done', reason)
          assert.deepEqual(
            Object.fromEntries(Object.entries(outputs).map(([name, value]) => [plain(name), value])),
            expect,
          )
        }
      })
  })

void test('outputs reach later fences of every language with their type', async (t) => {
  const body =
    step('one', 'outputs="name, count:number, ok:boolean"', written('name=it is', 'count=3', 'ok=true')) +
    step('two', 'outputs="seen"', [
      'ts run',
      `output('seen', JSON.stringify([outputs.name, outputs.count, outputs.ok, await outputs, input]))`,
    ]) +
    step('three', '', ['sh run', 'test "$OUTPUT_NAME/$OUTPUT_COUNT/$OUTPUT_OK" = "it is/3/true"']) +
    step('four', 'outputs="sum:number"', [
      'sql run on=shop.db bind=count,name',
      'select $1::int + length($2::text) as sum',
    ])
  const project = makeProject(t, { ...planWith(database.port), 'runbooks/it.mdx': runbook(body) })
  const end = await project.run('it')
  assert.equal(end.code, 0, end.stderr)
  assert.deepEqual(
    only(end.events, 'step-finished').map(({ outputs }) => outputs),
    [
      { name: 'it is', count: 3, ok: true },
      { seen: '["it is",3,true,{"name":"it is","count":3,"ok":true},{}]' },
      {},
      { sum: 8 },
    ],
  )
})

const sqlRows: { title: string; fence: [string, string]; says: RegExp }[] = [
  {
    title: 'a check that is false',
    fence: ['sql check on=shop.db', 'select 1 = 2 as holds'],
    says: /expected true, got holds = false/,
  },
  {
    title: 'a check that is not a boolean',
    fence: ['sql check on=shop.db', `select 't' as holds`],
    says: /expected true, got holds = t/,
  },
  {
    title: 'a check without a row',
    fence: ['sql check on=shop.db', 'select true as holds where false'],
    says: /expected true, got no row/,
  },
  {
    title: 'a check without a column',
    fence: ['sql check on=shop.db', 'select'],
    says: /expected true, got/,
  },
  {
    title: 'a mistake in the statement',
    fence: ['sql check on=shop.db', 'selec 1'],
    says: /syntax error at or near "selec".*\(runbooks\/it\.mdx:\d+\)/,
  },
]
void test('sql: checks that do not hold', { timeout: 60_000 }, async (t) => {
  const steps = sqlRows.map(({ fence }, index) => step(`s${index}`, '', fence, ['sh run', 'touch ran']))
  const { project, end } = await playTogether(t, steps, planWith(database.port))
  for (const [index, row] of sqlRows.entries())
    await t.test(row.title, () => assert.match(end(`s${index}`).reason, row.says))
  assert.equal(project.files().includes('ran'), false)
})

void test('sql: a check cannot change anything, and what follows it can', async (t) => {
  const steps = [
    step('writes', '', ['sql check on=shop.db', 'create table made (); select true'], ['sh run', 'true']),
    step(
      'looks',
      '',
      ['sql check on=shop.db', 'select true'],
      ['sql run on=shop.db', 'create table written ()'],
      ['sql verify on=shop.db', `insert into written default values returning true`],
    ),
  ]
  const { end } = await playTogether(t, steps, planWith(database.port))
  assert.match(end('writes').reason, /cannot execute CREATE TABLE in a read-only transaction/)
  assert.equal(end('looks').status, 'done', end('looks').reason)
  const there = `select to_regclass('made') is null as unmade, to_regclass('written') is null as unwritten`
  assert.deepEqual(await database.query(there), [{ unmade: true, unwritten: false }])
})

void test('sql: a statement that takes too long is ended, also on the server', async (t) => {
  const project = makeProject(t, {
    ...planWith(database.port),
    'runbooks/it.mdx': runbook(
      step('one', 'timeout="1s"', ['sql run on=shop.db', `select pg_sleep(600), 'marker-of-this-test'`]),
    ),
  })
  const end = await project.run('it')
  assert.equal(end.code, 1, end.stderr)
  assert.match(reasons(end.events), /statement timeout|did not end within 1 s/)
  const still = `select pid from pg_stat_activity where query like '%marker-of-this-test%' and state = 'active' and pid <> pg_backend_pid()`
  await until('the server has ended it too', async () => (await database.query(still)).length === 0)
})

void test('sql: work in a transaction that is left open is not done, and the fence says so', async (t) => {
  await database.query('create table kept (id text)')
  const left = `begin; insert into kept values ('open')`
  const ended = `begin; insert into kept values ('ended'); commit`
  const steps = [
    step('open', '', ['sql run on=shop.db', left]),
    step('ended', '', ['sql run on=shop.db', ended]),
    step('looks', '', ['sql check on=shop.db', 'begin read only; select true'], ['sh run', 'true']),
  ]
  const { end } = await playTogether(t, steps, planWith(database.port))
  assert.equal(end('open').status, 'failed')
  assert.match(
    end('open').reason,
    /left its transaction open, which is rolled back: end it with "commit" \(runbooks\/it\.mdx:\d+\)/,
  )
  for (const id of ['ended', 'looks']) assert.equal(end(id).status, 'done', end(id).reason)
  assert.deepEqual(await database.query('select id from kept'), [{ id: 'ended' }])
})

void test('sql: a rollback that leaves its transaction open has failed as well', async () => {
  const place = { file: 'runbooks/it.mdx', line: 1, column: 1 }
  const code = 'begin; create table undone (id text)'
  const db = { kind: 'postgres', name: 'db', host: '127.0.0.1', port: database.port } as const
  const fence = new SqlFence({
    id: 'job',
    step: 'one',
    fence: { role: 'rollback', lang: 'sql', code, place, bind: [], on: 'db' },
    root: '.',
    snapshot: '.',
    timeoutMs: 10_000,
    poll: false,
    declares: {},
    context: {
      input: {},
      outputs: {},
      targets: { db: { ...db, database: 'postgres', user: 'tester', region: 'here' } },
      run: { id: '', runbook: '', step: '', environment: '', operator: '', mode: '' },
    },
  })
  await assert.rejects(fence.attempt(10_000), /left its transaction open/)
  assert.deepEqual(await database.query(`select to_regclass('undone') as undone`), [{ undone: null }])
})
