import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { readEstimatedEvents } from '../../src/model/estimated-event.ts'
import type { Sheet } from '../../src/site/by-hand/sheet.ts'
import { EMPTY, atTimeOfDay, eventsOf, rfc3339, timeOfDay, withMark } from '../../src/site/by-hand/sheet.ts'
import { assignment, commandWith, complaint, forFence, knownValues } from '../../src/site/by-hand/values.ts'

const INPUTS = [
  { name: 'reason', prompt: 'Why?', type: 'string' as const },
  { name: 'ticketNumber', prompt: 'Which?', type: 'number' as const, default: '7' },
  { name: 'token', prompt: 'Token', type: 'secret' as const },
  { name: 'region', prompt: 'Where?', type: 'string' as const, pattern: 'eu-.*' },
]

void test('a moment keeps its instant and says the offset', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
      const text = rfc3339(date)
      assert.equal(Date.parse(text), date.getTime())
      assert.match(text, /(Z|[+-]\d\d:\d\d)$/)
    }),
  )
})

void test('a corrected time of day is on the same day', () => {
  const moment = rfc3339(new Date(2026, 2, 28, 23, 50, 11))
  assert.equal(timeOfDay(atTimeOfDay(moment, '22:05:09')), '22:05:09')
  assert.equal(new Date(atTimeOfDay(moment, '00:01')).getDate(), 28)
})

void test('a sheet becomes events that an incident can take in, oldest first', () => {
  let sheet: Sheet = { ...EMPTY, actor: 'Maria', clockAt: '2026-01-01T10:00:00.000Z' }
  sheet = { ...sheet, note: 'all well', noteAt: '2026-01-01T10:09:00.000Z' }
  sheet = withMark(sheet, 'second', { result: 'failed', finishedAt: '2026-01-01T10:05:00.000+00:00' })
  sheet = withMark(sheet, 'second', { note: 'disk full', noteAt: '2026-01-01T10:06:00.000Z' })
  sheet = withMark(sheet, 'first', { startedAt: '2026-01-01T12:01:00.000+02:00' })
  sheet = withMark(sheet, 'first', { result: 'passed', finishedAt: '2026-01-01T10:02:00.000Z' })
  sheet = withMark(sheet, 'which', { choice: 'host', finishedAt: '2026-01-01T10:03:00.000Z' })
  sheet = withMark(sheet, 'last', { result: 'skipped', finishedAt: '2026-01-01T10:08:00.000Z' })
  const subject = { runbook: 'traps', digest: 'ab'.repeat(32), titleOf: (id: string) => `The ${id}` }
  const text = eventsOf(sheet, subject)
    .map((event) => JSON.stringify(event))
    .join('\n')
  const { events, problems } = readEstimatedEvents(text, 'x')
  assert.deepEqual(problems, [])
  assert.deepEqual(
    events.map(({ kind, text: words }) => `${kind} ${words}`),
    [
      'note The clock was started',
      'step_started The first: started',
      'step_passed The first: done',
      'decision The which host',
      'step_failed The second: failed',
      'note disk full',
      'step_skipped The last: skipped',
      'note all well',
    ],
  )
})

void test('a shell gets exactly what was typed, whatever it is', () => {
  const typed = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'))
  fc.assert(
    fc.property(typed, (text) => {
      const known = knownValues(INPUTS, { reason: text }).filter(({ input }) => input.name === 'reason')
      const script = `${known.map(assignment).join('\n')}\nprintf '%s' "$INPUT_REASON"`
      assert.equal(execFileSync('bash', ['-euc', script], { encoding: 'utf8' }), text)
    }),
    { numRuns: 60, examples: [[`it's "$HOME" \`id\` $(id) \\ !x *`], ["'"], ['a\nb'], ['-n']] },
  )
})

void test('the command of the runner gets them too', () => {
  const command = commandWith('x', knownValues(INPUTS, { reason: `it's; rm` }))
  assert.equal(command, `npm run runbook x -- --set reason='it'\\''s; rm' --set ticketNumber='7'`)
})

void test('a secret has no value on a page, and a value that does not fit is not used', () => {
  const known = knownValues(INPUTS, { token: 'x', ticketNumber: 'seven', region: 'us-east' })
  assert.deepEqual(known, [])
  assert.match(complaint(INPUTS[3] ?? { name: '', prompt: '', type: 'string' }, 'xeu-1') ?? '', /form eu-/)
})

void test('a fence shows only what it reads, in its own words', () => {
  const known = knownValues(INPUTS, { reason: 'why', region: 'eu-1' })
  const sql = { lang: 'sql', bind: ['lag', 'reason'], code: 'select $2' }
  assert.deepEqual(forFence(sql, known), { lines: ['$2 = "why"'] })
  const ts = { lang: 'ts', bind: [], code: 'f(input.ticketNumber, input.reasons)' }
  assert.deepEqual(forFence(ts, known), { lines: ['input.ticketNumber = 7'] })
  const sh = { lang: 'sh', bind: [], code: 'echo "$INPUT_REGION" $INPUT_TICKET_NUMBER_X\n' }
  assert.deepEqual(forFence(sh, known), {
    lines: ["export INPUT_REGION='eu-1'"],
    shell: `export INPUT_REGION='eu-1'\n${sh.code}`,
  })
})
