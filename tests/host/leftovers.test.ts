import assert from 'node:assert/strict'
import { test } from 'node:test'
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
    status: 'done',
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
    const daemon = 'setsid sleep 600 > /dev/null 2>&1 < /dev/null &\necho $! > pid'
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
