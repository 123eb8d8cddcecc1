import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyState } from '../../src/journal/fold.ts'
import type { RunState } from '../../src/journal/fold.ts'
import { verdict } from '../../src/reports/summary.ts'

/** A drill with these measurements, against an RTO of 1 s and an RPO of 0. */
function drilled(rtoMs: number | null, rpoMs: number | null): RunState {
  return Object.assign(emptyState(), {
    started: { objective: { rtoMs: 1000, rpoMs: 0 } },
    fault: { fault: 'postgres-kill' },
    measurement: { rtoMs, rpoMs },
  })
}

void test('steps that succeeded are not yet customers that are served', () => {
  assert.equal(verdict(drilled(400, 0), 'succeeded'), 'The run succeeded')
  assert.match(verdict(drilled(400, 25), 'succeeded'), /MISSED/)
  assert.match(verdict(drilled(null, null), 'succeeded'), /NOT SEEN/)
  assert.equal(verdict(drilled(null, null), 'rolled-back'), 'The run was rolled back')
  assert.equal(verdict(emptyState(), 'succeeded'), 'The run succeeded')
})
