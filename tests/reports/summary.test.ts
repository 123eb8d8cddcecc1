import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyState, stepState } from '../../src/journal/fold.ts'
import type { RunState } from '../../src/journal/fold.ts'
import type { Step } from '../../src/model/runbook.ts'
import { neverBegun, verdict } from '../../src/reports/summary.ts'

/** A drill with these measurements, against an RTO of 1 s and an RPO of 0. */
function drilled(rtoMs: number | null, rpoMs: number | null): RunState {
  return Object.assign(emptyState(), {
    started: { objective: { rtoMs: 1000, rpoMs: 0 } },
    fault: { fault: 'postgres-kill' },
    measurement: { rtoMs, rpoMs },
  })
}

const NODE: Step = {
  kind: 'step',
  id: '',
  title: '',
  prose: '',
  place: { file: 'runbooks/it.mdx', line: 1, column: 1 },
  when: [],
  danger: 'safe',
  timeoutMs: 1000,
  retries: 0,
  approvals: 0,
  outputs: {},
  fences: [],
}

void test('steps that succeeded are not yet customers that are served', () => {
  assert.equal(verdict(drilled(400, 0), 'succeeded'), 'The run succeeded')
  assert.match(verdict(drilled(400, 25), 'succeeded'), /MISSED/)
  assert.match(verdict(drilled(null, null), 'succeeded'), /NOT SEEN/)
  assert.equal(verdict(drilled(null, null), 'rolled-back'), 'The run was rolled back')
  assert.equal(verdict(emptyState(), 'succeeded'), 'The run succeeded')
})

void test('what a person left out is part of the verdict, what did not apply is not', () => {
  const state = drilled(400, 0)
  Object.assign(stepState(state, 'repair'), { status: 'skipped' })
  for (const id of ['verify', 'rebuild'])
    Object.assign(stepState(state, id), { status: 'skipped', leftOut: true })
  const without = 'but 2 steps were skipped: verify, rebuild'
  assert.equal(verdict(state, 'succeeded'), `The run succeeded, ${without}`)
  Object.assign(stepState(state, 'verify'), { skippedFailure: true })
  assert.match(verdict(state, 'succeeded'), /but 2 steps were skipped: verify \(it had failed\), rebuild$/)
  Object.assign(stepState(state, 'verify'), { skippedFailure: false })
  Object.assign(state, drilled(4000, 0), { steps: state.steps })
  assert.equal(verdict(state, 'succeeded'), `The steps are through, but an objective was MISSED, ${without}`)
})

void test('a run that ended early names what it never came to', () => {
  const when = [{ decision: 'way', choice: 'left' }]
  const nodes = ['begin', 'left', 'other', 'close'].map((id) => ({
    ...NODE,
    id,
    when: id === 'left' ? when : id === 'other' ? [{ decision: 'way', choice: 'right' }] : [],
  }))
  const state = emptyState()
  Object.assign(stepState(state, 'begin'), { status: 'done' })
  assert.deepEqual(neverBegun({ nodes }, state), ['close'])
  state.decisions.set('way', 'left')
  assert.deepEqual(neverBegun({ nodes }, state), ['left', 'close'])
})
