import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { contactsFile } from '../../../src/model/contact.ts'
import type { OnCallSchedule } from '../../../src/model/contact.ts'
import { brokenTimes } from '../../../src/model/on-call/broken-times.ts'
import { gapsIn, onCallAt, rota, rotaFrom } from '../../../src/model/on-call/rota.ts'
import type { Duty } from '../../../src/model/on-call/rota.ts'
import { NoSuchTime } from '../../../src/model/on-call/wall-clock.ts'
import { walk } from './slow-reference.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Days around which clocks change, by half an hour, by an hour, by a day, and not at all. */
const CHANGES: [zone: string, day: string][] = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['Europe/London', '2026-10-25'],
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['America/St_Johns', '2026-11-01'],
  ['America/Santiago', '2026-09-06'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Pacific/Apia', '2011-12-30'],
  ['Africa/Cairo', '2026-04-24'],
  ['Asia/Kolkata', '2026-05-05'],
]

const PEOPLE = ['ana', 'bo', 'cy']

function plusDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10)
}

/** Times of day, those at which clocks change more often than others. */
const time = fc.oneof(
  fc.constantFrom('00:00', '00:30', '01:30', '01:45', '02:00', '02:15', '02:30', '03:00', '23:59'),
  fc
    .tuple(fc.nat(23), fc.nat(59))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':')),
)

const days = fc.uniqueArray(fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), {
  minLength: 1,
})

function layer(day: string) {
  return fc.record({
    name: fc.constant('layer'),
    start: fc.integer({ min: -70, max: 4 }).map((offset) => plusDays(day, offset)),
    turn: fc.constantFrom('day', '2 days', '5 days', 'week', '2 weeks', 'month'),
    handoff: time,
    users: fc.array(fc.constantFrom(...PEOPLE), { minLength: 1, maxLength: 3 }),
    restrictions: fc.array(fc.record({ days, from: time, to: time }), { maxLength: 2 }),
    priority: fc.integer({ min: 1, max: 3 }),
  })
}

function override(day: string) {
  const minutes = fc.integer({ min: -3 * 1440, max: 5 * 1440 })
  return fc
    .tuple(minutes, fc.integer({ min: 1, max: 2000 }), fc.constantFrom(...PEOPLE))
    .map(([at, long, user]) => {
      const from = Date.parse(`${day}T00:00:00Z`) + at * MINUTE_MS
      return { user, from: new Date(from).toISOString(), to: new Date(from + long * MINUTE_MS).toISOString() }
    })
}

const scenario = fc.constantFrom(...CHANGES).chain(([timeZone, day]) =>
  fc.record({
    day: fc.constant(day),
    schedule: fc.record({
      title: fc.constant('T'),
      timeZone: fc.constant(timeZone),
      layers: fc.array(layer(day), { minLength: 1, maxLength: 3 }),
      overrides: fc.array(override(day), { maxLength: 2 }),
    }),
  }),
)

function parsed(schedule: unknown): OnCallSchedule {
  const method = { kind: 'voice', value: '+12065550101', priority: 1 }
  const person = { name: 'A', timeZone: 'Europe/Berlin', methods: [method] }
  const people = Object.fromEntries(PEOPLE.map((id) => [id, person]))
  const found = contactsFile.parse({ people, schedules: { one: schedule } }).schedules['one']
  assert.ok(found)
  return found
}

function minuteByMinute(duties: readonly Duty[]): (string | undefined)[] {
  return duties.flatMap(({ fromMs, toMs, user }) =>
    Array.from({ length: (toMs - fromMs) / MINUTE_MS }, () => user),
  )
}

void describe('the rota', () => {
  void test('is that of a walk through every minute, wherever clocks change; what the walk finds skipped is refused', () => {
    let compared = 0
    let refused = 0
    fc.assert(
      fc.property(scenario, ({ day, schedule: written }) => {
        const schedule = parsed(written)
        const within = {
          fromMs: Date.parse(`${day}T00:00:00Z`) - 3 * DAY_MS,
          toMs: Date.parse(`${day}T00:00:00Z`) + 4 * DAY_MS,
        }
        const slow = walk(schedule, within.fromMs, within.toMs)
        if (slow.skipped.length > 0) {
          refused += 1
          assert.notDeepEqual(brokenTimes(schedule), [], `skipped ${slow.skipped.join(', ')}`)
          return
        }
        compared += 1
        assert.deepEqual(minuteByMinute(rotaOrSkipped(schedule, within, slow.users)), slow.users)
      }),
      { numRuns: 150 },
    )
    assert.ok(compared > 50 && refused > 2, `${compared} compared, ${refused} refused`)
  })

  void test('has no holes, begins where the duty of that time begins, and neighbours are different people', () => {
    fc.assert(
      fc.property(scenario, ({ day, schedule: written }) => {
        const schedule = parsed(written)
        fc.pre(brokenTimes(schedule).length === 0)
        const fromMs = Date.parse(`${day}T12:00:00Z`)
        const duties = rotaFrom(schedule, fromMs)
        const [now] = duties
        assert.ok(now && now.fromMs <= fromMs && fromMs < now.toMs)
        const [before] = rota(schedule, { fromMs: now.fromMs - MINUTE_MS, toMs: now.fromMs })
        if (now.user !== undefined) assert.notEqual(before?.user, now.user)
        assert.equal(duties.at(-1)?.toMs, fromMs + 90 * DAY_MS)
        for (const [index, duty] of duties.entries()) {
          const next = duties[index + 1]
          if (!next) break
          assert.equal(duty.toMs, next.fromMs)
          assert.notEqual(duty.user, next.user)
        }
      }),
      { numRuns: 60 },
    )
  })
})

/** A wall time that is skipped on a day just outside of the walk may be met by the rota; then both must say so. */
function rotaOrSkipped(
  schedule: OnCallSchedule,
  within: { fromMs: number; toMs: number },
  users: (string | undefined)[],
): Duty[] {
  try {
    return rota(schedule, within)
  } catch (error) {
    assert.ok(error instanceof NoSuchTime)
    assert.notDeepEqual(brokenTimes(schedule), [])
    return users.map((user, index) => ({
      fromMs: index * MINUTE_MS,
      toMs: (index + 1) * MINUTE_MS,
      ...(user === undefined ? {} : { user }),
      sources: [],
    }))
  }
}

function weekly(timeZone: string, start: string, handoff: string): OnCallSchedule {
  const layers = [{ name: 'Primary', start, turn: 'week', handoff, users: ['ana', 'bo'] }]
  return parsed({ title: 'T', timeZone, layers })
}

void describe('when clocks change', () => {
  const handoffs: [
    title: string,
    zone: string,
    start: string,
    handoff: string,
    week: number,
    expected: string,
  ][] = [
    ['wall time stays in Berlin', 'Europe/Berlin', '2026-10-19', '09:00', 1, '2026-10-26T08:00:00.000Z'],
    ['ambiguous in Berlin: the first', 'Europe/Berlin', '2026-10-18', '02:30', 1, '2026-10-25T00:30:00.000Z'],
    [
      'ambiguous in New York: the first',
      'America/New_York',
      '2026-10-25',
      '01:30',
      1,
      '2026-11-01T05:30:00.000Z',
    ],
    [
      'ambiguous by half an hour: the first',
      'Australia/Lord_Howe',
      '2026-03-29',
      '01:45',
      1,
      '2026-04-04T14:45:00.000Z',
    ],
    [
      'after half an hour was skipped',
      'Australia/Lord_Howe',
      '2026-09-27',
      '02:30',
      1,
      '2026-10-03T15:30:00.000Z',
    ],
    [
      'across the day that Apia left out',
      'Pacific/Apia',
      '2011-12-24',
      '09:00',
      1,
      '2011-12-30T19:00:00.000Z',
    ],
  ]
  for (const [title, zone, start, handoff, week, expected] of handoffs)
    void test(title, () => {
      const at = Date.parse(expected)
      const duties = rota(weekly(zone, start, handoff), { fromMs: at - DAY_MS, toMs: at + DAY_MS })
      assert.deepEqual(
        duties.map(({ fromMs, user }) => [new Date(fromMs).toISOString(), user]),
        [
          [new Date(at - DAY_MS).toISOString(), week === 1 ? 'ana' : 'bo'],
          [expected, week === 1 ? 'bo' : 'ana'],
        ],
      )
    })

  const broken: [zone: string, start: string, handoff: string, message: string][] = [
    ['Europe/Berlin', '2026-03-22', '02:30', '02:30 does not exist on 2026-03-29 in Europe/Berlin'],
    ['America/New_York', '2026-03-01', '02:00', '02:00 does not exist on 2026-03-08 in America/New_York'],
    [
      'Australia/Lord_Howe',
      '2026-09-27',
      '02:15',
      '02:15 does not exist on 2026-10-04 in Australia/Lord_Howe',
    ],
    ['Pacific/Apia', '2011-12-23', '09:00', '09:00 does not exist on 2011-12-30 in Pacific/Apia'],
    ['America/Santiago', '2026-08-30', '00:00', '00:00 does not exist on 2026-09-06 in America/Santiago'],
  ]
  for (const [zone, start, handoff, message] of broken)
    void test(`${handoff} from ${start} in ${zone} is refused`, () => {
      const schedule = weekly(zone, start, handoff)
      assert.deepEqual(brokenTimes(schedule), [{ path: ['layers', 0, 'handoff'], message }])
      const fromMs = Date.parse(`${start}T00:00:00Z`)
      assert.throws(() => rota(schedule, { fromMs, toMs: fromMs + 10 * DAY_MS }), NoSuchTime)
    })

  void test('a handoff on weekdays on which clocks never change may be at any time', () => {
    assert.deepEqual(brokenTimes(weekly('Europe/Berlin', '2026-03-23', '02:30')), [])
  })
})

void describe('who is on call', () => {
  const at = Date.parse('2026-11-21T04:00:00Z')
  const layers = [
    {
      name: 'Days',
      start: '2026-11-02',
      turn: 'week',
      handoff: '09:00',
      users: ['ana'],
      restrictions: [{ from: '09:00', to: '17:00' }],
    },
    {
      name: 'Late',
      start: '2026-11-02',
      turn: 'week',
      handoff: '09:00',
      users: ['bo'],
      restrictions: [{ days: ['sat'], from: '12:00', to: '02:00' }],
      priority: 2,
    },
  ]
  const schedule = parsed({ title: 'Data', timeZone: 'UTC', layers })

  void test('is nobody where no layer is, and that is said', () => {
    const [first] = onCallAt({ schedules: { data: schedule } }, at)
    assert.deepEqual(first?.now, {
      fromMs: Date.parse('2026-11-20T17:00:00Z'),
      toMs: Date.parse('2026-11-21T09:00:00Z'),
      sources: [],
    })
    assert.equal(first.next?.user, 'ana')
    const nightsAndOneEvening = gapsIn(rotaFrom(schedule, at, 2)).map(
      ({ fromMs, toMs }) => (toMs - fromMs) / 3_600_000,
    )
    assert.deepEqual(nightsAndOneEvening, [16, 7, 11])
  })

  void test('is the layer with the greatest priority, then an override, then the last override', () => {
    const noon = Date.parse('2026-11-21T13:00:00Z')
    const during = { from: '2026-11-21T12:30:00Z', to: '2026-11-21T13:30:00Z' }
    const who = (overrides: unknown[]): unknown =>
      rotaFrom(parsed({ title: 'Data', timeZone: 'UTC', layers, overrides }), noon)[0]
    assert.deepEqual(who([]), {
      fromMs: Date.parse('2026-11-21T12:00:00Z'),
      toMs: Date.parse('2026-11-22T02:00:00Z'),
      user: 'bo',
      sources: ['Late'],
    })
    assert.deepEqual(
      who([
        { user: 'cy', ...during, reason: 'Dentist' },
        { user: 'ana', ...during },
      ]),
      {
        fromMs: Date.parse(during.from),
        toMs: Date.parse(during.to),
        user: 'ana',
        sources: ['override'],
      },
    )
  })

  void test('stays on when the next layer, or the next turn, is the same person; next is somebody else', () => {
    const evening = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '20:00', to: '04:00' }
    const weeks = { start: '2026-11-02', turn: 'week', handoff: '09:00' }
    const twice = parsed({
      title: 'Data',
      timeZone: 'UTC',
      layers: [
        { ...weeks, name: 'Primary', users: ['ana', 'ana', 'bo'] },
        { ...weeks, name: 'Evening', users: ['ana'], restrictions: [evening], priority: 2 },
      ],
      overrides: [{ user: 'cy', from: '2026-11-13T09:00:00Z', to: '2026-11-14T09:00:00Z', reason: 'Fair' }],
    })
    const [first] = onCallAt({ schedules: { data: twice } }, Date.parse('2026-11-11T12:00:00Z'))
    assert.deepEqual(first?.now, {
      fromMs: Date.parse('2026-11-02T09:00:00Z'),
      toMs: Date.parse('2026-11-13T09:00:00Z'),
      user: 'ana',
      sources: ['Primary', 'Evening'],
    })
    assert.deepEqual([first.next?.user, first.next?.sources], ['cy', ['override: Fair']])
  })

  void test('is told from its beginning, also years ago', () => {
    const alone = parsed({
      title: 'T',
      timeZone: 'UTC',
      layers: [{ name: 'M', start: '2020-03-02', turn: 'week', handoff: '08:00', users: ['ana'] }],
    })
    const at = Date.parse('2026-11-11T12:00:00Z')
    assert.equal(rotaFrom(alone, at)[0]?.fromMs, Date.parse('2020-03-02T08:00:00Z'))
    const before = Date.parse('2020-03-01T00:00:00Z')
    assert.equal(rotaFrom(alone, before)[0]?.fromMs, before)
  })

  void test('has the 31st back after a short month', () => {
    const monthly = parsed({
      title: 'T',
      timeZone: 'UTC',
      layers: [{ name: 'M', start: '2026-01-31', turn: 'month', handoff: '08:00', users: PEOPLE }],
    })
    const duties = rotaFrom(monthly, Date.parse('2026-02-01T00:00:00Z'), 60)
    assert.deepEqual(
      duties.map(({ fromMs, user }) => [new Date(fromMs).toISOString().slice(0, 16), user]),
      [
        ['2026-01-31T08:00', 'ana'],
        ['2026-02-28T08:00', 'bo'],
        ['2026-03-31T08:00', 'cy'],
      ],
    )
  })
})
