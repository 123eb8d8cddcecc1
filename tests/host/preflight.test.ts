import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { locate } from '../../src/host/locate.ts'
import { until } from '../helpers/processes.ts'
import { ended, makeProject, REPOSITORY, runbook, step } from '../helpers/project.ts'
import { needsTmux, Terminal } from '../helpers/terminal.ts'

/** Before the first step everything that the run will need is looked at, and what is missing is named. */

const VALUE = 'tr0ub4dor-and-3'
const ENVIRONMENTS = `default: plain
environments:
  plain:
    title: Plain
    protected: false
    secrets:
      from-env: { env: SHOP_PASSWORD }
      from-file: { file: secret-file }
      from-command: { command: [sh, -c, "cat command-file"] }
  signed: { title: Signed, protected: false, policy: { identity: none, signJournal: true } }
`
const BODY = runbook(
  step('one', '', ['sh check', 'touch checked'], ['sh run', 'echo it >> effects']),
  'requires: [git, "bash >= 4", "bash >= 99", no-such-program]',
)
const FILES = {
  'docs/plan/environments.yaml': ENVIRONMENTS,
  'runbooks/needy.mdx': BODY,
  'runbooks/it.mdx': runbook(
    step('one', '', ['sh check', 'touch checked'], ['sh run', 'echo it >> effects']),
  ),
}

for (const mode of ['--yes', '--rehearse'])
  void test(`${mode}: secrets and programs that are missing are all named, and nothing is begun`, async (t) => {
    const project = makeProject(t, { ...FILES, 'secret-file': VALUE, 'command-file': 'abc' })
    chmodSync(project.path('secret-file'), 0o644)
    const { code, stderr, stdout } = await project.cli(['run', 'needy', mode], { env: { SHOP_PASSWORD: '' } })
    assert.equal(code, 3, stderr)
    for (const words of [
      /preflight: the secret from-env cannot be read: the environment variable SHOP_PASSWORD is empty/,
      /preflight: the secret from-file cannot be read: secret-file can be read by others: expected mode 0600/,
      /preflight: the secret from-command cannot be read: what sh prints has less than 4 characters/,
      /preflight: bash is version 5.* 99 or later is expected/,
      /preflight: no-such-program is not on the PATH/,
    ])
      assert.match(stderr, words)
    assert.doesNotMatch(stderr, /preflight: git/)
    assert.ok(!`${stdout}${stderr}`.includes(VALUE))
    assert.deepEqual(project.runIds(), [])
    assert.ok(!existsSync(project.path('checked')))
  })

void test('a target that the environment does not have is missing before the first step', async (t) => {
  const body =
    step('one', '', ['sh run', 'echo one >> effects.log']) +
    step('two', 'danger="destructive" target="cache.primry"', ['sh run', 'echo two >> effects.log'])
  const project = makeProject(t, { 'runbooks/it.mdx': runbook(body) })
  const { code, stderr } = await project.cli(['run', 'it', '--yes'])
  assert.equal(code, 3)
  assert.match(stderr, /preflight: cache\.primry is no target of this environment, and is named by two/)
  assert.ok(!project.files().includes('effects.log'))
})

void test('a rehearsal is the preflight and every check', async (t) => {
  const project = makeProject(t, { ...FILES, 'secret-file': VALUE, 'command-file': VALUE })
  chmodSync(project.path('secret-file'), 0o600)
  const { code, stdout, stderr } = await project.cli(['run', 'it', '--rehearse'], {
    env: { SHOP_PASSWORD: VALUE },
  })
  assert.equal(code, 0, stderr)
  assert.match(stdout, /Preflight: 5 of 5 as expected/)
  assert.ok(existsSync(project.path('checked')))
  assert.equal(project.read('effects'), '')
})

void test('what is missing can be put right and looked for again', needsTmux, async (t) => {
  const project = makeProject(t, { ...FILES, 'command-file': VALUE })
  const terminal = new Terminal(t, project, ['run', 'it'])
  await terminal.sees(/✗ the secret from-file cannot be read: ENOENT/)
  await terminal.sees(
    /✗ the secret from-env cannot be read: the environment variable SHOP_PASSWORD is not set/,
  )
  await terminal.endsWith(
    /missing\.[^]*Look again[^]*Type the secret from-env[^]*Leave; no step is begun\n[^]*Go on/,
  )
  project.write('secret-file', VALUE)
  chmodSync(project.path('secret-file'), 0o600)
  terminal.press('Enter')
  await terminal.sees(/Preflight: 4 of 5 as expected[^]*missing\.[^]*Look again/)
  terminal.press('Down', 'Enter')
  await terminal.answer(/The secret from-env:/, VALUE)
  await terminal.sees(/Preflight: 5 of 5 as expected/)
  await terminal.answer(/Run this step\?[^]*›$/, '')
  await terminal.exits(0)
  assert.equal(project.read('effects'), 'it\n')
  assert.ok(!terminal.screen().includes(VALUE))
})

void test('what is missing is broken between words on a terminal', needsTmux, async (t) => {
  const project = makeProject(t, { ...FILES, 'command-file': VALUE })
  const terminal = new Terminal(t, project, ['run', 'it'], {}, { columns: 70, rows: 50 })
  await terminal.sees(/Look again/)
  assert.match(
    terminal.page(),
    /^ {2}✗ the secret from-env cannot be read: the environment variable\n {4}SHOP_PASSWORD is not set\. export/m,
  )
})

void test('what signs needs ssh-keygen, one that can sign, and sh fences need bash', async (t) => {
  const project = makeProject(t, FILES)
  const programs = project.path('programs')
  mkdirSync(programs)
  for (const program of ['bash', 'sh', 'env']) symlinkSync(locate(program), path.join(programs, program))
  const run = async (environment: string): Promise<string> =>
    (
      await project.cli(['run', 'it', '--yes', '--env', environment], {
        env: { PATH: programs, SHOP_PASSWORD: VALUE },
      })
    ).stderr
  assert.doesNotMatch(await run('plain'), /ssh-keygen/)
  assert.match(await run('signed'), /preflight: ssh-keygen is not on the PATH\n +OpenSSH 8.2 or later/)
  project.write('programs/ssh-keygen', '#!/bin/sh\necho "ssh-keygen: unknown option -- Y" >&2\nexit 1\n')
  chmodSync(path.join(programs, 'ssh-keygen'), 0o755)
  assert.match(await run('signed'), /preflight: ssh-keygen cannot sign: it is too old/)
  rmSync(path.join(programs, 'bash'))
  assert.match(await run('plain'), /preflight: bash is not on the PATH/)
  assert.deepEqual(project.runIds(), [])
})

/** The preflight of a step that destroys a cluster in `dataDirectory`, as an account that owns nothing. */
const LOOK = `const { preflight } = await import('${pathToFileURL(path.join(REPOSITORY, 'src/host/preflight.ts')).href}')
const [dataDirectory] = process.argv.slice(1)
const target = { kind: 'postgres', name: 'x', host: '127.0.0.1', port: 1, database: 'd', user: 'u', region: 'r', osUser: 'postgres', dataDirectory }
const step = { kind: 'step', danger: 'destructive', target: 'shop.primary', fences: [] }
if (process.getuid() === 0) process.setuid(65534)
const runbook = { nodes: [step], requires: [] }
const targets = { 'shop.primary': { ...target, name: 'shop.primary' }, 'shop.other': { ...target, name: 'shop.other' } }
const found = await preflight({ runbook, targets, folders: [], signs: false, secrets: async () => [] })
for (const { level, subject, detail, hint } of found) console.log([level, subject, detail, hint].join(' | '))`

void test('a data directory that a destructive step needs has to be writable; one that is gone may be the disaster', (t) => {
  const project = makeProject(t, { 'mine/PG_VERSION': '18', 'closed/PG_VERSION': '18' })
  chmodSync(project.root, 0o755)
  chmodSync(project.path('mine'), 0o777)
  chmodSync(project.path('closed'), 0o500)
  const look = (name: string): string =>
    execFileSync(process.execPath, ['--input-type=module', '-e', LOOK, project.path(name)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  assert.match(look('mine'), /^ok \| shop\.primary: .*mine \| can be written/m)
  assert.match(
    look('closed'),
    /^missing \| shop\.primary: .*closed \| may not be written by \S+ \| Start this as postgres, or as root/m,
  )
  assert.match(look('gone'), /^notice \| shop\.primary: .*gone \| cannot be written \(ENOENT\)/m)
  assert.doesNotMatch(look('closed'), /shop\.other:/)
})

void test('a run that a signal ends before it began leaves nothing in the folder of runs', async (t) => {
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(step('one', '', ['sh run', 'true']), 'requires: [slow-program]'),
    'bin/slow-program': '#!/bin/sh\nsleep 60\n',
  })
  mkdirSync(project.runs)
  chmodSync(project.path('bin/slow-program'), 0o755)
  const runner = project.start(['run', 'it', '--yes'], {
    env: { PATH: `${project.path('bin')}:${process.env['PATH'] ?? ''}` },
  })
  const log = `.supervisor-${runner.pid}.log`
  // Its file is there a moment before it is.
  const children = `/proc/${runner.pid}/task/${runner.pid}/children`
  await until(
    'the supervisor is started',
    () => readdirSync(project.runs).includes(log) && readFileSync(children, 'utf8') !== '',
  )
  runner.kill('SIGINT')
  await until('its file is gone', () => readdirSync(project.runs).length === 0)
})

void test('too few files may be open: the reason is said, before the run has begun', async (t) => {
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(step('one', '', ['sh run', 'echo one >> effects.log'])),
  })
  for (const most of [22, 24, 26]) {
    const end = await ended(project.shell(`ulimit -n ${most}; exec "$@"`, ['run', 'it', '--yes']))
    assert.equal(end.code, 1, end.stderr)
    assert.match(
      end.stderr + end.stdout,
      /EMFILE.*\n {4}See the limit with ulimit -n|could not be started: no more files can be opened/,
    )
  }
  assert.equal(project.read('effects.log'), '')
})
