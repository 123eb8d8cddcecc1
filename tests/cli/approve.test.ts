import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { contactsYaml, Keys, unless } from '../helpers/keys.ts'
import { withTargets } from '../helpers/plan.ts'
import type { Pane } from '../helpers/panes.ts'
import { Panes } from '../helpers/panes.ts'
import { kill, processesWith, until } from '../helpers/processes.ts'
import { MAIN, makeProject, MARK, runbook, step } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'

const skip = unless('ssh-keygen')
const skipTerminals = unless('ssh-keygen', 'tmux')

const ENVIRONMENTS = `default: guarded
environments:
  guarded:
    title: Guarded
    protected: true
  open:
    title: Open
    protected: false
    policy: { identity: none }
  alone:
    title: Nobody else
    protected: false
    policy: { unattended: refused }
  named:
    title: Named
    protected: false
    policy: { identity: signed, roles: { caution: [network] } }
`

const FENCE = 'echo destroyed | tee -a destroyed'
const FAILOVER = runbook(
  [
    step('look', '', ['sh run', 'echo looking']),
    step('fence', 'role="dba" danger="destructive" target="shop.edge" approvals="1"', ['sh run', FENCE]),
    step('after', 'danger="caution"', ['sh run', 'echo after']),
  ].join(''),
  'inputs:\n  reason: { type: string, prompt: Why?, default: it is gone }',
)
const PLAIN = runbook(step('change', 'danger="caution"', ['sh run', 'echo change > changed']))

function makeCast(t: TestContext): { project: Project; keys: Keys } {
  const keys = new Keys(t, ['ada', 'bob', 'eve', 'stranger'])
  const project = makeProject(t, {
    'docs/plan/contacts.yaml': contactsYaml(keys, {
      ada: { roles: ['dba', 'incident-commander'], key: 'ada' },
      bob: { roles: ['dba'], key: 'bob' },
      eve: { roles: ['network'], key: 'eve' },
    }),
    'docs/plan/environments.yaml': withTargets(ENVIRONMENTS, 'shop.edge'),
    'runbooks/failover.mdx': FAILOVER,
    'runbooks/plain.mdx': PLAIN,
  })
  return { project, keys }
}

/** Environment of somebody with their key; nothing of whoever runs the tests. */
function as(who: string, keys: Keys): Record<string, string> {
  return { DRILLBOOK_OPERATOR: who, DRILLBOOK_KEY: keys.file(who), HOME: keys.folder, SSH_AUTH_SOCK: '' }
}

function seat(panes: Panes, project: Project, who: string, keys: Keys): Pane {
  const pane = panes.open(who, {
    cwd: project.root,
    env: project.environment({ ...as(who, keys), TERM: 'screen' }),
  })
  pane.type(
    `drillbook() { "${process.execPath}" --disable-warning=ExperimentalWarning "${MAIN}" "$@"; }; clear`,
  )
  return pane
}

async function askForApproval(pane: Pane): Promise<string> {
  pane.type('drillbook run failover')
  await pane.answer(/Why\?/, '')
  await pane.answer(/look\n[^]*Run this step\?/, 'r')
  await pane.answer(/\[2\/3\][^]*Run this step\?/, 'r')
  await pane.answer(/Type shop.edge to go on:/, 'shop.edge')
  const [line] = await pane.shows(/drillbook-request:[\w-]+/)
  await pane.shows(/Waiting for approval \(0 of 1\)/)
  return line
}

function namesOf(project: Project): string[] {
  return project.journal().map(({ event }) => event)
}

void test(
  'two people, two keys, two terminals: asked, shown, approved by paste, run, signed',
  { skip: skipTerminals },
  async (t) => {
    const { project, keys } = makeCast(t)
    const panes = new Panes(t)
    const ada = seat(panes, project, 'ada', keys)
    const bob = seat(panes, project, 'bob', keys)
    const line = await askForApproval(ada)
    assert.equal(project.read('destroyed'), '')
    // Another machine: the answer can only come back by paste.
    bob.type(`export DRILLBOOK_RUNS=${project.path('elsewhere')}; clear`)
    bob.type(`drillbook approve '${line}'`)
    await bob.shows(/You are asked to approve a step/)
    const shown = bob.text()
    for (const part of [
      'DESTRUCTIVE for shop.edge',
      'Ada Example (ada)',
      'Guarded (guarded)',
      'input reason = "it is gone"',
      FENCE,
      '(fence)',
    ])
      assert.ok(shown.includes(part), part)
    await bob.answer(/Type fence to approve it/, 'fence')
    const [answer] = await bob.shows(/drillbook-approval:[\w-]+/)
    ada.type(answer)
    await ada.shows(/✓ approved by bob/)
    await ada.answer(/\[3\/3\][^]*Run this step\?/, 'r')
    await ada.shows(/Signed by ada with SHA256:/)
    assert.equal(project.read('destroyed'), 'destroyed\n')
    assert.deepEqual(
      namesOf(project).filter((name) => /identity|approval|sealed/.test(name)),
      ['identity-proved', 'approval-requested', 'approval-given', 'run-sealed'],
    )
    const verified = await project.cli(['verify', 'last'])
    assert.equal(verified.code, 0, verified.stderr)
    assert.match(verified.stdout, /Signed by ada \(SHA256:/)
    // An answer that comes after the end is handed out, and put nowhere: the run is sealed.
    bob.type(`unset DRILLBOOK_RUNS; clear; drillbook approve '${line}'; echo "late code $?"`)
    await bob.answer(/^(?![^]*Approved by bob)[^]*Type fence to approve it/, 'fence')
    await bob.shows(/drillbook-approval:[^]*late code 0/)
    assert.ok(!bob.text().includes('The answer is in'))
    assert.equal((await project.cli(['verify', 'last'])).code, 0)
    const contacts = 'docs/plan/contacts.yaml'
    project.write(contacts, project.read(contacts).replace(/(bob:[^]*?roles: )\[dba\]/, '$1[network]'))
    const without = await project.cli(['verify', 'last'])
    assert.equal(without.code, 4)
    assert.match(
      without.stderr,
      /bob approved fence, and by docs\/plan as it is here only dba or incident-commander may/,
    )
    if (process.env['DRILLBOOK_CAPTURE'] !== undefined)
      writeFileSync(
        process.env['DRILLBOOK_CAPTURE'],
        `--- ada ---\n${ada.text()}\n\n--- bob ---\n${bob.text()}\n`,
      )
  },
)

void test(
  'a runner that is killed while it waits: the answer comes meanwhile, and the run goes on with it',
  { skip: skipTerminals },
  async (t) => {
    const { project, keys } = makeCast(t)
    const panes = new Panes(t)
    const ada = seat(panes, project, 'ada', keys)
    await askForApproval(ada)
    for (const { pid, command } of processesWith(`${MARK}=${project.root}`))
      if (command.includes('run failover')) kill(pid)
    await ada.shows(/Killed/)
    const bob = seat(panes, project, 'bob', keys)
    bob.type(`drillbook approve ${path.join(project.lastRun(), 'approvals', '1.json')}`)
    await bob.answer(/Type fence to approve it/, 'fence')
    await bob.shows(/The answer is in .*\.approval; beside the request it is found by itself/)
    ada.type('clear; drillbook resume last')
    await ada.answer(/\[2\/3\][^]*Run this step\?/, 'r')
    await ada.answer(/Type shop.edge to go on:/, 'shop.edge')
    await ada.answer(/✓ approved by bob[^]*\[3\/3\][^]*Run this step\?/, 'r')
    await ada.shows(/Signed by ada/)
    const names = namesOf(project)
    assert.equal(names.filter((name) => name === 'approval-requested').length, 1)
    assert.equal(
      names.filter((name) => name === 'identity-proved').length,
      2,
      'whoever resumes proves who they are',
    )
    assert.equal(project.read('destroyed'), 'destroyed\n')
    assert.equal((await project.cli(['verify', 'last'])).code, 0)
  },
)

void test(
  'a refused answer is told with its reason, and the step waits on; pausing keeps the request',
  { skip: skipTerminals },
  async (t) => {
    const { project, keys } = makeCast(t)
    const panes = new Panes(t)
    const ada = seat(panes, project, 'ada', keys)
    await askForApproval(ada)
    ada.type('yes, bob says it is fine')
    await ada.answer(/Refused: it does not begin with drillbook-approval:/, 'p')
    await ada.shows(/Paused: paused by the operator/)
    assert.equal(project.read('destroyed'), '')
    const state = namesOf(project)
    assert.deepEqual(state.slice(-3), ['approval-requested', 'approval-refused', 'run-paused'])
  },
)

void test(
  'over a telephone: groups are read out, and groups are read back',
  { skip: skipTerminals },
  async (t) => {
    const { project, keys } = makeCast(t)
    const panes = new Panes(t)
    const ada = seat(panes, project, 'ada', keys)
    await askForApproval(ada)
    ada.type('t')
    await ada.shows(/type these groups/)
    const groups = [...ada.text().matchAll(/^ +\d+ ((?: +[0-9A-Z]{5}){5})$/gm)].map(
      ([, row]) => row?.trim() ?? '',
    )
    assert.equal(groups.length, 3)
    const bob = seat(panes, project, 'bob', keys)
    bob.type(`export DRILLBOOK_RUNS=${project.path('elsewhere')}; clear; drillbook approve --spoken`)
    await bob.answer(/Which runbook\?/, '')
    await bob.answer(/Which step\?/, 'fence')
    await bob.answer(/In which environment\?/, '')
    await bob.answer(/Who asks\?/, '')
    await bob.answer(/The groups, in their order/, groups.join(' ').toLowerCase())
    await bob.answer(/have them told to you[^]*Type fence to approve it/, 'fence')
    await bob.shows(/Read this back: bob, and these 26 groups/)
    const back = [...bob.text().matchAll(/^ +\d+ ((?: +[0-9A-Z]{5})+)$/gm)].map(
      ([, row]) => row?.trim() ?? '',
    )
    ada.type(`bob ${back.join(' ')}`)
    await ada.shows(/✓ approved by bob/)
    await ada.shows(/\[3\/3\]/)
  },
)

void test(
  'what an approver may not approve is refused before it is asked',
  { skip: skipTerminals },
  async (t) => {
    const { project, keys } = makeCast(t)
    const panes = new Panes(t)
    const line = await askForApproval(seat(panes, project, 'ada', keys))
    const rows = [
      { who: 'ada', args: '', reason: /ada asked for it and cannot approve it as well/ },
      { who: 'eve', args: '', reason: /eve may not approve this step: dba or incident-commander may/ },
      {
        who: 'bob',
        args: '--operator mallory',
        reason: /mallory is not a person of docs\/plan\/contacts.yaml/,
      },
    ]
    for (const { who, args, reason } of rows) {
      const pane = seat(panes, project, who, keys)
      pane.type(`drillbook approve ${args} '${line}'; echo "code $?"`)
      await pane.shows(reason)
      await pane.shows(/code 3/)
    }
    const bob = seat(panes, project, 'bob', keys)
    bob.type(`drillbook approve --key ${keys.file('eve')} '${line}'; echo "code $?"`)
    await bob.answer(/Type fence to approve it/, 'fence')
    await bob.shows(/the key that signed is not one of bob/)
    bob.type(`clear; drillbook approve '${line}'; echo "code $?"`)
    // Not the question that stood there before the screen was cleared.
    await bob.answer(/^(?![^]*is not one of bob)[^]*Type fence to approve it/, 'no')
    await bob.shows(/Not approved. Nothing was signed.[^]*code 3/)
    // Another version of the runbook here: it is said, and nothing is shown that might not be what runs.
    project.write('runbooks/failover.mdx', FAILOVER.replace(FENCE, 'echo something else'))
    bob.type(`clear; drillbook approve '${line}'; echo "last code $?"`)
    await bob.answer(/THIS CHECKOUT HAS ANOTHER VERSION[^]*Type fence to approve it/, '')
    await bob.shows(/last code 3/)
    assert.ok(!bob.text().includes('echo something else'))
    assert.equal(
      readdirSync(path.join(project.lastRun(), 'approvals')).filter((name) => name.endsWith('.approval'))
        .length,
      0,
    )
  },
)

void test(
  'whoever lacks the role can look and hand over, and nothing else',
  { skip: skipTerminals },
  async (t) => {
    const { project, keys } = makeCast(t)
    const pane = seat(new Panes(t), project, 'eve', keys)
    pane.type('drillbook run failover')
    await pane.answer(/Why\?/, '')
    await pane.answer(/look\n[^]*Run this step\?/, 'r')
    await pane.shows(/eve may not run fence, which is destructive in guarded: dba or incident-commander may/)
    await pane.shows(/Bob Example \(bob\): voice \+1206/)
    const choices = await pane.shows(/pausing hands over.\n[^]*d dry-run[^\n]*/)
    for (const word of ['run this', 'skip', 'roll back']) assert.ok(!choices[0].includes(word), word)
    pane.type('s')
    await pane.answer(/"s" is none of these letters/, 'p')
    await pane.shows(/Paused: eve may not run fence/)
    assert.equal(project.read('destroyed'), '')
  },
)

void test(
  'who is nobody of the plan is refused before anything is asked or looked at',
  { skip: skipTerminals },
  async (t) => {
    const { project, keys } = makeCast(t)
    const pane = seat(new Panes(t), project, 'ada', keys)
    pane.type('drillbook run failover --operator mallory; echo "code $?"')
    await pane.shows(/guarded asks for proof of who you are, and mallory is not a person[^]*code 3/)
    assert.doesNotMatch(pane.text(), /Why\?|Preflight|take over/)
    assert.deepEqual(project.runIds(), [])
  },
)

void test('--yes cannot pass what is for people: exit code 3, and nothing was begun', { skip }, async (t) => {
  const { project, keys } = makeCast(t)
  const rows = [
    {
      args: ['failover', '--env', 'open'],
      who: 'ada',
      reason: /step fence: needs the approval of another person/,
    },
    { args: ['failover'], who: 'ada', reason: /step fence: needs the approval of another person/ },
    { args: ['plain', '--env', 'alone'], who: 'ada', reason: /policy of alone refuses unattended runs/ },
    {
      args: ['plain', '--env', 'named'],
      who: 'ada',
      reason: /ada may not run change, which is caution in named: network may\n\s+Eve Example \(eve\): voice/,
    },
    {
      args: ['plain', '--env', 'named', '--operator', 'mallory'],
      who: 'ada',
      reason: /mallory, who is not in docs\/plan\/contacts.yaml, may not run change/,
    },
  ]
  for (const { args, who, reason } of rows) {
    const { code, stderr } = await project.cli(['run', ...args, '--yes'], { env: as(who, keys) })
    assert.equal(code, 3, args.join(' '))
    assert.match(stderr, reason)
  }
  assert.deepEqual(project.runIds(), [])
  assert.equal(project.read('changed'), '')
})

void test('identity is proved before a run begins, or it does not begin', { skip }, async (t) => {
  const { project, keys } = makeCast(t)
  const run = (who: string, env: Record<string, string>) =>
    project.run('plain', ['--env', 'named', '--operator', who], { env: { ...as('eve', keys), ...env } })
  const rows = [
    {
      title: "somebody else's key",
      env: { DRILLBOOK_KEY: keys.file('ada') },
      reason: /did not prove to be eve: the key that signed/,
    },
    {
      title: "nobody's key",
      env: { DRILLBOOK_KEY: keys.file('stranger') },
      reason: /did not prove to be eve/,
    },
    {
      title: 'no such key',
      env: { DRILLBOOK_KEY: '/nowhere' },
      reason: /ssh-keygen did not sign with \/nowhere/,
    },
  ]
  for (const { title, env, reason } of rows) {
    const { code, stderr } = await run('eve', env)
    assert.equal(code, 3, title)
    assert.match(stderr, reason, title)
  }
  assert.deepEqual(project.runIds(), [])
  const { code, events, stderr } = await run('eve', {})
  assert.equal(code, 0, stderr)
  const proof = events.find((event) => event.event === 'identity-proved')
  assert.equal(proof?.person, 'eve')
  assert.equal(proof?.operator, 'eve')
  assert.equal((await project.cli(['verify', 'last'])).code, 0)
})

void test('a rehearsal changes nothing, so it asks nobody for anything', { skip }, async (t) => {
  const { project, keys } = makeCast(t)
  const { code, stderr } = await project.cli(['run', 'failover', '--rehearse', '--set', 'reason=x'], {
    env: as('stranger', keys),
  })
  assert.equal(code, 0, stderr)
})

void test('an approval is given by a person, for something that can be read', { skip }, async (t) => {
  const { project, keys } = makeCast(t)
  const env = as('bob', keys)
  const rows = [
    { args: [], code: 2, reason: /expected a request/ },
    { args: ['drillbook-request:abc'], code: 3, reason: /there is no terminal/ },
  ]
  for (const { args, code, reason } of rows) {
    const end = await project.cli(['approve', ...args], { env })
    assert.equal(end.code, code)
    assert.match(end.stderr, reason)
  }
})

void test('garbage is named as such', { skip: skipTerminals }, async (t) => {
  const { project, keys } = makeCast(t)
  const bob = seat(new Panes(t), project, 'bob', keys)
  const large = project.path('large.json')
  writeFileSync(large, ' '.repeat(300_000))
  const rows = [
    { args: "'hello'", reason: /does not begin with drillbook-request:/ },
    { args: "'drillbook-request:AAAA'", reason: /cut off or damaged/ },
    { args: MAIN, reason: /does not begin with drillbook-request:/ },
    { args: large, reason: /far too large to be a request/ },
    { args: project.path('package.json'), reason: /does not begin/ },
  ]
  for (const [index, { args, reason }] of rows.entries()) {
    bob.type(`clear; drillbook approve ${args}; echo "row ${index} code $?"`)
    await bob.shows(new RegExp(`${reason.source}[^]*row ${index} code 2`))
  }
})

void test(
  'a stick that was carried over: the request as a file, the answer as a file',
  { skip: skipTerminals },
  async (t) => {
    const { project, keys } = makeCast(t)
    const panes = new Panes(t)
    const ada = seat(panes, project, 'ada', keys)
    await askForApproval(ada)
    const stick = project.path('stick')
    mkdirSync(stick)
    const folder = path.join(project.lastRun(), 'approvals')
    copyFileSync(path.join(folder, '1.json'), path.join(stick, '1.json'))
    const bob = seat(panes, project, 'bob', keys)
    bob.type(`drillbook approve ${stick}/1.json --out ${stick}/answer.approval`)
    await bob.answer(/Type fence to approve it/, 'fence')
    await bob.shows(/answer is in/)
    assert.match(readFileSync(path.join(stick, 'answer.approval'), 'utf8'), /^drillbook-approval:[\w-]+\n$/)
    copyFileSync(path.join(stick, 'answer.approval'), path.join(folder, 'from-the-stick.approval'))
    await ada.shows(/✓ approved by bob/)
    await until('the step ran', () => project.read('destroyed') !== '')
  },
)

void test(
  'a key with a passphrase: ssh-keygen asks for it at the same terminal',
  { skip: skipTerminals },
  async (t) => {
    const { project, keys } = makeCast(t)
    const panes = new Panes(t)
    const ada = seat(panes, project, 'ada', keys)
    spawnSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'correct horse', '-f', keys.file('bob')])
    const line = await askForApproval(ada)
    const bob = seat(panes, project, 'bob', keys)
    bob.type(`drillbook approve '${line}'; echo "first code $?"`)
    await bob.answer(/Type fence to approve it/, 'fence')
    await bob.answer(/[Ee]nter passphrase/, 'wrong')
    await bob.shows(/incorrect passphrase[^]*first code 3/)
    bob.type(`drillbook approve '${line}'; echo "second code $?"`)
    await bob.answer(/first code 3[^]*Type fence to approve it/, 'fence')
    await bob.answer(/first code 3[^]*[Ee]nter passphrase/, 'correct horse')
    await bob.shows(/Approved by bob/)
    assert.ok(!bob.text().includes('correct horse'))
    await ada.shows(/✓ approved by bob/)
  },
)
