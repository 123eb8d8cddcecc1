import assert from 'node:assert/strict'
import { test } from 'node:test'
import { humanTime } from '../../src/drill/time-split.ts'
import { foldAll } from '../../src/journal/fold.ts'
import type { EventBody } from '../../src/model/event.ts'
import { parseEvent } from '../../src/model/event.ts'
import type { Outcome } from '../../src/model/outcome.ts'
import { describeEvent } from '../../src/reports/timeline.ts'
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

const fence = (outcome: Outcome | undefined): EventBody =>
  outcome === undefined
    ? {
        event: 'fence-started',
        step: 'one',
        job: 'r1.1',
        role: 'run',
        lang: 'sh',
        place: 'it.mdx:1',
        sha256: 'f'.repeat(64),
      }
    : { event: 'fence-finished', step: 'one', job: 'r1.1', outcome, found: 'supervisor' }

void test('what a run stood still that was killed is no time of machines; what its supervisor went on with is', () => {
  assert.equal(human([confirmed('unattended'), RESUMED, FINISHED]), 1)
  const ended = (durationMs: number) => fence({ kind: 'ok', durationMs, outputs: {} })
  assert.equal(human([fence(undefined), RESUMED, ended(400), FINISHED]), 0.6)
  assert.equal(human([fence(undefined), RESUMED, ended(5000), FINISHED]), 0)
  assert.equal(human([fence(undefined), RESUMED, fence({ kind: 'unknown', reason: 'x' }), FINISHED]), 1)
})

void test('a question that was left, and answered after a pause, stood both times', () => {
  const left: EventBody = { ...PAUSED, waitedMs: 1000 }
  assert.equal(human([confirmed('unattended'), left, RESUMED, confirmed('person'), FINISHED]), 2.7)
  const bodies = [STARTED, left, RESUMED, confirmed('person'), FINISHED]
  const events = journalText(bodies)
    .trimEnd()
    .split('\n')
    .map((line) => parseEvent(JSON.parse(line)))
  const state = foldAll(events)
  assert.equal(state.steps.get('one')?.waitedMs, 1700)
  assert.equal(state.humanMs, 1700)
  assert.match(
    events.flatMap(describeEvent).join('\n'),
    /paused: paused by the operator, 1 s after the line before/,
  )
})

void test("a note does not end the question that it was written at, and an answer about a doubtful fence is a person's time", () => {
  const note: EventBody = { event: 'note-added', text: 'x' }
  assert.equal(human([confirmed('unattended'), note, PAUSED, RESUMED, FINISHED]), 3)
  const settled: EventBody = {
    event: 'fence-finished',
    step: 'one',
    job: 'r1.1',
    outcome: { kind: 'ok', durationMs: 0, outputs: {} },
    found: 'person',
  }
  assert.equal(human([confirmed('unattended'), fence(undefined), settled, FINISHED]), 1)
})
