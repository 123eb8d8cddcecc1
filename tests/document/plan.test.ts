import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadPlan } from '../../src/document/plan.ts'
import { formatProblem } from '../../src/model/problem.ts'
import { sampleFiles } from '../lint/example-project.ts'
import { repositoryFile, temporaryProject } from './temporary-project.ts'

const SERVICES = 'docs/plan/services.yaml'
const ENVIRONMENTS = 'docs/plan/environments.yaml'
const CONTACTS = 'docs/plan/contacts.yaml'
const SCHEDULE = 'docs/plan/schedule.yaml'

type Row = { title: string; file: string; change: [from: string | RegExp, to: string]; reports: string[] }

const production = (targets: string): string => `  production:
    title: Production
    protected: true
    targets:
      orders-db.primary: { kind: postgres, host: h, port: 5432, database: d, user: u, region: r }
${targets}`
const standby =
  '      orders-db.standby: { kind: postgres, host: h, port: 5432, database: d, user: u, region: r }\n'
const router =
  '      edge.router: { kind: edge, url: "https://a.example.com", admin: "https://b.example.com" }\n'

const rows: Row[] = [
  {
    title: 'an unknown dependency, an unknown runbook, an unknown role, an approver who is nobody',
    file: SERVICES,
    change: [/runbooks: \[example\]/, 'runbooks: [example, exmple]\n    dependsOn: [edgee]\n    # below'],
    reports: [
      '10:25  there is no runbook runbooks/exmple.mdx | Did you mean example?',
      '11:17  there is no service "edgee" | Did you mean edge?',
    ],
  },
  {
    title: 'an owner whose role nobody has, and an approver who is nobody',
    file: SERVICES,
    change: [/owner: dba\n(.*)approvedBy: ana/, 'owner: dbas\n$1approvedBy: anna'],
    reports: [
      '6:12  nobody in contacts.yaml has the role "dbas" | Did you mean dba?',
      '7:49  "anna" is not a person of contacts.yaml | Did you mean ana?',
    ],
  },
  {
    title: 'dependencies that make a cycle',
    file: SERVICES,
    change: [
      /runbooks: \[example\]\n {2}edge:\n/,
      'runbooks: [example]\n    dependsOn: [edge]\n  edge:\n    dependsOn: [orders-db]\n',
    ],
    reports: [
      '13:17  the dependencies make a cycle: orders-db → edge → orders-db | A recovery order exists only without cycles.',
    ],
  },
  {
    title: 'targets that a shell could not tell apart',
    file: SERVICES,
    change: [
      /services:\n {2}orders-db:/,
      'services:\n  orders:\n    title: O\n    description: O\n    tier: 1\n    owner: dba\n    objective: { rto: 1m, rpo: 0s, approvedBy: ana, approvedAt: 2026-01-01 }\n    targets: { db-primary: postgres }\n  orders-db:',
    ],
    reports: [
      '15:25  "orders.db-primary" and "orders-db.primary" are one variable in a shell, TARGET_ORDERS_DB_PRIMARY: rename one of them',
    ],
  },
  {
    title: 'the name of a thing that every object has is not a service',
    file: SERVICES,
    change: [/runbooks: \[example\]/, 'runbooks: [example]\n    dependsOn: [constructor]'],
    reports: ['11:17  there is no service "constructor" | Expected one of edge, orders-db.'],
  },
  {
    title: 'an environment without a target, with one of another kind, with one that nobody declares',
    file: ENVIRONMENTS,
    change: [
      /$/,
      production(
        '      orders-db.standby: { kind: http, url: "https://a.example.com" }\n      edge.routr: { kind: http, url: "https://a.example.com" }\n',
      ),
    ],
    reports: [
      '7:5  environment production does not provide edge.router, a target of kind edge | Every environment but the lab provides what services.yaml declares.',
      '9:34  orders-db.standby is of kind http: services.yaml declares postgres',
      '10:7  no service declares the target "edge.routr" | Did you mean edge.router?',
    ],
  },
  {
    title: 'a secret without a source, and a default that is no environment',
    file: ENVIRONMENTS,
    change: [
      /default: lab([^]*)$/,
      `default: labs$1${production(standby.replace('region: r', 'region: r, password: { secret: pw }') + router)}`,
    ],
    reports: [
      '1:10  there is no environment "labs" | Did you mean lab?',
      '9:118  the secret "pw" has no source in environment production | Say under environments.production.secrets where it is read from: env, file or command.',
    ],
  },
  {
    title: 'people, policies and schedules that name nobody',
    file: CONTACTS,
    change: [
      /$/,
      `    backup: ana
vendors:
  cloud: { name: Cloud, provides: All, services: [orderz], methods: [{ kind: voice, value: "1", priority: 1, verifiedBy: bob }] }
policies:
  p:
    title: P
    levels: [{ targets: [person:bob, schedule:nights, role:boss], channels: [voice] }]
    fallback: role:boss
schedules:
  days:
    title: Days
    timeZone: Europe/Lisbon
    layers: [{ name: L, start: 2026-01-01, turn: week, handoff: "09:00", users: [ana, bob] }]
    overrides: [{ user: eve, from: 2026-01-01T00:00:00Z, to: 2026-01-02T00:00:00Z }]
`,
    ],
    reports: [
      '8:13  ana cannot stand in for themselves',
      '10:51  there is no service "orderz" | Expected one of edge, orders-db.',
      '10:122  "bob" is not a person of contacts.yaml | Expected one of ana.',
      '14:26  "bob" is not a person of contacts.yaml | Expected one of ana.',
      '14:38  there is no on-call schedule "nights" | Expected one of days.',
      '14:55  nobody in contacts.yaml has the role "boss" | Expected one of dba, network.',
      '15:15  nobody in contacts.yaml has the role "boss" | Expected one of dba, network.',
      '20:87  "bob" is not a person of contacts.yaml | Expected one of ana.',
      '21:25  "eve" is not a person of contacts.yaml | Expected one of ana.',
    ],
  },
  {
    title: 'a schedule of what does not exist',
    file: SCHEDULE,
    change: [
      /service: orders-db([^]*)owner: dba\n$/,
      `service: orders-db\n    target: third$1owner: dbas
verifications:
  v: { title: V, backup: order-db, every: 7d, owner: dba, proves: x, runbook: exampel }
drills:
  d: { title: D, runbook: example, environment: labs, every: 30d, owner: dba, absent: bob }
`,
    ],
    reports: [
      '5:13  services.yaml declares no target orders-db.third | Expected one of edge.router, orders-db.primary, orders-db.standby.',
      '10:12  nobody in contacts.yaml has the role "dbas" | Did you mean dba?',
      '12:26  there is no backup "order-db" | Did you mean orders-db?',
      '12:79  there is no runbook runbooks/exampel.mdx | Did you mean example?',
      '14:49  there is no environment "labs" | Did you mean lab?',
      '14:87  "bob" is not a person of contacts.yaml | Expected one of ana.',
    ],
  },
]

function reportsOf(root: string, file: string): string[] {
  return loadPlan(root).problems.map((problem) =>
    formatProblem(problem).replace(`${file}:`, '').replaceAll(/\n +/g, ' | '),
  )
}

for (const { title, file, change, reports } of rows)
  void test(title, () => {
    const files = sampleFiles()
    const text = files[file] ?? ''
    assert.notEqual(text.replace(...change), text)
    using project = temporaryProject({ ...files, [file]: text.replace(...change) })
    assert.deepEqual(reportsOf(project.root, file), reports)
    assert.ok(loadPlan(project.root).plan, 'a dead reference keeps nobody from recovering')
  })

const unreadable: { title: string; file: string; text: string | undefined; reports: string[] }[] = [
  {
    title: 'a file that is not there',
    file: SCHEDULE,
    text: undefined,
    reports: ['docs/plan/schedule.yaml  there is no such file | The plan needs it, even when it is empty.'],
  },
  {
    title: 'an unknown key, at the key',
    file: SCHEDULE,
    text: 'backups: {}\ndrill: { a: 1 }\n',
    reports: ['2:1  unknown key "drill"'],
  },
  {
    title: 'a person twice',
    file: CONTACTS,
    text: 'people:\n  ana: {}\n  ana: {}\n',
    reports: ['3:3  not valid YAML: Map keys must be unique'],
  },
  {
    title: 'wrong values',
    file: CONTACTS,
    text: `people:
  ana:
    name: Ana
    timeZone: Lisbon
    methods:
      - { kind: fax, value: "1", priority: 1, dependsOn: [carrier] }
    sshKeys: [ssh-dss]
`,
    reports: [
      '4:15  people.ana.timeZone: expected an IANA time zone such as Europe/Berlin',
      '6:17  people.ana.methods.0.kind: Invalid option: expected one of "voice"|"sms"|"email"|"chat"|"satellite"',
      '6:59  people.ana.methods.0.dependsOn.0: expected our-infra, idp, chat, internet or carrier:<name>',
      '7:15  people.ana.sshKeys.0: expected a public key as in ~/.ssh/id_ed25519.pub',
    ],
  },
  {
    title: 'a secret that is written down, and one of which the key is wrong',
    file: ENVIRONMENTS,
    text: `default: x
environments:
  x:
    title: X
    protected: true
    secrets: { a: x, b: { evn: A } }
`,
    reports: [
      '6:19  environments.x.secrets.a: expected object, received string',
      '6:22  environments.x.secrets.b: expected the key env, file or command',
    ],
  },
  {
    title: 'a password in an address',
    file: ENVIRONMENTS,
    text: `default: x
environments:
  x:
    title: X
    protected: false
    targets:
      a.b: { kind: http, url: "https://me:hunter2@example.com/" }
`,
    reports: [
      '7:31  environments.x.targets.a.b.url: expected an address without a name and password: it is shown on pages and kept in journals',
    ],
  },
  {
    title: 'aliases without end',
    file: SCHEDULE,
    text: `a: &a [1,1,1,1,1,1,1,1,1,1]\n${'bcdefg'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[index]}`).join(',')}]`)
      .join('\n')}\n`,
    reports: ['1:1  not valid YAML: Excessive alias count indicates a resource exhaustion attack'],
  },
]

for (const { title, file, text, reports } of unreadable)
  void test(`${title}: there is no plan`, () => {
    const { [file]: _, ...others } = sampleFiles()
    using project = temporaryProject(text === undefined ? others : { ...others, [file]: text })
    assert.deepEqual(reportsOf(project.root, file), reports)
    assert.equal(loadPlan(project.root).plan, undefined)
  })

void test('the mistakes of all four files are reported together', () => {
  const files = sampleFiles()
  for (const file of [SERVICES, ENVIRONMENTS, CONTACTS, SCHEDULE]) files[file] = 'nothing: here\n'
  using project = temporaryProject(files)
  const found = new Set(loadPlan(project.root).problems.map(({ file }) => file))
  assert.deepEqual([...found], [CONTACTS, ENVIRONMENTS, SCHEDULE, SERVICES])
})

void test("the repository's own plan has no mistake, and is plain data", () => {
  const { plan, problems, sources } = loadPlan(repositoryFile())
  assert.deepEqual(problems, [])
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan)
  assert.deepEqual(
    sources.map(({ file }) => file),
    [CONTACTS, ENVIRONMENTS, SCHEDULE, SERVICES],
  )
})
