import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import { communicationsFile } from '../../src/model/communication.ts'
import { contactsFile, peopleWithRole } from '../../src/model/contact.ts'
import { environmentsFile } from '../../src/model/environment.ts'
import { scheduleFile } from '../../src/model/schedule.ts'

const person = {
  name: 'Ana',
  timeZone: 'Europe/Lisbon',
  methods: [{ kind: 'voice', value: '1', priority: 1 }],
}
const layer = { name: 'L', start: '2026-01-05', turn: 'week', handoff: '09:00', users: ['ana'] }
const contacts = (more: object): object => ({ people: { ana: person }, ...more })
const schedule = (more: object): object =>
  contacts({
    schedules: { s: { title: 'S', timeZone: 'Australia/Lord_Howe', layers: [{ ...layer, ...more }] } },
  })
const override = (from: string, to: string): object =>
  contacts({
    schedules: {
      s: { title: 'S', timeZone: 'Pacific/Apia', layers: [layer], overrides: [{ user: 'ana', from, to }] },
    },
  })

const channel = (timeout: string): object => ({
  channels: { chat: { kind: 'slack', environments: ['plain'], url: 'https://chat.example/x', timeout } },
})

type Row = { title: string; schema: z.ZodType; value: object; refused?: string }

const rows: Row[] = [
  { title: 'the longest timeout of a channel', schema: communicationsFile, value: channel('24d') },
  {
    title: 'a timeout that no timer can keep',
    schema: communicationsFile,
    value: channel('577h'),
    refused: 'expected at most 24d: no timer counts further',
  },
  { title: 'a person', schema: contactsFile, value: contacts({}) },
  { title: 'a turn of a month', schema: contactsFile, value: schedule({ turn: '1 month' }) },
  {
    title: 'a turn in hours',
    schema: contactsFile,
    value: schedule({ turn: '12 hours' }),
    refused: 'expected a calendar unit such as week, 2 weeks or 3 days',
  },
  {
    title: 'a turn of nothing',
    schema: contactsFile,
    value: schedule({ turn: '0 days' }),
    refused: 'expected at least one',
  },
  {
    title: 'a handoff at a time that no clock shows',
    schema: contactsFile,
    value: schedule({ handoff: '24:00' }),
    refused: 'expected a time of day such as 09:00',
  },
  {
    title: 'a start on a day that no calendar has',
    schema: contactsFile,
    value: schedule({ start: '2026-02-30' }),
    refused: 'Invalid ISO date',
  },
  {
    title: 'an override',
    schema: contactsFile,
    value: override('2026-01-01T00:00:00+13:00', '2026-01-01T00:00:00Z'),
  },
  {
    title: 'an override that ends before it begins',
    schema: contactsFile,
    value: override('2026-01-01T00:00:00Z', '2026-01-01T00:00:00+13:00'),
    refused: 'expected `from` before `to`',
  },
  {
    title: 'an override without an offset',
    schema: contactsFile,
    value: override('2026-01-01T00:00:00', '2026-01-02T00:00:00Z'),
    refused: 'Invalid ISO datetime',
  },
  {
    title: 'a person without a way of reaching them',
    schema: contactsFile,
    value: { people: { ana: { ...person, methods: [] } } },
    refused: 'Too small: expected array to have >=1 items',
  },
  {
    title: 'an id with a capital letter',
    schema: contactsFile,
    value: { people: { Ana: person } },
    refused: 'Invalid key in record',
  },
  { title: 'a schedule without anything', schema: scheduleFile, value: {} },
  {
    title: 'a verification of an unsaid backup',
    schema: scheduleFile,
    value: { verifications: { v: { title: 'V', every: '7d', owner: 'dba', proves: 'x' } } },
    refused: 'Invalid input: expected string, received undefined',
  },
  {
    title: 'a password in the file itself',
    schema: environmentsFile,
    value: {
      default: 'p',
      environments: {
        p: {
          title: 'P',
          protected: true,
          targets: {
            'a.b': {
              kind: 'postgres',
              host: 'h',
              port: 1,
              database: 'd',
              user: 'u',
              region: 'r',
              password: 'hunter2',
            },
          },
        },
      },
    },
    refused: 'Invalid input: expected object, received string',
  },
]

for (const { title, schema, value, refused } of rows)
  void test(`${title} is ${refused === undefined ? 'accepted' : 'refused'}`, () => {
    assert.equal(schema.safeParse(value).error?.issues[0]?.message, refused)
  })

void test('what is written short is read long', () => {
  const value = contactsFile.parse({
    ...schedule({ turn: '2 weeks' }),
    policies: { p: { title: 'P', levels: [{ targets: ['role:dba'], delay: '5m', channels: ['sms'] }] } },
  })
  assert.deepEqual(value.schedules['s']?.layers[0]?.turn, { count: 2, unit: 'week' })
  assert.deepEqual(value.policies['p']?.levels[0], {
    targets: [{ kind: 'role', id: 'dba' }],
    delay: 300_000,
    channels: ['sms'],
    ackRequired: true,
  })
})

void test('everyone with a role', () => {
  const value = contactsFile.parse({ people: { ana: { ...person, roles: ['dba'] }, bo: person } })
  assert.deepEqual(
    peopleWithRole(value, 'dba').map(([id]) => id),
    ['ana'],
  )
})
