import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { encode } from 'uqr'
import { OperatorError } from '../../src/model/problem.ts'
import { contactFiles } from '../../src/site/content/contact-files.ts'
import { callTree, contactsPage, onCallPage } from '../../src/site/content/contacts.ts'
import { rotasForService } from '../../src/site/content/on-call.ts'
import type { ShownMethod } from '../../src/site/content/people.ts'
import { readPlan } from '../../src/site/content/plan.ts'
import { readProject } from '../../src/site/content/project.ts'
import { qrOf } from '../../src/site/content/qr.ts'
import { lostWhen, without } from '../../src/site/content/without.ts'
import { fixtureProject } from './support/fixture.ts'

const NOW = Date.parse('2026-11-21T04:00:00Z')

function method(...needs: string[]): ShownMethod {
  return { kind: 'voice', value: '+12065550101', needs }
}

void describe('what is left when something is down', () => {
  const cases: [title: string, methods: ShownMethod[], expected: string[][]][] = [
    ['a way that needs nothing is never lost', [method('chat'), method()], []],
    ['nobody is lost who shows no way', [], []],
    ['one way, any of its needs', [method('chat', 'idp')], [['chat'], ['idp']]],
    [
      'two ways, one of each; one thing for both is enough',
      [method('a', 'b'), method('b', 'c')],
      [['b'], ['a', 'c']],
    ],
  ]
  for (const [title, methods, expected] of cases)
    void test(title, () => assert.deepEqual(sorted(lostWhen(methods)), sorted(expected)))

  void test('is every way that does not need it', () => {
    const ana = { id: 'ana', name: 'Ana', methods: [method('chat', 'idp'), method('idp')] }
    assert.deepEqual(without('chat', [ana])[0]?.methods, [method('idp')])
    assert.deepEqual(without('idp', [ana])[0]?.methods, [])
  })
})

function sorted(sets: string[][]): string[] {
  return sets.map((set) => set.join(' ')).sort()
}

void describe('files to take along', () => {
  void test('are a calendar of each schedule and a card of each person whose number may be shown', () => {
    using project = fixtureProject()
    const files = contactFiles(readPlan(project.root).plan, 'internal', NOW)
    assert.deepEqual(
      files.map((file) => file.path),
      ['contacts/data.ics', 'contacts/ana.vcf'],
    )
    assert.deepEqual(contactFiles(readPlan(project.root).plan, 'public', NOW).length, 1)
    const [calendar = '', card = ''] = files.map(({ text }) => text)
    // Fixture: weekly from 2 November at 09:00 in Lisbon, Ana first; Bo's week ends on the 30th.
    const events = calendar.split('BEGIN:VEVENT').slice(1)
    assert.equal(events.length, 14)
    for (const line of [
      'DTSTART:20261123T090000Z',
      'DTEND:20261130T090000Z',
      'SUMMARY:Bo Lind: Data on call',
    ])
      assert.ok(events[1]?.includes(`\r\n${line}\r\n`), `${line} in ${events[1]}`)
    assert.ok(card.startsWith('BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Duarte\r\nN:Duarte;Ana;;;\r\n'))
    assert.ok(card.includes('\r\nTEL;TYPE=CELL:+351210000001\r\n'))
  })

  void test('keep their lines short and their separators escaped', () => {
    using project = fixtureProject()
    const file = path.join(project.root, 'docs/plan/contacts.yaml')
    const name = `Ana; of the very long name, ${'ã'.repeat(60)}`
    project.write('docs/plan/contacts.yaml', readFileSync(file, 'utf8').replace('Ana Duarte', name))
    const card = contactFiles(readPlan(project.root).plan, 'internal', NOW).at(-1)?.text ?? ''
    for (const line of card.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, line)
    const unfolded = card.replaceAll('\r\n ', '')
    assert.ok(unfolded.includes(`FN:${name.replace(';', '\\;').replace(',', '\\,')}\r\n`), unfolded)
  })

  void test('a QR code is what the library made of the number itself', () => {
    const { data, size } = encode('+351210000001', { ecc: 'M', border: 4 })
    const qr = qrOf('+351210000001')
    const drawn = Array.from({ length: size }, () => Array.from({ length: size }, () => false))
    for (const [, x, y, width] of qr.path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
      for (let at = Number(x); at < Number(x) + Number(width); at += 1) (drawn[Number(y)] ?? [])[at] = true
    assert.deepEqual([qr.size, drawn], [size, data])
  })
})

void describe('pages of contacts', () => {
  void test('say how long ago the oldest way was tried', () => {
    using project = fixtureProject()
    const file = path.join(project.root, 'docs/plan/contacts.yaml')
    const text = readFileSync(file, 'utf8')
    const verified = (): unknown =>
      contactsPage(readPlan(project.root).plan, 'internal', NOW).people[0]?.verified
    assert.deepEqual(verified(), { never: 2, isOld: true })
    const dated = text
      .replace('priority: 1 }', 'priority: 1, verifiedAt: 2026-11-01 }')
      .replace('priority: 2 }', 'priority: 2, verifiedAt: 2026-10-01 }')
    project.write('docs/plan/contacts.yaml', dated)
    assert.deepEqual(verified(), { on: '2026-10-01', daysAgo: 51, never: 0, isOld: false })
    project.write('docs/plan/contacts.yaml', dated.replace('2026-10-01', '2026-08-01'))
    assert.deepEqual(verified(), { on: '2026-08-01', daysAgo: 112, never: 0, isOld: true })
  })

  void test('know 90 days of each schedule, and say until when', () => {
    using project = fixtureProject()
    const { plan } = readPlan(project.root)
    const [schedule] = onCallPage(plan, 'public', NOW).schedules
    assert.equal(schedule?.rota.computedUntil, 'Fri 2027-02-19 04:00')
    assert.deepEqual(
      schedule.rota.duties
        .slice(0, 2)
        .map(({ from, to, person }) => [from, to, person?.name, person?.methods]),
      [
        ['Mon 2026-11-16 09:00', 'Mon 2026-11-23 09:00', 'Ana Duarte', []],
        ['Mon 2026-11-23 09:00', 'Mon 2026-11-30 09:00', 'Bo Lind', []],
      ],
    )
    assert.equal(rotasForService(plan, 'ledger-db', 'internal', NOW)[0]?.duties[0]?.person?.methods.length, 2)
    assert.deepEqual(rotasForService(plan, 'shop', 'internal', NOW), [])
  })

  void test('lead from the first call to the last', () => {
    using project = fixtureProject()
    const [policy] = callTree(readPlan(project.root).plan, 'internal', NOW).policies
    assert.deepEqual(
      policy?.calls.map((level) => level.map(({ person, until }) => [person?.name, until])),
      [
        [
          ['Ana Duarte', 'Mon 2026-11-23 09:00'],
          ['Bo Lind', 'Mon 2026-11-30 09:00'],
          ['Ana Duarte', 'Mon 2026-12-07 09:00'],
        ],
        [['Ana Duarte', undefined]],
        [['Bo Lind', undefined]],
      ],
    )
  })
})

void describe('a project with mistakes makes no pages, and says where and what to do', () => {
  const cases: [title: string, file: string, change: (text: string) => string, expected: string][] = [
    [
      'a service that is not in the plan',
      'runbooks/traps.mdx',
      (text) => text.replace('service: ledger-db', 'service: ledger-bd'),
      'runbooks/traps.mdx:4:10  there is no service "ledger-bd" in docs/plan/services.yaml\n    Did you mean',
    ],
    [
      'a handoff that clocks skip',
      'docs/plan/contacts.yaml',
      (text) =>
        text.replace(
          'start: 2026-11-02, turn: week, handoff: "09:00"',
          'start: 2026-11-01, turn: week, handoff: "01:30"',
        ),
      'docs/plan/contacts.yaml:32:66  01:30 does not exist on 2027-03-28 in Europe/Lisbon\n    Clocks go forward over it. Choose',
    ],
    [
      'somebody on call who is not there',
      'docs/plan/contacts.yaml',
      (text) => text.replace('users: [ana, bo]', 'users: [ana, boo]'),
      'docs/plan/contacts.yaml:32:88  "boo" is not a person of contacts.yaml\n    Did you mean bo?',
    ],
    [
      'a rotation without a time zone',
      'docs/plan/contacts.yaml',
      (text) =>
        text.replace('    timeZone: Europe/Lisbon\n    layers', '    timeZone: Europe/Lisbonne\n    layers'),
      'docs/plan/contacts.yaml:30:15  schedules.data.timeZone: expected an IANA time zone such as Europe/Berlin',
    ],
  ]
  for (const [title, file, change, expected] of cases)
    void test(title, () => {
      using project = fixtureProject()
      const text = readFileSync(path.join(project.root, file), 'utf8')
      assert.notEqual(change(text), text)
      project.write(file, change(text))
      assert.throws(
        () => readProject(project.root),
        (error: Error) => error instanceof OperatorError && contains(error.message, expected),
      )
    })
})

void test('a project without one of its plan files makes no pages; every other mistake is told with it', () => {
  using project = fixtureProject()
  const file = path.join(project.root, 'docs/plan/schedule.yaml')
  rmSync(file)
  project.write('runbooks/traps.mdx', 'no front matter\n')
  assert.throws(
    () => readProject(project.root),
    (error: Error) =>
      contains(error.message, 'docs/plan/schedule.yaml  there is no such file\n    The plan needs it') &&
      contains(error.message, 'runbooks/traps.mdx:1:1  expected front matter'),
  )
})

function contains(text: string, part: string): boolean {
  assert.ok(text.includes(part), `${part}\n--- is not in\n${text}`)
  return true
}
