import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../src/lab/answer.ts'
import { Tracker } from '../../src/lab/tracker.ts'

const RECOVERED = { until: 'recovered', after: 0 } as const

function done(tracker: Tracker, n: number, outcome: Outcome = 'acknowledged', at = n * 10): void {
  tracker.done({ type: 'attempt', n, id: `o-${n}`, sentAt: at, doneAt: at + 5, outcome })
}

/** A tracker whose first order failed and whose next ones were acknowledged, 10 ms apart. */
function recovering(acknowledged: number): Tracker {
  const tracker = new Tracker(100, 0)
  for (let n = 1; n <= acknowledged + 1; n += 1) {
    tracker.sent(n, n * 10)
    done(tracker, n, n === 1 ? 'failed' : 'acknowledged')
  }
  return tracker
}

void test('recovered is 50 orders in a row, and one of them read back', () => {
  const almost = recovering(49)
  almost.verified(2)
  assert.equal(almost.holds(RECOVERED, 1000), false)
  const unread = recovering(50)
  assert.equal(unread.holds(RECOVERED, 1000), false)
  unread.verified(1)
  assert.equal(unread.holds(RECOVERED, 1000), false, 'an order from before the recovery proves nothing')
  unread.verified(2)
  assert.equal(unread.holds(RECOVERED, 1000), true)
})

void test('an older order that is still open may yet fail: orders behind it do not count', () => {
  const tracker = recovering(20)
  tracker.verified(2)
  tracker.sent(22, 220)
  for (let n = 23; n < 123; n += 1) {
    tracker.sent(n, n * 10)
    done(tracker, n)
  }
  assert.equal(tracker.holds(RECOVERED, 2000), false)
  done(tracker, 22)
  assert.equal(tracker.holds(RECOVERED, 2000), true)
})

void test('a failure begins the count again', () => {
  const tracker = recovering(50)
  tracker.verified(2)
  assert.equal(tracker.suspicious(), false)
  tracker.sent(52, 520)
  done(tracker, 52, 'indeterminate')
  assert.equal(tracker.suspicious(), true)
  assert.equal(tracker.holds(RECOVERED, 2000), false)
})

void test('a second of success is enough at a low rate', () => {
  const tracker = new Tracker(2, 0)
  for (const [n, at] of [
    [1, 0],
    [2, 500],
    [3, 1000],
    [4, 1500],
  ] as const) {
    tracker.sent(n, at)
    done(tracker, n, n === 1 ? 'failed' : 'acknowledged', at)
  }
  tracker.verified(3)
  assert.equal(tracker.holds(RECOVERED, 1600), true)
})

void test('a failure before the moment asked about is of no interest', () => {
  const tracker = recovering(50)
  assert.equal(tracker.holds({ until: 'failure', after: 15 }, 1000), true)
  assert.equal(tracker.holds({ until: 'failure', after: 16 }, 1000), false)
})

void test('steady is the rate of the last second, and quiet for as long as asked', () => {
  const tracker = new Tracker(10, 0)
  for (let n = 1; n <= 10; n += 1) {
    tracker.sent(n, n * 100)
    done(tracker, n, 'acknowledged', n * 100)
  }
  assert.equal(tracker.holds({ until: 'steady', seconds: 1 }, 1010), true)
  assert.equal(tracker.holds({ until: 'steady', seconds: 2 }, 1010), false)
  assert.equal(tracker.holds({ until: 'steady', seconds: 1 }, 1900), false)
})
