import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { foldIncident } from '../../src/journal/fold-incident.ts'
import type { Delivery, IncidentState } from '../../src/journal/fold-incident.ts'
import { readIncident } from '../../src/journal/incident-directory.ts'
import { outboxJournal } from '../../src/journal/outbox.ts'
import { journalFile } from '../../src/journal/run-directory.ts'
import { ENVIRONMENTS } from '../helpers/plan.ts'
import { kill, processesWith, until } from '../helpers/processes.ts'
import { MARK, makeProject, runbook, step } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { deadPort, receiver } from '../helpers/receivers.ts'
import { Terminal, needsTmux } from '../helpers/terminal.ts'

const INFORM = `<Inform id="tell" audience="staff" template="staff/identified">\n\n## Tell people\n\n</Inform>\n`
const SECRET = 'a-signing-secret-of-the-tests'

function communications(url: string, retry = '{ attempts: 3, first: 20ms, most: 40ms }'): string {
  return `secrets:
  key: { env: TEST_SIGNING_KEY }
channels:
  hook:
    kind: webhook
    environments: [plain]
    url: ${url}
    signWith: { secret: key }
    timeout: 30s
audiences:
  staff: { title: Staff, comms: comms_internal, channels: [hook], everyMinutes: { sev1: 30 } }
  public: { title: All, comms: comms_external, channels: [file] }
retry: ${retry}
`
}

function projectWith(t: TestContext, url: string, retry?: string): Project {
  return makeProject(t, {
    'runbooks/fix.mdx': runbook(
      step('one', '', ['sh run', 'true']) + INFORM + step('two', '', ['sh run', 'true']),
    ),
    'docs/plan/communications.yaml': communications(url, retry),
    'templates/inform/staff/investigating.hbs': '{{severity}}: {{title}}\n\n{{text}}\n',
    'templates/inform/staff/identified.hbs': '{{title}} by {{run.operator}}\n',
    'templates/inform/public/any.hbs': '{{title}}\n',
  })
}

const env = { TEST_SIGNING_KEY: SECRET }
const DECLARE = ['incident', 'declare', '--title', 'Orders fail', '--severity', 'sev1', '--commander', 'ada']

function incidentFolder(project: Project): string {
  const folder = path.join(project.runs, 'incidents')
  return path.join(folder, readdirSync(folder)[0] ?? '')
}

function deliveries(folder: string): Delivery[] {
  const file = outboxJournal(folder)
  if (!existsSync(file)) return []
  return foldIncident(readIncident(file).events).messages.flatMap((message) => message.deliveries)
}

async function ends(folder: string, state: Delivery['state']): Promise<Delivery> {
  await until(`the delivery is ${state}`, () => deliveries(folder)[0]?.state === state)
  const [delivery] = deliveries(folder)
  assert.ok(delivery)
  return delivery
}

function senders(project: Project): number[] {
  return processesWith(`${MARK}=${project.root}`)
    .filter(({ command }) => command.includes('--send'))
    .map(({ pid }) => pid)
}

void test('a run goes on and ends while its message hangs; what became of it is recorded later', async (t) => {
  const peer = await receiver(t, ['hang'])
  const project = projectWith(t, peer.url)
  const run = await project.run('fix', [], { env })
  assert.equal(run.code, 0, run.stderr)
  // The receiver has not answered yet: nothing in the run can have waited for it.
  assert.equal(run.events.at(-1)?.event, 'run-sealed')
  const order = run.events.map(({ event }) => event)
  assert.ok(order.indexOf('inform-queued') < order.lastIndexOf('step-started'))
  await until('the message is on its way', () => peer.received.length === 1)
  assert.deepEqual(
    deliveries(project.lastRun()).map(({ state, attempts }) => ({ state, attempts })),
    [{ state: 'pending', attempts: 0 }],
  )
  peer.close()
  assert.equal((await ends(project.lastRun(), 'failed')).attempts, 3)
  assert.equal((await project.cli(['verify', project.runIds()[0] ?? ''])).code, 0)
})

void test('the same run, with a channel that is dead and with none, records the same', async (t) => {
  const dead = projectWith(t, `http://127.0.0.1:${await deadPort()}/`)
  const none = makeProject(t, {
    'runbooks/fix.mdx': dead.read('runbooks/fix.mdx'),
    'templates/inform/staff/identified.hbs': dead.read('templates/inform/staff/identified.hbs'),
  })
  const [one, other] = [await dead.run('fix', [], { env }), await none.run('fix')]
  assert.deepEqual(
    one.events.map(({ event }) => event),
    other.events.map(({ event }) => event),
  )
  assert.equal((await ends(none.lastRun(), 'sent')).channel, 'file')
  assert.match(readFileSync(path.join(none.lastRun(), 'sent', 'tell-file.md'), 'utf8'), /A test by tester/)
  assert.match((await ends(dead.lastRun(), 'failed')).detail, /ECONNREFUSED/)
})

void test('a mistake in communications.yaml keeps nobody from recovering', async (t) => {
  const project = projectWith(t, 'nonsense')
  const run = await project.run('fix', [], { env })
  assert.equal(run.code, 0)
  assert.match(run.stderr, /Messages go to files: docs\/plan\/communications\.yaml:\d+:\d+/)
  const checked = await project.cli(['check'])
  assert.equal(checked.code, 1)
  assert.match(checked.stdout, /docs\/plan\/communications\.yaml:7:/)
})

void test('a message is tried again until it arrives, signed each time, and no secret is written down', async (t) => {
  const peer = await receiver(t, [{ status: 503, body: `not now, ${SECRET}` }, { status: 200 }])
  const project = projectWith(t, peer.url)
  await project.cli(DECLARE)
  const told = await project.cli(['inform', '--to', 'staff', '--text', 'It is the edge.', '--yes'], { env })
  assert.equal(told.code, 0, told.stderr)
  const folder = incidentFolder(project)
  assert.equal((await ends(folder, 'sent')).attempts, 2)
  assert.match(peer.received[1]?.body ?? '', /It is the edge\./)
  const journal = readFileSync(outboxJournal(folder), 'utf8')
  assert.ok(!journal.includes(SECRET))
  assert.match(journal, /HTTP 503: not now, /)
  assert.match(journal, /"event":"update_promised"/)
  await until('the sender is gone', () => senders(project).length === 0)
  assert.equal((await project.cli(['verify', path.basename(folder)])).code, 0)
})

void test('what somebody words leaves without the secrets that can be read, and without those of its channel', async (t) => {
  const peer = await receiver(t, [{ status: 200 }])
  const project = projectWith(t, peer.url)
  const password = 'correct-horse-battery'
  project.write(
    'docs/plan/environments.yaml',
    `${ENVIRONMENTS}    secrets: { db: { env: TEST_PASSWORD }, other: { env: TEST_NOT_SET } }\n`,
  )
  const known = communications(peer.url).replace(
    '{ env: TEST_SIGNING_KEY }',
    `{ command: [echo, ${SECRET}] }`,
  )
  project.write('docs/plan/communications.yaml', known)
  const declare = DECLARE.map((word) => (word === 'Orders fail' ? `Orders fail, ${SECRET}` : word))
  await project.cli(declare)
  const words = ['--text', `The password is ${password}, the key is ${SECRET}.`]
  const told = await project.cli(['inform', '--to', 'staff', ...words, '--yes'], {
    env: { TEST_PASSWORD: password },
  })
  assert.equal(told.code, 0, told.stderr)
  const folder = incidentFolder(project)
  await ends(folder, 'sent')
  const sent: Record<string, string> = JSON.parse(peer.received[0]?.body ?? '')
  assert.equal(sent['title'], 'Orders fail, [redacted]')
  assert.equal(sent['subject'], 'sev1: Orders fail, [redacted]')
  assert.match(sent['body'] ?? '', /The password is \[redacted\], the key is \[redacted\]\./)
  const kept = readFileSync(path.join(folder, 'inform/1.md'), 'utf8')
  assert.match(kept, /The password is \[redacted\], /)
})

void test('a pause that is longer than any timer is cut short, and does not end at once', async (t) => {
  const project = projectWith(
    t,
    `http://127.0.0.1:${await deadPort()}/`,
    '{ attempts: 3, first: 30d, most: 60d }',
  )
  assert.equal((await project.run('fix', [], { env })).code, 0)
  await until('it was tried', () => (deliveries(project.lastRun())[0]?.attempts ?? 0) > 0, 30_000)
  const [delivery] = deliveries(project.lastRun())
  const pauseMs = Date.parse(delivery?.retryAt ?? '') - Date.now()
  assert.ok(pauseMs > 24 * 86_400_000 && pauseMs < 2 ** 31, `${pauseMs} ms`)
})

void test('a sender that is killed loses nothing: the next one sends what was queued', async (t) => {
  const peer = await receiver(t, ['hang', { status: 200 }])
  const project = projectWith(t, peer.url)
  await project.cli(DECLARE)
  await project.cli(['inform', '--to', 'staff', '--yes'], { env })
  await until('the message is on its way', () => peer.received.length === 1)
  for (const pid of senders(project)) kill(pid)
  await until('the sender is gone', () => senders(project).length === 0)
  const folder = incidentFolder(project)
  assert.equal(deliveries(folder)[0]?.state, 'pending')
  const shown = await project.cli(['inform', '--outbox'], { env })
  assert.match(shown.stdout, /hook\s+waits/)
  await ends(folder, 'sent')
  const keys = peer.received.map(({ headers }) => headers['idempotency-key'])
  assert.equal(new Set(keys).size, 1)
})

void test('what was given up is sent when somebody asks, and an incident is not closed over it', async (t) => {
  const peer = await receiver(t, [{ status: 400 }, { status: 200 }])
  const project = projectWith(t, peer.url)
  await project.cli(DECLARE)
  await project.cli(['inform', '--to', 'staff', '--yes'], { env })
  const folder = incidentFolder(project)
  await ends(folder, 'failed')
  const closing = await project.cli(['incident', 'close', '--text', 'done', '--yes'])
  assert.equal(closing.code, 3)
  assert.match(closing.stderr, /message 1 to staff by hook did not leave/)
  await project.cli(['inform', '--outbox', '--retry'], { env })
  await ends(folder, 'sent')
  assert.equal((await project.cli(['incident', 'close', '--text', 'done', '--yes'])).code, 0)
  assert.match((await project.cli(['inform', '--outbox'])).stdout, /Everything has left/)
})

void test('an incident is not closed over a promised update without a word', needsTmux, async (t) => {
  const project = projectWith(t, 'http://127.0.0.1:1/hook')
  await project.cli(DECLARE)
  const told = ['inform', '--to', 'public', '--phase', 'identified', '--next', '30m', '--yes']
  assert.equal((await project.cli(told)).code, 0)
  const folder = incidentFolder(project)
  await ends(folder, 'sent')
  const state = (): IncidentState => foldIncident(readIncident(journalFile(folder)).events)
  const due = (state().promises[0]?.dueAt ?? '').slice(0, 16).replace('T', ' ')
  const promise = `an update to public is promised by ${due} UTC, and the last that was told is: identified`
  const close = ['incident', 'close', '--text', 'over']
  const refused = await project.cli(close)
  assert.equal(refused.code, 3)
  assert.match(refused.stderr, new RegExp(`${promise}: nothing was recorded\\n.*--yes`))
  for (const [answer, code, status] of [
    ['', 130, 'open'],
    ['y', 0, 'over'],
  ] as const) {
    const terminal = new Terminal(t, project, close)
    await terminal.sees(new RegExp(promise))
    await terminal.answer(/Close all the same\? \(y\/N\)/, answer)
    await terminal.exits(code)
    assert.equal(state().status, status)
  }
})

void test('a promise to everyone is not kept by a message inside alone', async (t) => {
  const project = projectWith(t, `http://127.0.0.1:${await deadPort()}/`)
  await project.cli([...DECLARE, '--env', 'plain'])
  await project.cli(['incident', 'promise', '30m'])
  const left = (): string[] =>
    foldIncident(readIncident(journalFile(incidentFolder(project))).events).promises.map(
      ({ audience }) => audience,
    )
  const tell = async (audience: string): Promise<void> => {
    const sent = await project.cli(['inform', '--to', audience, '--via', 'file', '--yes'], { env })
    assert.equal(sent.code, 0, sent.stderr)
  }
  await tell('staff')
  assert.deepEqual(left(), ['everyone', 'staff'])
  const { stdout } = await project.cli(['incident', 'status'])
  assert.match(stdout, /^next update +everyone in .*, people outside are not told yet$/m)
  await tell('public')
  assert.deepEqual(left(), ['staff'])
})

void test('a dry run shows what would leave, and records nothing', async (t) => {
  const project = projectWith(t, 'http://127.0.0.1:1/hook')
  await project.cli(DECLARE)
  const before = readFileSync(outboxJournal(incidentFolder(project)), 'utf8')
  const { stdout, code } = await project.cli(['inform', '--to', 'staff', '--dry-run'])
  assert.equal(code, 0)
  assert.match(stdout, /POST http:\/\/127\.0\.0\.1:1\/hook/)
  assert.match(stdout, /X-Drillbook-Signature: sha256=[0-9a-f]{64}/)
  assert.match(stdout, /"subject":"sev1: Orders fail"/)
  const asJson = await project.cli(['inform', '--to', 'staff', '--dry-run', '--json'])
  assert.equal(asJson.stdout, '', 'prose is for people')
  assert.match(asJson.stderr, /POST http:/)
  assert.equal(readFileSync(outboxJournal(incidentFolder(project)), 'utf8'), before)
})

void test('a channel is not used in an environment that it does not name', async (t) => {
  const project = projectWith(t, 'http://127.0.0.1:1/hook')
  await project.cli([...DECLARE, '--env', 'guarded'])
  const refused = await project.cli(['inform', '--to', 'staff', '--via', 'hook', '--yes'])
  assert.equal(refused.code, 3)
  assert.match(refused.stderr, /hook may not be used in guarded/)
  await project.cli(['inform', '--to', 'staff', '--yes'])
  assert.equal((await ends(incidentFolder(project), 'sent')).channel, 'file')
})

for (const [title, text, expected] of [
  [
    'an unknown variable',
    'Hello\n\n{{titel}}\n',
    /staff\/investigating\.hbs:3:3 {2}there is no variable "titel"\n.*Did you mean title\?/,
  ],
  [
    'an unknown variable inside',
    '{{#each incident.roles}}{{persn}}{{/each}}\n',
    /:1:27 {2}there is no variable "persn"/,
  ],
  ['an unknown helper', '{{shout title}}\n', /:1:3 {2}there is no helper "shout"/],
  ['a partial', '{{> footer}}\n', /:1:1 {2}a partial/],
  [
    'a block that is not closed',
    '{{#if text}}\nx\n',
    /:\d+:1 {2}the template cannot be filled in: unexpected end/,
  ],
  ['an output that no step has given', 'x\n{{outputs.region}}\n', /:2:\d+ {2}cannot be filled in/],
] as const)
  void test(`a template with ${title} is told with its place, and nothing is recorded`, async (t) => {
    const project = projectWith(t, 'http://127.0.0.1:1/hook')
    project.write('templates/inform/staff/investigating.hbs', text)
    await project.cli(DECLARE)
    const before = readFileSync(outboxJournal(incidentFolder(project)), 'utf8')
    const { code, stderr } = await project.cli(['inform', '--to', 'staff', '--yes'])
    assert.equal(code, 2)
    assert.match(stderr, expected)
    assert.equal(readFileSync(outboxJournal(incidentFolder(project)), 'utf8'), before)
    assert.equal(existsSync(path.join(incidentFolder(project), 'inform')), false)
  })

void test('only a file of the templates is read as one, whatever is named', async (t) => {
  const project = projectWith(t, 'http://127.0.0.1:1/hook')
  const elsewhere = makeProject(t, { 'evil.hbs': 'evil {{title}}\n' })
  mkdirSync(project.path('templates/inform/staff/folder.hbs'))
  symlinkSync(elsewhere.path('evil.hbs'), project.path('templates/inform/staff/link.hbs'))
  project.write('templates/inform/staff/resolved.sev1.hbs', 'For sev1: {{title}}\n')
  await project.cli(DECLARE)
  const inform = (template: string): ReturnType<Project['cli']> =>
    project.cli(['inform', '--to', 'public', '--template', template, '--dry-run'])
  const outside = path.relative(project.path('templates/inform'), elsewhere.path('evil'))
  for (const [template, told] of [
    [outside, /expected the name of a template, such as/],
    [
      'staff/folder',
      /^templates\/inform\/staff\/folder\.hbs {2}expected a file, found a folder, not a file$/m,
    ],
    ['staff/link', /^templates\/inform\/staff\/link\.hbs {2}expected a file, found a symbolic link/m],
  ] as const) {
    const { code, stdout, stderr } = await inform(template)
    assert.deepEqual([code, stdout], [2, ''], stderr)
    assert.match(stderr, told)
  }
  assert.match((await inform('staff/resolved.sev1')).stdout, /For sev1: Orders fail/)
})

void test('without a terminal and without --yes nothing leaves; unknown names are told', async (t) => {
  const project = projectWith(t, 'http://127.0.0.1:1/hook')
  await project.cli(DECLARE)
  assert.equal((await project.cli(['inform', '--to', 'staff'])).code, 3)
  assert.match((await project.cli(['inform', '--to', 'staf', '--yes'])).stderr, /Did you mean staff\?/)
  assert.match(
    (await project.cli(['inform', '--to', 'public', '--via', 'pigeon', '--yes'])).stderr,
    /no channel "pigeon"/,
  )
})

void test(
  'at a terminal the message is shown, and leaves only after a yes; the clipboard is that of the terminal',
  needsTmux,
  async (t) => {
    const project = projectWith(t, 'http://127.0.0.1:1/hook')
    await project.cli(DECLARE)
    const words = ['inform', '--to', 'public', '--via', 'clipboard', '--via', 'file']
    const no = new Terminal(t, project, words)
    await no.sees(/┃ Orders fail/)
    await no.answer(/Send it\?/, '')
    await no.exits(130)
    assert.deepEqual(deliveries(incidentFolder(project)), [])
    const yes = new Terminal(t, project, words, { WAYLAND_DISPLAY: '', DISPLAY: '' })
    await yes.answer(/Send it\?/, 'y')
    await yes.exits(0)
    await until('both have left', () =>
      deliveries(incidentFolder(project)).every(({ state }) => state === 'sent'),
    )
  },
)
