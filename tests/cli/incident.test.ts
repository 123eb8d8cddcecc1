import assert from 'node:assert/strict'
import { chmodSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { foldIncident } from '../../src/journal/fold-incident.ts'
import type { IncidentState } from '../../src/journal/fold-incident.ts'
import { readIncident } from '../../src/journal/incident-directory.ts'
import { MARKS } from '../../src/model/incident-event.ts'
import type { IncidentEvent } from '../../src/model/incident-event.ts'
import { openToOthers } from '../helpers/modes.ts'
import { ENVIRONMENTS } from '../helpers/plan.ts'
import { REPOSITORY, makeProject, runbook, step } from '../helpers/project.ts'
import type { Ended, Project } from '../helpers/project.ts'
import { kill, until } from '../helpers/processes.ts'
import { Terminal, needsTmux } from '../helpers/terminal.ts'

const REGULATIONS = `regulations:
  dora:
    title: Major incident
    jurisdiction: Testland
    applies: Always.
    url: https://law.example.com/
    asOf: 2026-10-05
    notices:
      initial:
        title: Initial notification
        due: [{ within: 4h, from: classification }, { within: 24h, from: awareness }]
        source: Article 19
      final:
        title: Final report
        due: [{ within: 1 month, from: initial }]
        source: Article 19
`

function declared(t: TestContext): Project {
  return makeProject(t, {
    'runbooks/fix.mdx': runbook(step('one', '', ['sh run', 'true'])),
    'docs/plan/regulations.yaml': REGULATIONS,
  })
}

const DECLARE = ['declare', '--title', 'Orders fail', '--severity', 'sev1', '--commander', 'ada']

async function incident(project: Project, ...args: string[]): Promise<Ended> {
  return await project.cli(['incident', ...args])
}

function ids(project: Project): string[] {
  return readdirSync(path.join(project.runs, 'incidents'))
}

function journalOf(project: Project, id = ids(project)[0] ?? ''): string {
  return path.join(project.runs, 'incidents', id, 'journal.ndjson')
}

function events(project: Project, id?: string): IncidentEvent[] {
  const journal = readIncident(journalOf(project, id))
  assert.deepEqual(journal.problems, [])
  return journal.events
}

function state(project: Project): IncidentState {
  return foldIncident(events(project))
}

async function statusOf(project: Project): Promise<Record<string, unknown>> {
  const { stdout } = await incident(project, 'status', '--json')
  const value: unknown = JSON.parse(stdout)
  assert.ok(typeof value === 'object' && value !== null)
  return Object.fromEntries(Object.entries(value))
}

void test('an incident from its declaration to its seal', async (t) => {
  const project = declared(t)
  assert.equal((await incident(project, ...DECLARE, '--role', 'scribe=bob', '--service', 'shop')).code, 0)
  assert.equal((await incident(project, 'note', 'the edge answers 502')).code, 0)
  await incident(project, 'mark', 'impact_start', 'first 502', '--at', '-10m', '--by', 'carol')
  await incident(project, 'severity', 'sev2', '--text', 'half of them work')
  await incident(project, 'role', 'commander', 'bob')
  await incident(project, 'promise', '30m')
  const open = state(project)
  assert.equal(open.severity, 'sev2')
  assert.deepEqual([...open.roles.values()].map(({ role, person }) => `${role} ${person}`).sort(), [
    'commander bob',
    'scribe bob',
  ])
  const start = open.moments.get('impact_start')
  assert.equal(start?.precision, 'estimated')
  assert.deepEqual(start?.source, { kind: 'person', name: 'carol' })
  const [promise] = open.promises
  assert.equal(Date.parse(promise?.dueAt ?? '') - Date.parse(promise?.promisedAt ?? ''), 30 * 60_000)
  assert.equal((await incident(project, 'close', '--text', 'promoted the standby', '--yes')).code, 0)
  const [id = ''] = ids(project)
  const verified = await project.cli(['verify', id])
  assert.equal(verified.code, 0, verified.stderr)
  assert.match((await project.cli(['show', id])).stdout, /the edge answers 502/)
  const late = await incident(project, 'note', 'too late', '--incident', id)
  assert.equal(late.code, 3)
  assert.match(late.stderr, /journal\.ndjson:\d+ {2}.*declared over/)
  assert.equal((await incident(project, 'reopen', '--incident', id, '--text', 'it fails again')).code, 0)
  assert.equal((await project.cli(['verify', id])).code, 0)
  const lines = readFileSync(journalOf(project), 'utf8')
  writeFileSync(journalOf(project), lines.replace('the edge answers 502', 'the edge answers 503'))
  assert.equal((await project.cli(['verify', id])).code, 4)
})

void test('the help names every moment that can be marked; a note is none of them', async (t) => {
  const project = declared(t)
  const { stdout } = await incident(project, '--help')
  for (const name of MARKS) assert.match(stdout, new RegExp(`\\b${name}\\b`))
  await incident(project, ...DECLARE)
  assert.equal((await incident(project, 'mark', 'data_verified', 'counts agree')).code, 0)
  const refused = await incident(project, 'mark', 'note', 'no moment')
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, new RegExp(`"note": expected one of ${MARKS.join(', ')}$`, 'm'))
  assert.deepEqual([...state(project).moments.keys()], ['data_verified'])
})

void test('without a terminal, what is missing is refused and leaves nothing', async (t) => {
  const project = declared(t)
  const { code, stderr } = await incident(project, 'declare', '--title', 'x')
  assert.equal(code, 2)
  assert.match(stderr, /--severity, --commander was not given: nothing was recorded/)
  assert.deepEqual(
    project.files().filter((file) => file.startsWith('runs/')),
    [],
  )
})

void test('what is declared has no id that could be named', async (t) => {
  const project = declared(t)
  const { code, stderr } = await incident(project, ...DECLARE, '--incident', 'inc-x')
  assert.equal(code, 2)
  assert.match(stderr, /Unknown option '--incident'/)
  assert.deepEqual(
    project.files().filter((file) => file.startsWith('runs/')),
    [],
  )
})

void test('at a terminal, what is missing is asked for', needsTmux, async (t) => {
  const project = declared(t)
  const terminal = new Terminal(t, project, ['incident', 'declare'])
  await terminal.answer(/What is wrong/, 'Orders fail')
  await terminal.answer(/How bad/, '')
  await terminal.answer(/in command/, '')
  await terminal.exits(0)
  assert.equal(state(project).title, 'Orders fail')
  assert.equal(state(project).severity, 'sev1')
})

void test(
  'with --json a program reads nothing else, whatever is asked at the terminal',
  needsTmux,
  async (t) => {
    const project = declared(t)
    project.write('templates/inform/internal/any.hbs', 'Tell: {{title}}\n')
    project.write(
      'docs/plan/communications.yaml',
      'audiences: { internal: { title: All, comms: comms_internal, channels: [file] } }\n',
    )
    const asked = (...args: string[]): Terminal =>
      new Terminal(t, project, [...args, '--json'], {}, undefined, ['sh', '-c', '"$@" > out', 'sh'])
    const printed = (): unknown[] =>
      project
        .read('out')
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line))

    const declaring = asked('incident', 'declare')
    await declaring.answer(/What is wrong/, 'Orders fail')
    await declaring.answer(/How bad/, '')
    await declaring.answer(/in command/, '')
    await declaring.exits(0)
    assert.equal(printed().length, 2)

    const informing = asked('inform', '--next', '30m')
    await informing.answer(/Who is told/, '')
    await informing.sees(/┃ Tell: Orders fail/)
    await informing.answer(/Send it/, 'y')
    await informing.exits(0)
    assert.equal(printed().length, 1)
    await until('the message has left', async () => {
      const { stdout } = await project.cli(['inform', '--outbox'])
      return /Everything has left/.test(stdout)
    })

    const closing = asked('incident', 'close', '--text', 'over')
    await closing.sees(/an update to internal is promised/)
    await closing.answer(/Close all the same/, 'y')
    await closing.exits(0)
    assert.equal(printed().length, 1)
  },
)

void test('a declaration that is left says what has not happened', needsTmux, async (t) => {
  const project = declared(t)
  const terminal = new Terminal(t, project, ['incident', 'declare'])
  await terminal.answer(/What is wrong/, 'Orders fail')
  await terminal.endsWith(/How bad/)
  terminal.press('C-c')
  await terminal.exits(130)
  assert.match(terminal.screen(), /^Nothing was declared\.$/m)
  assert.ok(!project.files().some((file) => file.startsWith('runs/incidents/')))
})

void test('a run belongs to one incident', async (t) => {
  const project = declared(t)
  await incident(project, ...DECLARE)
  const first = ids(project)[0] ?? ''
  assert.equal((await project.run('fix', ['--incident', first])).code, 0)
  const [run = ''] = project.runIds()
  const [attached] = state(project).runs
  assert.equal(attached?.run, run)
  await incident(project, ...DECLARE)
  const second = ids(project).find((id) => id !== first) ?? ''
  const before = readFileSync(journalOf(project, second), 'utf8')
  const refused = await incident(project, 'attach', run, '--incident', second)
  assert.equal(refused.code, 3)
  assert.match(refused.stderr, new RegExp(`${first}/journal\\.ndjson:\\d+ {2}${run} belongs to ${first}`))
  assert.equal(readFileSync(journalOf(project, second), 'utf8'), before)
  const unsure = await incident(project, 'note', 'which one?')
  assert.equal(unsure.code, 2)
  assert.match(unsure.stderr, /2 incidents are open/)
  await incident(project, 'detach', run, '--incident', first, '--text', 'a mistake')
  assert.equal((await incident(project, 'attach', run, '--incident', second)).code, 0)
  assert.equal((await project.cli(['verify', second])).code, 0)
  const journal = path.join(project.runs, run, 'journal.ndjson')
  writeFileSync(
    journal,
    `${readFileSync(journal, 'utf8')
      .trimEnd()
      .replace(/"at":"[^"]+"(?!.*"at")/s, '"at":"x"')}\n`,
  )
  assert.match((await project.cli(['verify', second])).stderr, /the run was changed/)
})

void test('a run is not started for an incident that is not open', async (t) => {
  const project = declared(t)
  const { code } = await project.run('fix', ['--incident', 'inc-none'])
  assert.equal(code, 2)
  assert.deepEqual(project.runIds(), [])
})

void test('clocks count from what started them, and the earliest counts', async (t) => {
  const project = declared(t)
  await incident(project, ...DECLARE)
  await incident(project, 'clock', 'dora', 'awareness', '--at', '-23h')
  const clocks = async (): Promise<Map<string, Record<string, unknown>>> => {
    const { clocks: all } = await statusOf(project)
    assert.ok(Array.isArray(all))
    return new Map(all.map((clock: Record<string, unknown>) => [String(clock['notice']), clock]))
  }
  const aware = (await clocks()).get('initial')
  assert.equal(aware?.['state'], 'running')
  assert.ok(Number(aware?.['leftMs']) <= 3_600_000)
  await incident(project, 'clock', 'dora', 'classification', '--at', '-5h')
  assert.equal((await clocks()).get('initial')?.['state'], 'overdue')
  assert.equal((await clocks()).get('final')?.['state'], 'waiting')
  await incident(project, 'clock', 'dora', '--notified', 'initial', '--text', 'receipt 7')
  assert.equal((await clocks()).get('initial')?.['state'], 'notified')
  assert.equal((await clocks()).get('final')?.['state'], 'running')
  const unknown = await incident(project, 'clock', 'dorra')
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /Did you mean dora\?/)
})

void test('closing names the clocks that run, and their end can be recorded afterwards', async (t) => {
  const project = declared(t)
  await incident(project, ...DECLARE)
  const [id = ''] = ids(project)
  await incident(project, 'clock', 'dora', 'awareness', '--at', '-23h')
  const refused = await incident(project, 'close', '--text', 'it works')
  assert.equal(refused.code, 3)
  assert.match(refused.stderr, /still runs: dora initial in .*: nothing was recorded/)
  assert.match(refused.stderr, /--notified NOTICE .*--yes/)
  const closed = await incident(project, 'close', '--text', 'it works', '--yes')
  assert.equal(closed.code, 0, closed.stderr)
  assert.match(closed.stdout, /^Still runs: dora initial in /m)
  assert.match((await incident(project, 'status', id)).stdout, /^clock +dora initial in /m)
  assert.match((await incident(project, 'list')).stdout, / over, 1 clock runs /)
  assert.equal((await incident(project, 'clock', 'dora', '--incident', id)).code, 2)
  const started = await incident(project, 'clock', 'dora', 'classification', '--incident', id)
  assert.match(started.stderr, /was declared over/)
  const told = await incident(project, 'clock', 'dora', '--notified', 'initial', '--incident', id)
  assert.equal(told.code, 0, told.stderr)
  assert.match((await incident(project, 'status', id)).stdout, /dora initial: handed in/)
  assert.equal(state(project).status, 'over')
  const verified = await project.cli(['verify', id])
  assert.equal(verified.code, 0, verified.stderr)
})

void test('roles and people are repeated, and those that the plan does not name are told', async (t) => {
  const project = declared(t)
  const usual = await incident(project, ...DECLARE)
  assert.equal(usual.stderr, '')
  const typed = await incident(project, 'role', 'comander', 'adda')
  assert.equal(typed.code, 0)
  assert.match(typed.stdout, /role_assumed comander adda recorded in .*, line 3/)
  assert.match(typed.stderr, /^"comander" is no usual role .* Did you mean commander\?$/m)
  assert.match(typed.stderr, /^"adda" is not in docs\/plan\/contacts\.yaml\. Did you mean ada\?$/m)
  const released = await incident(project, 'role', 'comander', '--release')
  assert.match(released.stdout, /role_released comander adda recorded/)
  assert.equal(released.stderr, '')
  assert.equal((await incident(project, 'role', 'dba', 'ada')).stderr, '')
  const declaredBy = await incident(project, ...DECLARE.slice(0, -1), 'adda', '--role', 'scibe=ada')
  assert.match(declaredBy.stderr, /^"adda" is not in docs/m)
  assert.match(declaredBy.stderr, /^"scibe" is no usual role .* Did you mean scribe\?$/m)
  project.write('docs/plan/contacts.yaml', 'nonsense')
  const id = ids(project)[0] ?? ''
  assert.equal((await incident(project, 'role', 'scribe', 'ada', '--incident', id)).code, 0)
})

void test('status says the day of what was not today', async (t) => {
  const project = declared(t)
  await incident(project, ...DECLARE)
  const at = ['--at', '2026-03-29T02:14:00+01:00']
  await incident(project, 'role', 'scribe', 'ada', ...at)
  await incident(project, 'mark', 'detected', 'the alert fired', ...at)
  const { stdout } = await incident(project, 'status')
  assert.match(stdout, /^commander +ada, since \d\d:\d\d UTC$/m)
  assert.match(stdout, /^scribe +ada, since 2026-03-29 01:14 UTC$/m)
  assert.match(stdout, /^detected +2026-03-29 01:14 UTC {2}the alert fired$/m)
})

void test('a mistake in regulations.yaml keeps nobody from closing, and hides no clock', async (t) => {
  const project = declared(t)
  await incident(project, ...DECLARE)
  await incident(project, 'clock', 'dora', 'awareness')
  project.write('docs/plan/regulations.yaml', 'nonsense')
  assert.match((await incident(project, 'close', '--text', 'x')).stderr, /still runs: dora, of which/)
  assert.equal((await incident(project, 'close', '--text', 'x', '--yes')).code, 0)
  assert.match((await incident(project, 'list')).stdout, / over, 1 clock runs /)
})

void test('a mistake in regulations.yaml is located', async (t) => {
  const project = declared(t)
  project.write('docs/plan/regulations.yaml', REGULATIONS.replace('within: 4h', 'within: soon'))
  await incident(project, ...DECLARE)
  const { code, stderr } = await incident(project, 'status')
  assert.equal(code, 2)
  assert.match(stderr, /docs\/plan\/regulations\.yaml:11:\d+ {2}.*expected 4h, 72h or 1 month/)
})

const PAPER = `# from the whiteboard
2026-03-29
01:30 detected: the alert fired
01:40-01:50 called the provider
2026-03-30T09:15:00+02:00 looked at the backups
`

void test('notes on paper come in as estimates, once', async (t) => {
  const project = declared(t)
  await incident(project, ...DECLARE)
  project.write('paper.txt', PAPER)
  assert.equal((await incident(project, 'import', 'paper.txt', '--zone', 'Europe/Berlin')).code, 0)
  const imported = events(project).filter(({ source }) => source.kind === 'file')
  const [id = ''] = readdirSync(project.path('runs/incidents')).filter((name) => name !== 'locks')
  assert.deepEqual(openToOthers(project.path('runs/incidents', id, 'imported')), [])
  assert.deepEqual(
    imported.map(({ event, occurredAt, until, precision }) => ({ event, occurredAt, until, precision })),
    [
      { event: 'detected', occurredAt: '2026-03-29T00:30:00.000Z', until: undefined, precision: 'estimated' },
      {
        event: 'note',
        occurredAt: '2026-03-29T00:40:00.000Z',
        until: '2026-03-29T00:50:00.000Z',
        precision: 'range',
      },
      { event: 'note', occurredAt: '2026-03-30T07:15:00.000Z', until: undefined, precision: 'estimated' },
    ],
  )
  const again = await incident(project, 'import', 'paper.txt', '--zone', 'Europe/Berlin')
  assert.equal(again.code, 2)
  assert.match(again.stderr, /was brought into .* before/)
})

for (const [title, line, expected] of [
  ['no time', 'called bob', /paper\.txt:6 {2}is no note/],
  [
    'a time that does not exist',
    '2026-03-29 02:30 asleep',
    /paper\.txt:6 {2}.*does not exist in Europe\/Berlin/,
  ],
  ['an hour too many', '25:10 x', /paper\.txt:6 {2}.*is no time/],
  ['an end before the beginning', '10:00-09:00 x', /paper\.txt:6 {2}ends at 09:00/],
  ['the future', '2999-01-01 10:00 x', /paper\.txt:6 {2}.*in the future/],
] as const)
  void test(`a bad line keeps all lines out: ${title}`, async (t) => {
    const project = declared(t)
    await incident(project, ...DECLARE)
    const before = readFileSync(journalOf(project), 'utf8')
    project.write('paper.txt', `${PAPER}${line}\n`)
    const { code, stderr } = await incident(project, 'import', 'paper.txt', '--zone', 'Europe/Berlin')
    assert.equal(code, 2)
    assert.match(stderr, expected)
    assert.equal(readFileSync(journalOf(project), 'utf8'), before)
  })

const CHECKLIST_LINE = {
  v: 1,
  runbook: 'fix',
  digest: 'a'.repeat(64),
  at: '2026-03-29T02:14:09.120+02:00',
  precision: 'estimated',
  text: 'One: done',
  actor: 'carol',
  kind: 'step_passed',
  step: 'one',
}

void test("a page's checklist comes in, or a bad line of it keeps all out", async (t) => {
  const project = declared(t)
  await incident(project, ...DECLARE)
  const good = JSON.stringify(CHECKLIST_LINE)
  project.write('bad.ndjson', `${good}\n${JSON.stringify({ ...CHECKLIST_LINE, kind: 'flew' })}\n`)
  const bad = await incident(project, 'import', 'bad.ndjson')
  assert.equal(bad.code, 2)
  assert.match(bad.stderr, /bad\.ndjson:2/)
  assert.equal(events(project).length, 2)
  project.write('good.ndjson', `${good}\n`)
  assert.equal((await incident(project, 'import', 'good.ndjson')).code, 0)
  const last = events(project).at(-1)
  assert.equal(last?.event, 'step_passed')
  assert.equal(last?.actor, 'carol')
  assert.equal(last?.occurredAt, CHECKLIST_LINE.at)
})

void test('many writers at once: every note is there once, and the chain holds', async (t) => {
  const project = declared(t)
  await incident(project, ...DECLARE)
  const texts = Array.from({ length: 8 }, (_, index) => `note ${index}`)
  const ends = await Promise.all(texts.map((text) => incident(project, 'note', text)))
  assert.deepEqual(new Set(ends.map(({ code }) => code)), new Set([0]))
  const notes = events(project).flatMap((event) => (event.event === 'note' ? [event.text] : []))
  assert.deepEqual(notes.sort(), texts)
})

void test('killed at any time, nothing that was acknowledged is lost, and the next writer goes on', async (t) => {
  const project = declared(t)
  await incident(project, ...DECLARE)
  const acknowledged: string[] = []
  for (let round = 0; round < 12; round += 1) {
    const child = project.start(['incident', 'note', `note ${round}`])
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')))
    const gone = new Promise((resolve) => child.once('exit', resolve))
    setTimeout(() => kill(child.pid ?? 0), 40 + round * 10)
    await gone
    if (said.includes('recorded')) acknowledged.push(`note ${round}`)
  }
  assert.equal((await incident(project, 'note', 'the last')).code, 0)
  const notes = events(project).flatMap((event) => (event.event === 'note' ? [event.text] : []))
  for (const text of [...acknowledged, 'the last']) assert.ok(notes.includes(text), text)
  assert.equal(new Set(notes).size, notes.length)
})

void test('a torn last line is set aside, a changed line stops everything', async (t) => {
  const project = declared(t)
  await incident(project, ...DECLARE)
  const file = journalOf(project)
  const whole = readFileSync(file, 'utf8')
  writeFileSync(file, `${whole}{"v":1,"seq":3,`)
  assert.equal((await incident(project, 'note', 'after the crash')).code, 0)
  assert.equal(events(project).length, 3)
  assert.match(readFileSync(`${file}.torn`, 'utf8'), /"seq":3,/)
  writeFileSync(file, whole.replace('Orders fail', 'Orders work'))
  const refused = await incident(project, 'note', 'x')
  assert.equal(refused.code, 4)
  assert.match(refused.stderr, /journal\.ndjson:2/)
  assert.equal(readFileSync(file, 'utf8'), whole.replace('Orders fail', 'Orders work'))
})

// Put together, so that no scanner of this repository takes it for one that leaked.
const TOKEN = `ghp_${'A1b2'.repeat(9)}`

/** In no file of the project, and in no name of one. */
function requireWithout(project: Project, secret: string): void {
  for (const name of project.files())
    assert.ok(!`${name}\n${project.read(name)}`.toLowerCase().includes(secret.toLowerCase()), name)
}

void test('a token that somebody words stays out of an incident, and of all that is made of it', async (t) => {
  const project = declared(t)
  project.write(
    'templates/postmortem.md.hbs',
    readFileSync(path.join(REPOSITORY, 'templates/postmortem.md.hbs'), 'utf8'),
  )
  const who = ['--by', `bob ${TOKEN}`, '--operator', `carol ${TOKEN}`]
  const link = ['--link', `https://user:hunter2secret@ci.example.com/build?token=${TOKEN}`]
  const declare = ['declare', '--title', `shop down ${TOKEN}`, '--severity', 'sev1', ...who]
  await incident(project, ...declare, '--commander', `ada ${TOKEN}`, '--service', 'shop')
  assert.equal(state(project).title, 'shop down ghp_[redacted]')
  const [id = ''] = ids(project)
  assert.match(id, /-shop-down-ghp-redacted-[0-9a-f]{4}$/)
  await incident(project, 'note', 'it is slow', ...who, ...link)
  await incident(project, 'note', 'its address is none', '--link', `https://${TOKEN}.example.com/`)
  await incident(project, 'role', `scribe ${TOKEN}`, `bob ${TOKEN}`)
  await incident(project, 'role', 'commander', `bob ${TOKEN}`)
  await incident(project, 'promise', '30m', '--to', `staff ${TOKEN}`)
  await incident(project, 'close', '--yes', '--text', `rotated ${TOKEN}`)
  const notes = events(project).filter(({ event }) => event === 'note')
  assert.deepEqual(
    notes.map(({ actor, source }) => [actor, source]),
    [
      [
        'bob ghp_[redacted]',
        { kind: 'link', url: 'https://user:[redacted]@ci.example.com/build?token=ghp_[redacted]' },
      ],
      ['tester', { kind: 'link', url: 'about:redacted' }],
    ],
  )
  const title = ['--title', `down by ${TOKEN}`]
  const written = await project.cli(['postmortem', id, '--owner', 'ada', '--no-ask', ...title])
  assert.equal(written.code, 0, written.stderr)
  assert.equal((await project.cli(['verify', id])).code, 0)
  requireWithout(project, TOKEN)
  requireWithout(project, 'hunter2secret')
})

const NAMED = `of ${TOKEN}.txt`

void test('what is brought in is kept without its secrets, for its owner alone, and still known', async (t) => {
  const project = declared(t)
  await incident(project, ...DECLARE)
  project.write(NAMED, `2026-03-29 01:30 called bob, who has ${TOKEN}\n# ${TOKEN}\n`)
  project.write('notes.txt', PAPER)
  const bringIn = (name: string): Promise<Ended> => incident(project, 'import', name, '--zone', 'UTC')
  assert.equal((await bringIn(NAMED)).code, 0)
  assert.equal((await bringIn('notes.txt')).code, 0)
  const folder = path.join(path.dirname(journalOf(project)), 'imported')
  const files = readdirSync(folder)
  assert.deepEqual(files.map((name) => name.replace(/^[0-9a-f]{12}-/, '')).sort(), [
    'notes.txt',
    'of ghp_[redacted].txt',
  ])
  for (const name of files) assert.equal(statSync(path.join(folder, name)).mode & 0o777, 0o600)
  const texts = files.map((name) => readFileSync(path.join(folder, name), 'utf8'))
  assert.ok(texts.includes(PAPER), 'what holds no secret is kept byte for byte')
  assert.ok(
    texts.includes('2026-03-29 01:30 called bob, who has ghp_[redacted]\n# ghp_[redacted]\n'),
    texts.join('\n'),
  )
  for (const file of [journalOf(project), ...files.map((name) => path.join(folder, name))])
    assert.ok(!readFileSync(file, 'utf8').includes(TOKEN), file)
  assert.match((await bringIn(NAMED)).stderr, /was brought into .* before/)
})

const SECRETS = `    secrets:
      password: { env: TEST_PASSWORD }
      unset: { env: TEST_NOT_SET }
      key: { file: key.txt }
      asked: { command: [touch, ran] }
`

void test('a secret that the plan names is kept out of notes, where it can be read without asking', async (t) => {
  const project = declared(t)
  project.write('docs/plan/environments.yaml', `${ENVIRONMENTS}${SECRETS}`)
  project.write('docs/plan/communications.yaml', 'secrets: { hook: { env: TEST_HOOK } }\n')
  project.write('key.txt', 'the-key-of-the-tests\n')
  chmodSync(project.path('key.txt'), 0o600)
  const env = { TEST_PASSWORD: 'correct-horse-battery', TEST_HOOK: 'https://chat.example.com/T0/B0/x9' }
  const words = `${env.TEST_PASSWORD}, the-key-of-the-tests, ${env.TEST_HOOK}`
  await project.cli(['incident', ...DECLARE, '--service', 'shop'], { env })
  const noted = await project.cli(['incident', 'note', words, '--link', env.TEST_HOOK], { env })
  assert.equal(noted.code, 0, noted.stderr)
  const last = events(project).at(-1)
  assert.ok(last?.event === 'note')
  assert.equal(last.text, '[redacted], [redacted], [redacted]')
  assert.deepEqual(last.source, { kind: 'link', url: 'about:redacted' })
  assert.ok(!project.files().includes('ran'), 'a program may ask a person')
  project.write('docs/plan/environments.yaml', 'nonsense')
  assert.equal((await project.cli(['incident', 'note', 'the plan is broken'], { env })).code, 0)
})

void test('a line that is refused is quoted without the secret that the plan names, also where it is cut', async (t) => {
  const project = declared(t)
  project.write('docs/plan/environments.yaml', `${ENVIRONMENTS}${SECRETS}`)
  const env = { TEST_PASSWORD: 'correct-horse-battery' }
  await incident(project, ...DECLARE)
  const early = `14:05,${env.TEST_PASSWORD}`
  const late = `nobody wrote down when we typed ${env.TEST_PASSWORD}`
  project.write('paper.txt', `${early}\n${late}\n`)
  const refused = await project.cli(['incident', 'import', 'paper.txt', '--zone', 'UTC'], { env })
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /paper\.txt:1 {2}.*got "14:05,\[redacted\]"/)
  assert.match(refused.stderr, /paper\.txt:2 {2}.*got "nobody wrote down when we typed \[/)
  assert.doesNotMatch(refused.stderr, /correct/)
})

void test('words that are several arguments are refused: one of them is an option that npm took its name from', async (t) => {
  const project = declared(t)
  await incident(project, ...DECLARE)
  const before = events(project).length
  for (const args of [
    ['suspect', 'the certificate expired', 'confirmed'],
    ['note', 'the edge answers 502', 'carol'],
    ['decide', 'we', 'promote'],
    ['mark', 'paged', 'by telephone', '14:05'],
  ]) {
    const refused = await incident(project, ...args)
    assert.equal(refused.code, 2, args[0])
    assert.match(
      refused.stderr,
      /expected the words in quotes, got \d arguments: .*\n.*npx drillbook incident/,
    )
  }
  assert.equal(events(project).length, before)
})
