import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { loadPlan } from '../../src/document/plan.ts'
import type { Plan } from '../../src/document/plan.ts'
import { estimate } from '../../src/model/critical-path.ts'
import { service } from '../../src/model/service.ts'
import type { DrillRecord } from '../../src/reports/drill-record.ts'
import { measuredOf } from '../../src/site/content/card.ts'
import { readDrills } from '../../src/site/content/drills.ts'
import { refuseLeaks } from '../../src/site/content/leaks.ts'
import { qrOf } from '../../src/site/content/qr.ts'
import { readPlan } from '../../src/site/content/plan.ts'
import { audienceOf, showRole } from '../../src/site/content/people.ts'
import { recoveryOrder } from '../../src/site/content/recovery-order.ts'
import { unshowable } from '../../src/site/content/showable.ts'
import { tokensOf } from '../../src/site/remark/highlight.ts'
import { planned } from '../../src/steps/view-words.ts'
import { temporaryProject } from '../document/temporary-project.ts'
import { runbookOf } from './same-bytes.ts'
import { fixtureFiles, fixtureProject } from './support/fixture.ts'

void describe('colours', () => {
  void test('never cost a byte of any text, in any language', () => {
    const languages = fc.constantFrom('ts', 'sh', 'sql', 'yaml', 'json', 'text', '', '__proto__')
    const scraps = fc.constantFrom(
      '`',
      '${',
      '}',
      '"',
      "'",
      '\\',
      '#',
      '//',
      '/*',
      '<<EOF\n',
      '$(',
      '\t',
      '--',
      '\n',
    )
    const text = fc.array(fc.oneof(scraps, fc.string({ unit: 'binary' }))).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, languages, (code, lang) => {
        assert.equal(
          tokensOf(code, lang)
            .map(([, piece]) => piece)
            .join(''),
          code,
        )
      }),
    )
  })
})

void describe('what a page cannot show for what it is', () => {
  const cases: [title: string, code: string, place: string | undefined][] = [
    ['a tab, blank lines and trailing spaces', 'a\tb  \n\n', undefined],
    ['letters of any language, and emoji made of several', 'é ß 漢字 👩‍💻', undefined],
    ['a carriage return', 'one\ntwo\r\n', '11:4'],
    ['a space that is none to a shell', 'rm -r\u00A0dir', '10:6'],
    ['a space without width', 'a\u200Bb', '10:2'],
    ['a mark that turns the direction of reading', 'x = "\u202Ey"', '10:6'],
    ['a control character', '\u001B[2J', '10:1'],
  ]
  for (const [title, code, place] of cases)
    void test(`${place === undefined ? 'allows' : 'refuses'} ${title}`, () => {
      const found = unshowable({ code, place: { file: 'f', line: 10, column: 1 } })
      const places = found.map(({ line, column }) => `${line}:${column}`)
      assert.deepEqual(places, place === undefined ? [] : [place])
    })
})

void describe('the estimate of a runbook', () => {
  void test('is its longest way: the longest of alternatives, and of what is done at the same time', () => {
    using project = fixtureProject()
    // 30 s + 20 s + 5 min, then by hand 10 min (disk) or 1.5 min of 2 min 10 s in parallel and the backup's 4 min (host).
    const found = estimate(runbookOf(project.root, 'traps').nodes)
    assert.deepEqual(found, { criticalMs: 950_000, workMs: 950_000, without: 2 })
  })

  void test('adds up the work of everyone', () => {
    using project = fixtureProject()
    const both = runbookOf(project.root, 'traps').nodes.filter(({ id }) => id === 'both')
    const nodes = both.map((node) => ({ ...node, when: [] }))
    assert.deepEqual(estimate(nodes), { criticalMs: 90_000, workMs: 130_000, without: 0 })
  })
})

void describe('what a runbook measured', () => {
  const record: DrillRecord = {
    v: 1,
    run: 'r1',
    runbook: 'traps',
    title: 'Traps',
    service: 'ledger-db',
    environment: 'lab',
    startedAt: '2026-11-02T10:00:00.000Z',
    finishedAt: '2026-11-02T10:10:00.000Z',
    operator: 'ana',
    digest: 'another',
    journalHash: 'abc',
    versions: {},
    fault: null,
    objective: null,
    measured: {
      rtoMs: 61_500,
      rpoMs: 0,
      machineMs: null,
      humanMs: null,
      acknowledged: null,
      lost: null,
      indeterminate: null,
      recovered: null,
      writesPerSecond: null,
      replication: null,
    },
    steps: [],
    verdict: 'passed',
  }

  void test('is nothing without a published drill', () => {
    using project = fixtureProject()
    assert.deepEqual(readDrills(project.root), { drills: [], unreadable: [] })
    assert.equal(measuredOf(runbookOf(project.root, 'traps'), []), undefined)
  })

  void test('is what its newest drill says, marked when the runbook changed since', () => {
    using project = fixtureProject()
    const runbook = runbookOf(project.root, 'traps')
    const newer = { ...record, run: 'r2', startedAt: '2026-11-09T10:00:00.000Z', digest: runbook.digest }
    project.write('docs/drills/r1.json', JSON.stringify(record))
    project.write('docs/drills/r2.json', JSON.stringify(newer))
    project.write('docs/drills/r3.json', '{ "v": 2 }')
    const { drills, unreadable } = readDrills(project.root)
    assert.deepEqual(unreadable, ['docs/drills/r3.json'])
    const expected = { rtoMs: 61_500, rpoMs: 0, environment: 'lab', verdict: 'passed' }
    assert.deepEqual(measuredOf(runbook, drills), { ...expected, on: '2026-11-09', changedSince: false })
    assert.deepEqual(measuredOf(runbook, [record]), { ...expected, on: '2026-11-02', changedSince: true })
  })
})

void describe('the recovery order', () => {
  const cases: [
    title: string,
    services: Record<string, [number, string[]]>,
    expected: [string[][], string[]],
  ][] = [
    ['puts what is needed first', { shop: [1, ['db']], db: [2, []] }, [[['db'], ['shop']], []]],
    ['puts the lower tier first where both could', { b: [0, []], a: [1, []] }, [[['b', 'a']], []]],
    ['does not wait for what the plan does not know', { a: [0, ['ghost']] }, [[['a']], []]],
    [
      'names a circle instead of going round it',
      { a: [0, ['b']], b: [0, ['a']], c: [0, []] },
      [[['c']], ['a', 'b']],
    ],
  ]
  for (const [title, services, [waves, circular]] of cases)
    void test(title, () => {
      const parsed = Object.entries(services).map(([id, [tier, dependsOn]]) => [
        id,
        parsedService(tier, dependsOn),
      ])
      assert.deepEqual(recoveryOrder(Object.fromEntries(parsed)), { waves, circular })
    })
})

function parsedService(tier: number, dependsOn: string[]): ReturnType<typeof service.parse> {
  const objective = { rto: '1h', rpo: '0s', approvedBy: 'ana', approvedAt: '2026-10-05' }
  return service.parse({ title: 'T', description: 'D', tier, owner: 'dba', dependsOn, objective })
}

void describe('readers of a build', () => {
  void test('see no number that is not for them', () => {
    using project = fixtureProject()
    const plan = planOf(project.root)
    const reach = (role: string, audience: 'internal' | 'public'): string[] =>
      showRole(plan, role, audience).flatMap((person) => person.methods.map((method) => method.value))
    assert.deepEqual(reach('dba', 'internal'), ['+351210000001', '@ana'])
    assert.deepEqual(reach('dba', 'public'), [])
    assert.deepEqual(reach('web', 'internal'), [])
  })

  const leaks: [title: string, file: string, text: string][] = [
    ['on a page', 'contacts/index.html', '<p>Call +46800000002</p>'],
    ['grouped by spaces, without its plus', 'index.html', '46 800-000 002'],
    ['in a card', 'contacts/bo.vcf', 'TEL;TYPE=CELL:+46800000002'],
    ['in a calendar', 'contacts/data.ics', 'DESCRIPTION:+46800000002'],
    ['in the index of the search', 'assets/search.js', '{"text":"Bo +46800000002"}'],
    ['as a QR code', 'contacts/index.html', `<path d="${qrOf('+46800000002').path}"/>`],
    ['in a file without an ending', 'notes', '(+46) 800000002'],
  ]
  for (const [title, file, text] of leaks)
    void test(`a build that holds a private number ${title} is refused with file and field, and the number is not repeated`, () => {
      using out = temporaryProject({
        [`build/${file}`]: text,
        'build/other.html': '146800000002 +351210000001',
      })
      using project = fixtureProject()
      const { plan, locate } = readPlan(project.root)
      assert.throws(
        () => refuseLeaks(path.join(out.root, 'build'), plan, 'internal', locate),
        (error: Error) => {
          const expected = `docs/plan/contacts.yaml:17:31  people.bo.methods.0.value is in build/${file}, which is built for internal readers`
          assert.ok(error.message.startsWith(expected), error.message)
          assert.ok(!error.message.includes('800000002') && !error.message.includes('other.html'))
          return true
        },
      )
    })

  void test('a build without such a number is let through', () => {
    using out = temporaryProject({ 'build/index.html': '<p>Call +351210000001</p>' })
    using project = fixtureProject()
    const { plan, locate } = readPlan(project.root)
    refuseLeaks(path.join(out.root, 'build'), plan, 'internal', locate)
    assert.throws(() => refuseLeaks(path.join(out.root, 'build'), plan, 'public', locate), /people\.ana/)
  })

  void test('are internal unless the build says otherwise, and never a typing mistake', () => {
    assert.equal(audienceOf({}), 'internal')
    assert.equal(audienceOf({ DRILLBOOK_AUDIENCE: 'public' }), 'public')
    assert.throws(() => audienceOf({ DRILLBOOK_AUDIENCE: 'pubic' }), /expected internal or public/)
  })
})

function planOf(root: string): Plan {
  const { plan, problems } = loadPlan(root)
  assert.ok(plan, JSON.stringify(problems))
  return plan
}

void describe('a planned duration', () => {
  const cases: [number, string][] = [
    [0, '0 s'],
    [250, '250 ms'],
    [20_000, '20 s'],
    [90_000, '1 min 30 s'],
    [900_000, '15 min'],
    [14_400_000, '4 h'],
    [90_061_000, '1 d 1 h'],
  ]
  for (const [ms, text] of cases) void test(`${ms} ms is ${text}`, () => assert.equal(planned(ms), text))
})

void test('the fixture has every trap that a page has fallen into', () => {
  const text = fixtureFiles()['runbooks/traps.mdx'] ?? ''
  for (const trap of [
    '<500ms',
    '{#id}',
    '`backtick`',
    '${PATH',
    '</code></pre>',
    '&lt;',
    'highlight-next-line',
    ':::note',
    '  \n',
  ])
    assert.ok(text.includes(trap), trap)
})
