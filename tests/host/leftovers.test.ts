import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { endAll, goingOn } from '../../src/host/running-job.ts'
import { assertNothingRuns, assertSound, reasons } from '../helpers/claims.ts'
import { isRunning, kill } from '../helpers/processes.ts'
import { makeProject, runbook, step } from '../helpers/project.ts'
import { playTogether } from '../helpers/together.ts'

/** What fences start, and what is left of it: nothing, whether the fence succeeded, failed, hung or was cut off. */
type Row = {
  title: string
  fence: [info: string, code: string]
  attributes?: string
  status: 'done' | 'failed'
  says?: RegExp
}

const HANGS = 'timeout="1s"'
const OUT = {
  status: 'failed',
  says: /timed-out: did not end within (1|0\.\d) s/,
  attributes: HANGS,
} as const
const IGNORES_TERM = `bash -c 'trap "" TERM; while :; do sleep 1; done'`

const rows: Row[] = [
  { title: 'sh: ignores TERM', fence: ['sh run', `trap '' TERM\nwhile :; do sleep 1; done`], ...OUT },
  { title: 'sh: a child that ignores TERM', fence: ['sh run', `${IGNORES_TERM} & wait`], ...OUT },
  {
    title: 'sh: a child in a session of its own that ignores TERM',
    fence: ['sh run', `setsid ${IGNORES_TERM} &\nsleep 600`],
    ...OUT,
  },
  {
    title: 'sh: a double fork into a session of its own',
    fence: ['sh run', `(setsid bash -c '(sleep 600 &) ; sleep 600' &)\nsleep 600`],
    ...OUT,
  },
  {
    title: 'sh: a child that holds the pipe open',
    fence: ['sh run', `sleep 600 &\necho begun\nsleep 600`],
    ...OUT,
  },
  {
    title: 'sh: a subshell in a group of its own that starts no program',
    fence: [
      'sh run',
      `set -m\n(trap '' TERM; while :; do read -rt 1 < /dev/zero || true; done) &\nsleep 600`,
    ],
    ...OUT,
  },
  { title: 'sh: stopped by itself', fence: ['sh run', 'kill -STOP $$'], ...OUT },
  {
    title: 'sh: a background child after success',
    fence: ['sh run', 'sleep 600 &\necho begun'],
    status: 'done',
  },
  {
    title: 'sh: a background child after failure',
    fence: ['sh run', 'sleep 600 &\nexit 3'],
    status: 'failed',
    says: /exit code 3/,
  },
  {
    title: 'sh: a background child that ignores TERM after success',
    fence: ['sh run', `${IGNORES_TERM} &\necho begun`],
    status: 'done',
  },
  {
    title: 'sh: a verification that never holds and leaves children',
    fence: ['sh verify', 'sleep 600 &\nfalse'],
    attributes: HANGS,
    status: 'failed',
    says: /timed-out: (still not so|did not end within)/,
  },
  { title: 'ts: an endless loop', fence: ['ts run', 'for (;;) {}'], ...OUT },
  {
    title: 'ts: a promise that never settles',
    fence: ['ts run', 'await new Promise(() => setInterval(() => {}, 1000))'],
    ...OUT,
  },
  { title: 'ts: a command that hangs', fence: ['ts run', 'await $`sleep 600`'], ...OUT },
  {
    title: 'ts: a command in a session of its own',
    fence: ['ts run', 'await $`setsid --wait sleep 600`'],
    ...OUT,
  },
  {
    title: 'ts: a command that is not awaited, after success',
    fence: ['ts run', 'void $`sleep 600`.nothrow()'],
    status: 'failed',
    says: /is an await missing/,
  },
  {
    title: 'ts: a command that was told to end, and is not awaited',
    fence: ['ts run', 'const it = $`sleep 600`.nothrow()\nawait it.kill()'],
    status: 'done',
  },
  {
    title: 'sh: a pipe where its outputs should be',
    attributes: 'outputs="name" timeout="5s"',
    fence: ['sh run', 'rm "$DRILLBOOK_OUTPUT"; mkfifo "$DRILLBOOK_OUTPUT"'],
    status: 'failed',
    says: /is no file any more/,
  },
  {
    title: 'ts: ends its own process',
    fence: ['ts run', 'process.exit(3)'],
    status: 'failed',
    says: /ended its process with exit code 3/,
  },
  {
    title: 'ts: kills its own process',
    fence: ['ts run', `process.kill(process.pid, 'SIGKILL')`],
    status: 'failed',
    says: /SIGKILL/,
  },
]

const options = { timeout: 60_000 }

for (const lang of ['sh', 'ts'])
  void test(`${lang}: what fences leave`, options, async (t) => {
    const own = rows.filter(({ title }) => title.startsWith(`${lang}:`))
    const steps = own.map(({ attributes = '', fence }, index) =>
      step(`s${index}`, attributes, ...fencesOf(fence)),
    )
    const { end } = await playTogether(t, steps)
    for (const [index, row] of own.entries())
      await t.test(row.title, () => {
        const { status, reason } = end(`s${index}`)
        assert.equal(status, row.status, reason)
        if (row.says) assert.match(reason, row.says)
      })
  })

/** A step without a run is a person's: it gets one that does nothing. */
function fencesOf(fence: Row['fence']): Row['fence'][] {
  return fence[0] === 'sh verify' ? [['sh run', 'true'], fence] : [fence]
}

void test('ts: a command that ignores TERM', options, async (t) => {
  const code = `await $\`bash -c 'touch begun; trap "" TERM; while :; do sleep 1; done'\``
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(step('one', 'timeout="2s"', ['ts run', code])),
  })
  const end = await project.run('it')
  assert.equal(end.code, 1, end.stderr)
  assert.match(reasons(end.events), /did not end within 2 s/)
  assert.ok(project.files().includes('begun'))
  await assertSound(project)
})

// Its environment is emptied and it left the group: nobody can tell that it belongs to the fence.
void test(
  'ts: a process without our mark that holds the output open does not hold up the run',
  options,
  async (t) => {
    const code = `import { spawn } from 'node:child_process'
const child = spawn('setsid', ['sleep', '600'], { stdio: 'inherit', env: { PATH: process.env['PATH'] }, detached: true })
fs.writeFileSync('pid', String(child.pid))
await new Promise(() => setInterval(() => {}, 1000))`
    const project = makeProject(t, { 'runbooks/it.mdx': runbook(step('one', HANGS, ['ts run', code])) })
    const end = await project.run('it')
    kill(Number(project.read('pid')))
    assert.equal(end.code, 1, end.stderr)
    assert.match(reasons(end.events), /did not end within 1 s/)
    await assertSound(project)
  },
)

void test(
  'a daemon that a successful fence starts on purpose, in a session of its own, lives on',
  options,
  async (t) => {
    // It takes a moment until it has a session of its own.
    const daemon = '(sleep 0.05; exec setsid sleep 600) > /dev/null 2>&1 < /dev/null &\necho $! > pid'
    const project = makeProject(t, { 'runbooks/it.mdx': runbook(step('one', '', ['sh run', daemon])) })
    const end = await project.run('it')
    const pid = Number(project.read('pid'))
    const lived = isRunning(pid)
    kill(pid)
    assert.equal(end.code, 0, end.stderr)
    assert.ok(lived)
    await assertNothingRuns(project)
  },
)

void test('what a ts fence left unfinished does not act during the next step', options, async (t) => {
  const late = `setTimeout(() => fs.appendFileSync('late.log', 'late'), 300)`
  const waits = 'await new Promise((resolve) => setTimeout(resolve, 1000))'
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(step('one', '', ['ts run', late]) + step('two', '', ['ts run', waits])),
  })
  const end = await project.run('it')
  assert.equal(end.code, 0, end.stderr)
  assert.equal(project.read('late.log'), '')
})

void test('what ends the leftovers of a ts fence does not end the next one', options, async (t) => {
  const slow = `bash -c 'trap "sleep 0.3; exit" TERM; while :; do sleep 0.05; done' >/dev/null 2>&1 </dev/null & sleep 0.2`
  const steps = [
    step('one', '', ['ts run', `await $\`${slow}\``]),
    step('two', '', ['ts run', 'await $`touch begun; sleep 1.5; touch ended`']),
  ]
  const project = makeProject(t, { 'runbooks/it.mdx': runbook(steps.join('')) })
  const end = await project.run('it')
  assert.equal(end.code, 0, reasons(end.events))
  assert.ok(project.files().includes('ended'))
  await assertSound(project)
})

void test('a process that belongs to somebody else is not waited for without end, and is named', async (t) => {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  // What the kernel answers when it is root's.
  t.mock.method(process, 'kill', () => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' })
  })
  assert.deepEqual(await endAll(child.pid, [], 50), [child.pid])
  assert.match(goingOn([7]), /not ours to end: process 7/)
  t.mock.restoreAll()
})

void test('a ts fence leaves nothing to the next one that it would see', options, async (t) => {
  const leaves = `globalThis['left'] = 1; process.umask(0o077); console.log = () => {}; process.stdout.write = () => true`
  const looks = `fs.writeFileSync('seen', [typeof globalThis['left'], process.umask().toString(8)].join(' ')); console.log('VISIBLE')`
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(
      step('one', '', ['ts run', leaves]) +
        step('two', '', ['ts run', looks]) +
        step('three', '', ['ts run', looks]),
    ),
  })
  const end = await project.run('it')
  assert.equal(end.code, 0, reasons(end.events))
  assert.equal(project.read('seen'), `undefined ${process.umask().toString(8)}`)
  assert.equal(end.stderr.split('VISIBLE').length, 3, end.stderr)
})

void test('ts: what changes every bash does not change the commands of a fence', options, async (t) => {
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(step('one', '', ['ts run', 'await $`touch happened`'])),
    ends: 'exit 0\n',
  })
  for (const env of [{ BASH_ENV: project.path('ends') }, { SHELLOPTS: 'noexec' }]) {
    const end = await project.cli(['run', 'it', '--yes'], { env })
    assert.equal(end.code, 0, end.stdout)
    assert.ok(project.files().includes('happened'), JSON.stringify(env))
    rmSync(project.path('happened'))
  }
})

void test('ts: the reason says why', options, async (t) => {
  const { end } = await playTogether(t, [
    step('s0', '', ['ts run', `await fetch('http://127.0.0.1:1/')`]),
    step('s1', '', ['ts run', `await Promise.any([Promise.reject(new Error('this one'))])`]),
    step('s2', '', ['ts run', 'await $`false`']),
    step('s3', '', ['ts run', 'throw undefined']),
  ])
  const expected = [
    /fetch failed: .*(ECONNREFUSED|bad port)/,
    /this one/,
    /^failed: exit code: 1/,
    /^failed: the fence threw undefined \(.*:\d+\)/,
  ]
  for (const [index, why] of expected.entries()) assert.match(end(`s${index}`).reason, why)
})
