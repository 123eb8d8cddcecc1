import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { measure, type LedgerRecord, type Measurement } from '../../src/drill/measurement.ts'

type Outcome = 'acknowledged' | 'failed' | 'indeterminate'
const FAULT = 10_000

function attempt(n: number, outcome: Outcome, sentAt: number, doneAt = sentAt + 5): LedgerRecord {
  return { type: 'attempt', n, id: id(n), sentAt, doneAt, outcome }
}
const id = (n: number): string => `o-${n}`

/** Attempts 10 ms apart, beginning at `at`. */
function many(first: number, count: number, outcome: Outcome, at: number): LedgerRecord[] {
  return Array.from({ length: count }, (_, index) => attempt(first + index, outcome, at + index * 10))
}
const ids = (first: number, last: number): Set<string> =>
  new Set(Array.from({ length: last - first + 1 }, (_, index) => id(first + index)))

/** 100 orders up to just before the fault, 20 failures, 60 orders: the last acknowledgement before it is at 9995. */
const before = many(1, 100, 'acknowledged', FAULT - 1000)
const outage = many(101, 20, 'failed', FAULT)
const after = many(121, 60, 'acknowledged', FAULT + 200)
const whole = [...before, ...outage, ...after]

/** Orders 121 to 180 were taken, and each read back, between two failures; 201 to 260 after the second. */
const cameBack: LedgerRecord[] = [
  ...whole,
  ...[...ids(121, 180)].map((name, index): LedgerRecord => ({
    type: 'verified',
    n: 121 + index,
    id: name,
    at: FAULT + 900,
  })),
  ...many(181, 20, 'failed', FAULT + 800),
  ...many(201, 60, 'acknowledged', FAULT + 3000),
]

const rows: {
  title: string
  records: LedgerRecord[]
  found: Set<string> | undefined
  expected: Partial<Measurement>
}[] = [
  {
    title: 'an outage without loss',
    records: whole,
    found: ids(1, 180),
    expected: {
      acknowledged: 160,
      failed: 20,
      indeterminate: 0,
      survived: 160,
      lost: 0,
      lostIds: [],
      recovered: 0,
      firstFailureAt: FAULT,
      restoredAt: FAULT + 205,
      rtoMs: 205,
      rpoMs: 0,
      lastSurvivingAckAt: FAULT - 5,
      unacknowledgedAfterRestoration: 0,
    },
  },
  {
    title: 'the last three orders before the fault are lost',
    records: whole,
    found: new Set([...ids(1, 97), ...ids(121, 180)]),
    expected: {
      lost: 3,
      survived: 157,
      lostIds: ['o-98', 'o-99', 'o-100'],
      rpoMs: 35,
      lastSurvivingAckAt: FAULT - 35,
    },
  },
  {
    title: 'every order before the fault is lost: there is nothing to count from',
    records: whole,
    found: ids(121, 180),
    expected: { lost: 100, rpoMs: null, lastSurvivingAckAt: null },
  },
  {
    title: 'the orders could not be listed',
    records: whole,
    found: undefined,
    expected: {
      lost: null,
      survived: null,
      recovered: null,
      rpoMs: null,
      lastSurvivingAckAt: null,
      lostIds: [],
    },
  },
  {
    title: 'nobody read anything back and nothing was listed: not restored',
    records: whole,
    found: undefined,
    expected: { firstFailureAt: FAULT, restoredAt: null, rtoMs: null, unacknowledgedAfterRestoration: null },
  },
  {
    title: 'the canary read back the third order of the run: restored from there',
    records: [...whole, { type: 'verified', n: 123, id: id(123), at: FAULT + 300 }],
    found: undefined,
    expected: { restoredAt: FAULT + 225, rtoMs: 225 },
  },
  {
    title: 'no failure was seen',
    records: before,
    found: ids(1, 100),
    expected: { firstFailureAt: null, restoredAt: null, rtoMs: null, rpoMs: 0, lost: 0 },
  },
  {
    title: 'the service never came back',
    records: [...before, ...outage],
    found: ids(1, 100),
    expected: { firstFailureAt: FAULT, restoredAt: null, rtoMs: null, lost: 0, rpoMs: 0 },
  },
  {
    title: '49 orders within less than a second are not sustained success',
    records: [...before, ...outage, ...after.slice(0, 49)],
    found: ids(1, 180),
    expected: { restoredAt: null, rtoMs: null },
  },
  {
    title: '50 orders are',
    records: [...before, ...outage, ...after.slice(0, 50)],
    found: ids(1, 180),
    expected: { restoredAt: FAULT + 205 },
  },
  {
    title: 'two orders a second apart are, too',
    records: [
      ...outage,
      attempt(121, 'acknowledged', FAULT + 200),
      attempt(122, 'acknowledged', FAULT + 1200),
    ],
    found: ids(121, 122),
    expected: { restoredAt: FAULT + 205 },
  },
  {
    title: 'a flapping service is restored by the run that holds',
    records: [
      ...before,
      ...outage,
      ...after.slice(0, 30),
      attempt(151, 'indeterminate', FAULT + 500),
      ...many(152, 60, 'acknowledged', FAULT + 600),
    ],
    found: ids(1, 300),
    expected: { restoredAt: FAULT + 605, indeterminate: 1, recovered: 1 },
  },
  {
    title: 'failures after the restoration are counted, not hidden',
    records: [...whole, ...many(181, 7, 'failed', FAULT + 900)],
    found: ids(1, 180),
    expected: { restoredAt: FAULT + 205, unacknowledgedAfterRestoration: 7 },
  },
  {
    title: 'a request that was under way at the fault began the outage at the fault, not before',
    records: [
      ...before,
      attempt(101, 'indeterminate', FAULT - 400, FAULT + 1600),
      ...many(102, 60, 'acknowledged', FAULT + 2000),
    ],
    found: ids(1, 300),
    expected: { firstFailureAt: FAULT, rtoMs: 2005 },
  },
  {
    title: 'a failure that ended before the fault is not its doing',
    records: [attempt(1, 'failed', FAULT - 900), ...many(2, 60, 'acknowledged', FAULT - 800)],
    found: ids(2, 61),
    expected: { failed: 1, firstFailureAt: null, rtoMs: null },
  },
  {
    title: 'orders answered while an older one hung until after the fault do not restore anything',
    records: [
      attempt(1, 'indeterminate', FAULT - 900, FAULT + 1100),
      ...many(2, 60, 'acknowledged', FAULT - 800),
    ],
    found: ids(1, 61),
    expected: { firstFailureAt: FAULT, restoredAt: null, rtoMs: null },
  },
  {
    title: 'nothing was recorded at all',
    records: [],
    found: new Set(),
    expected: { acknowledged: 0, lost: 0, rpoMs: null, rtoMs: null, writesPerSecondBefore: null },
  },
  {
    title:
      'a primary came back, took orders that were read back, and was failed over from: they are no restoration',
    records: cameBack,
    found: new Set([...ids(1, 100), ...ids(201, 260)]),
    expected: { restoredAt: FAULT + 3005, rtoMs: 3005, lost: 60, lastSurvivingAckAt: FAULT - 5, rpoMs: 800 },
  },
  {
    title: 'it had handed on the first of them: the loss begins after these',
    records: cameBack,
    found: new Set([...ids(1, 175), ...ids(201, 260)]),
    expected: { restoredAt: FAULT + 205, lost: 5, lastSurvivingAckAt: FAULT + 745, rpoMs: 50 },
  },
  {
    title: 'orders were lost before the fault and after it: from before the first to the last',
    records: cameBack,
    found: new Set([...ids(1, 97), ...ids(121, 175), ...ids(201, 260)]),
    expected: { lost: 8, lastSurvivingAckAt: FAULT - 35, rpoMs: 830 },
  },
  {
    title: 'an acknowledgement that is gone interrupts success as a failure does',
    records: [...before, ...outage, ...many(121, 120, 'acknowledged', FAULT + 200)],
    found: new Set([...ids(1, 100), id(140), ...ids(161, 240)]),
    expected: { restoredAt: FAULT + 605, rtoMs: 605, rpoMs: 600 },
  },
  {
    title: 'the order of the lines does not matter',
    records: [...whole].reverse(),
    found: ids(1, 180),
    expected: { restoredAt: FAULT + 205, rtoMs: 205, rpoMs: 0 },
  },
]

for (const { title, records, found, expected } of rows) {
  void test(title, () => {
    const measured = measure(records, FAULT, found)
    const relevant = Object.fromEntries(Object.entries(measured).filter(([name]) => name in expected))
    assert.deepEqual(relevant, expected)
  })
}

void test('the rate before the fault is of the last ten seconds', () => {
  assert.equal(Math.round(measure(whole, FAULT, undefined).writesPerSecondBefore ?? 0), 100)
  assert.equal(measure(before.slice(-10), FAULT, undefined).writesPerSecondBefore, null)
})

const history = fc
  .array(
    fc.record({
      outcome: fc.constantFrom<Outcome>('acknowledged', 'failed', 'indeterminate'),
      gap: fc.nat({ max: 50 }),
      took: fc.nat({ max: 3000 }),
      found: fc.boolean(),
      verified: fc.boolean(),
    }),
    { maxLength: 200 },
  )
  .map((attempts) => {
    let sentAt = FAULT - 1500
    const records: LedgerRecord[] = []
    const found = new Set<string>()
    for (const [index, { outcome, gap, took, found: isFound, verified }] of attempts.entries()) {
      sentAt += gap
      records.push(attempt(index + 1, outcome, sentAt, sentAt + took))
      if (isFound) found.add(id(index + 1))
      if (verified) records.push({ type: 'verified', n: index + 1, id: id(index + 1), at: sentAt + took + 1 })
    }
    return { records, found }
  })

void test('whatever happened: the sums agree, nothing is negative, and 0 is said only of what was measured', () => {
  fc.assert(
    fc.property(history, ({ records, found }) => {
      const m = measure(records, FAULT, found)
      const attempts = records.filter(({ type }) => type === 'attempt').length
      assert.equal(m.acknowledged + m.failed + m.indeterminate, attempts)
      assert.equal((m.survived ?? NaN) + (m.lost ?? NaN), m.acknowledged)
      assert.ok(m.lostIds.length === Math.min(20, m.lost ?? NaN))
      for (const value of [m.rtoMs, m.rpoMs, m.recovered, m.writesPerSecondBefore])
        assert.ok(value === null || value >= 0)
      assert.ok((m.recovered ?? NaN) <= m.indeterminate)
      if (m.rpoMs === 0) assert.ok(m.lost === 0 || (m.lastSurvivingAckAt ?? 0) >= FAULT)
      if (m.restoredAt !== null) assert.ok(m.firstFailureAt !== null && m.restoredAt >= m.firstFailureAt)
      assert.equal(m.rtoMs === null, m.restoredAt === null)
    }),
    { numRuns: 500 },
  )
})
