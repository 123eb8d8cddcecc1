import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEstimatedEvents } from '../../src/model/estimated-event.ts'
import type { EstimatedEvent } from '../../src/model/estimated-event.ts'

const digest = 'ab'.repeat(32)
const common = {
  v: 1,
  runbook: 'backup/take',
  digest,
  at: '2026-03-29T02:14:09.120+02:00',
  precision: 'estimated',
  text: 'Promote the standby: done',
  actor: 'Maria Keller',
} as const

const events: EstimatedEvent[] = [
  { ...common, kind: 'step_started', step: 'promote' },
  { ...common, kind: 'step_passed', step: 'promote' },
  { ...common, kind: 'step_failed', step: 'rebuild/promote' },
  { ...common, kind: 'step_skipped', step: 'drain', at: '2026-03-29T00:14:09Z' },
  { ...common, kind: 'decision', step: 'decide', choice: 'promote' },
  { ...common, kind: 'note', step: 'promote', text: 'took two attempts\nthe first timed out' },
  { ...common, kind: 'note', actor: '' },
]

void test('what is exported is read again as it was, one line an event', () => {
  const text = events.map((event) => `${JSON.stringify(event)}\n`).join('')
  assert.deepEqual(readEstimatedEvents(text, 'hand.ndjson'), { events, problems: [] })
})

const wrong: [name: string, line: unknown, message: RegExp][] = [
  ['no JSON', '{', /expected object/],
  ['a time without an offset', { ...events[0], at: '2026-03-29T02:14:09' }, /at: /],
  ['a claim of exact time', { ...events[0], precision: 'exact' }, /precision: /],
  ['a step event without its step', { ...events[0], step: undefined }, /step: /],
  ['a decision without what was chosen', { ...events[4], choice: undefined }, /choice: /],
  ['an unknown kind', { ...events[0], kind: 'step_done' }, /kind: /],
  ['an unknown field', { ...events[0], password: 'x' }, /password/],
  ['a short digest', { ...events[0], digest: 'abc' }, /digest: expected a SHA-256/],
  ['another version', { ...events[0], v: 2 }, /v: /],
]
for (const [name, line, message] of wrong)
  void test(`refused with its line: ${name}`, () => {
    const text = `${JSON.stringify(events[0])}\n${typeof line === 'string' ? line : JSON.stringify(line)}\n`
    const { events: kept, problems } = readEstimatedEvents(text, 'hand.ndjson')
    assert.deepEqual(kept, [events[0]])
    assert.equal(problems.length, 1)
    assert.equal(problems[0]?.line, 2)
    assert.match(problems[0]?.message ?? '', message)
  })
