import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { DrillRecord } from '../../src/reports/drill-record.ts'
import { calendarPage } from '../../src/site/content/calendar.ts'
import { dependencyDiagram } from '../../src/site/content/diagram.ts'
import { readProject } from '../../src/site/content/project.ts'
import { drillsPage } from '../../src/site/content/scoreboard.ts'
import { fixtureProject } from './support/fixture.ts'

const NOTHING = { machineMs: null, humanMs: null, acknowledged: null, indeterminate: null, recovered: null }

function drill(
  startedAt: string,
  rtoMs: number | null,
  lost: number | null,
  more: Partial<DrillRecord> = {},
): DrillRecord {
  return {
    v: 1,
    run: startedAt,
    runbook: 'traps',
    title: 'Traps',
    service: 'ledger-db',
    environment: 'lab',
    startedAt,
    finishedAt: startedAt,
    operator: 'ana',
    digest: 'another',
    journalHash: 'abc',
    versions: {},
    fault: { name: 'postgres-kill', on: 'ledger-db.primary', at: startedAt },
    objective: null,
    measured: { ...NOTHING, rtoMs, rpoMs: null, lost, writesPerSecond: null, replication: null },
    steps: [],
    verdict: 'passed',
    ...more,
  }
}

function project(): ReturnType<typeof readProject> {
  using made = fixtureProject()
  return readProject(made.root)
}

void describe('the scoreboard', () => {
  const { runbooks } = project()

  void test('counts every drill, the failed and the unmeasured too, and says what was measured', () => {
    const drills = [
      drill('2026-11-03T10:00:00.000Z', 3000, 0),
      drill('2026-11-02T10:00:00.000Z', null, null, { verdict: 'not measured' }),
      drill('2026-11-01T10:00:00.000Z', 9000, 4, { verdict: 'failed' }),
      drill('2026-10-01T10:00:00.000Z', 5000, 0, { environment: 'staging' }),
    ]
    const { scores, rows, never } = drillsPage(runbooks, drills)
    assert.deepEqual(
      scores.map(({ environment, drills, passed, failed, rto, lossy, counted, last, changedSince }) => ({
        environment,
        drills,
        passed,
        failed,
        rto,
        lossy,
        counted,
        last,
        changedSince,
      })),
      [
        {
          environment: 'lab',
          drills: 3,
          passed: 1,
          failed: 1,
          lossy: 1,
          counted: 2,
          rto: { n: 2, median: 6000, least: 3000, most: 9000 },
          last: '2026-11-03',
          changedSince: true,
        },
        {
          environment: 'staging',
          drills: 1,
          passed: 1,
          failed: 0,
          lossy: 0,
          counted: 1,
          rto: { n: 1, median: 5000, least: 5000, most: 5000 },
          last: '2026-10-01',
          changedSince: true,
        },
      ],
    )
    assert.deepEqual(
      rows.map(({ verdict }) => verdict),
      ['passed', 'not measured', 'failed', 'passed'],
    )
    assert.deepEqual(
      never.map(({ href }) => href),
      ['/runbooks/backup/take/'],
    )
  })

  void test('leads to the runs that were published, and to no other', () => {
    const drills = [drill('2026-11-02T10:00:00.000Z', 1, 0), drill('2026-11-03T10:00:00.000Z', 1, 0)]
    const { rows } = drillsPage(runbooks, drills, new Set(['2026-11-03T10:00:00.000Z']))
    assert.deepEqual(
      rows.map(({ run, runHref }) => [run, runHref]),
      [
        ['2026-11-02T10:00:00.000Z', undefined],
        ['2026-11-03T10:00:00.000Z', '/run/?run=2026-11-03T10:00:00.000Z'],
      ],
    )
  })

  void test('knows a runbook that did not change, and one that is gone', () => {
    const digest = runbooks.find(({ id }) => id === 'traps')?.digest ?? ''
    const gone = drill('2026-10-01T10:00:00.000Z', 1, 0, { runbook: 'gone' })
    const { scores } = drillsPage(runbooks, [drill('2026-11-03T10:00:00.000Z', 1, 0, { digest }), gone])
    assert.deepEqual(
      scores.map(({ changedSince, href }) => [changedSince, href]),
      [
        [false, '/runbooks/traps/'],
        [true, undefined],
      ],
    )
  })
})

void describe('the testing calendar', () => {
  const { plan } = project()
  const entry = { title: 'T', runbook: 'traps', environment: 'lab', every: 30 * 86_400_000, owner: 'dba' }
  const planned = {
    ...plan,
    schedule: { ...plan.schedule, drills: { plain: entry, alone: { ...entry, absent: 'ana' } } },
  }
  const done = (now: string): unknown =>
    calendarPage(planned, [drill('2026-11-01T10:00:00.000Z', 1, 0)], Date.parse(now)).drills.map(
      (one) => one.done,
    )

  void test('knows when a drill was done last and is due; a variant that no record names is not taken to be done', () => {
    assert.deepEqual(done('2026-11-20T00:00:00Z'), [
      { last: '2026-11-01', due: '2026-12-01', overdue: false },
      { overdue: true },
    ])
  })

  void test('says when it was due', () => {
    assert.deepEqual(done('2026-12-02T00:00:00Z'), [
      { last: '2026-11-01', due: '2026-12-01', overdue: true },
      { overdue: true },
    ])
  })
})

void test('the diagram has every service above those that need it, and an arrow for each need', () => {
  const { services } = project().plan
  const { boxes, arrows, width, height } = dependencyDiagram(services)
  const box = (id: string): (typeof boxes)[number] => {
    const found = boxes.find((one) => one.id === id)
    assert.ok(found)
    return found
  }
  assert.deepEqual(
    arrows.map(({ from, to }) => [from, to]),
    [['ledger-db', 'shop']],
  )
  assert.ok(box('ledger-db').y + box('ledger-db').height < box('shop').y)
  for (const { x, y, width: wide, height: high } of boxes)
    assert.ok(x >= 0 && y >= 0 && x + wide <= width && y + high <= height)
})
