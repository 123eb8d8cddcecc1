import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { onCallLines } from '../../src/cli/on-call-lines.ts'
import { loadPlan } from '../../src/document/plan.ts'
import { makeProject } from '../helpers/project.ts'
import { Terminal, needsTmux } from '../helpers/terminal.ts'

const CONTACTS = `people:
  ada:
    name: Ada Example
    roles: [dba, incident-commander]
    timeZone: Europe/London
    methods:
      - { kind: voice, value: "+12065550199", priority: 1 }
  bo:
    name: Bo Example
    roles: [dba]
    timeZone: Europe/Berlin
    methods:
      - { kind: voice, value: "+12065550198", priority: 1 }
policies:
  shop:
    title: The shop is down
    services: [shop]
    levels: [{ targets: ["schedule:night"], channels: [voice] }]
schedules:
  night:
    title: Night watch
    timeZone: Europe/Berlin
    layers:
      - { name: Night, start: 2026-10-21, turn: week, handoff: "02:30", users: [ada, bo] }
`
const FILES = { 'docs/plan/contacts.yaml': CONTACTS }

const rows: { title: string; args: string[]; code: number; out?: RegExp; err?: RegExp }[] = [
  {
    title: 'names who is on call at a time, until when, how to reach them, and who is next',
    args: ['--at', '2026-10-21T00:30Z'],
    code: 0,
    out: /Night watch \(night\), Wed 2026-10-21 02:30 there\n  now   Ada Example until Wed 2026-10-28 02:30 \(Europe\/Berlin\): voice \+12065550199\n  next  Bo Example/,
  },
  {
    title: 'gives a program the same',
    args: ['night', '--json', '--at', '2026-10-28T02:30+01:00'],
    code: 0,
    out: /"now":\{"user":"bo","name":"Bo Example","source":"Night","from":"2026-10-28T01:30:00.000Z","to":"2026-11-04T01:30:00.000Z"/,
  },
  {
    title: 'says it when nobody is on call',
    args: ['--at', '2026-10-20T00:00Z'],
    code: 1,
    out: /now   NOBODY until Wed 2026-10-21 02:30/,
  },
  {
    title: 'refuses a time that is another instant elsewhere',
    args: ['--at', '2026-10-21T02:30'],
    code: 2,
    err: /expected a time with its offset/,
  },
  {
    title: 'refuses a schedule that is not there',
    args: ['nigth'],
    code: 2,
    err: /^there is no on-call schedule "nigth"\n {4}Did you mean night\?\n$/,
  },
  {
    title: 'names the schedules that there are, once',
    args: ['other-team'],
    code: 2,
    err: /^there is no on-call schedule "other-team"\n {4}Expected one of night\.\n$/,
  },
]

void describe('drillbook oncall', () => {
  for (const { title, args, code, out, err } of rows)
    void test(title, async (context) => {
      const ended = await makeProject(context, FILES).cli(['oncall', ...args])
      assert.equal(ended.code, code, ended.stderr)
      if (out) assert.match(ended.stdout, out)
      if (err) assert.match(ended.stderr, err)
    })

  void test('breaks no number in two on a terminal', needsTmux, async (context) => {
    const project = makeProject(context, FILES)
    const size = { columns: 80, rows: 20 }
    const terminal = new Terminal(context, project, ['oncall', '--at', '2026-10-21T00:30Z'], {}, size)
    await terminal.exits(0)
    assert.match(
      terminal.page(),
      /^ {2}now {3}Ada Example until Wed 2026-10-28 02:30 \(Europe\/Berlin\): voice\n {8}\+12065550199\n {2}next {2}Bo/m,
    )
  })

  void test('a rotation with a time that does not exist is told with its place', async (context) => {
    const broken = { 'docs/plan/contacts.yaml': CONTACTS.replace('2026-10-21', '2026-10-25') }
    const ended = await makeProject(context, broken).cli(['oncall', '--at', '2027-03-27T00:00Z'])
    assert.match(
      ended.stderr,
      /docs\/plan\/contacts\.yaml:24:\d+ {2}02:30 does not exist on 2027-03-28 in Europe\/Berlin\n.*Choose a time/,
    )
  })
})

void test('the runner names who is on call for the service of the runbook', async (context) => {
  const { plan } = loadPlan(makeProject(context, FILES).root)
  assert.ok(plan)
  assert.deepEqual(onCallLines(plan, 'shop', Date.parse('2026-10-22T00:00Z')), [
    'Night watch:',
    '  Ada Example until Wed 2026-10-28 02:30 (Europe/Berlin): voice +12065550199',
  ])
  assert.deepEqual(onCallLines(plan, 'other', Date.parse('2026-10-22T00:00Z')), [])
})
