import assert from 'node:assert/strict'
import { test } from 'node:test'
import { humanTime } from '../../src/drill/time-split.ts'
import type { EventBody } from '../../src/model/event.ts'
import { parseEvent } from '../../src/model/event.ts'
import { FINISHED, STARTED, journalText } from '../reports/journal-lines.ts'

/** Lines a second apart, the first of them at 0. */
function human(bodies: readonly EventBody[], from = 0, to = 3600): number {
  const lines = journalText([STARTED, ...bodies])
    .trimEnd()
    .split('\n')
  const events = lines.map((line) => parseEvent(JSON.parse(line)))
  const begun = Date.parse(events[0]?.at ?? '')
  return humanTime(events, begun + from * 1000, begun + to * 1000) / 1000
}

const PAUSED: EventBody = { event: 'run-paused', reason: 'paused by the operator' }
const RESUMED: EventBody = { event: 'run-resumed', host: 'sample', pid: 2, boot: 'b', after: 'a pause' }
const confirmed = (by: 'person' | 'unattended'): EventBody => ({
  event: 'step-confirmed',
  step: 'one',
  by,
  waitedMs: 700,
})

void test('human time is what prompts stood and what the run was paused, as far as it lies in the span', () => {
  assert.equal(human([confirmed('person'), FINISHED]), 0.7)
  assert.equal(human([confirmed('unattended'), FINISHED]), 0)
  // The question stood from second 1 to 2, the run was paused from 2 to 3.
  assert.equal(human([confirmed('unattended'), PAUSED, RESUMED, FINISHED]), 2)
  assert.equal(human([confirmed('unattended'), PAUSED, RESUMED, FINISHED], 0, 2.5), 1.5)
  assert.equal(human([confirmed('unattended'), { event: 'rollback-started', reason: 'x' }]), 1)
  assert.equal(
    human([confirmed('unattended'), { event: 'step-skipped', step: 'one', reason: 'x', by: 'condition' }]),
    0,
  )
})
