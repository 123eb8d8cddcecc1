import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { lockFolder, lookFrom, thisHolder } from '../../src/cli/lock-holder.ts'
import { bootId, isStopped } from '../../src/host/process-tree.ts'
import { acquireLock } from '../../src/journal/lock.ts'
import type { Holder } from '../../src/journal/lock.ts'
import { kill, until } from '../helpers/processes.ts'
import { makeProject, runbook, step } from '../helpers/project.ts'

const CONTENDER = path.join(import.meta.dirname, '..', 'fixtures', 'programs', 'contender.ts')
const ROUNDS = 500

function temporary(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'drillbook-lock-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A process of its own that takes and releases locks when it is told to. */
function startContender(t: TestContext): { pid: number; tell: (line: string) => Promise<string> } {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CONTENDER], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const tell = async (line: string): Promise<string> => {
    child.stdin.write(`${line}\n`)
    const { value } = await answers.next()
    return String(value)
  }
  return { pid: child.pid ?? 0, tell }
}

const gone: Holder = {
  run: 'an-old-run',
  operator: 'ada',
  host: hostname(),
  boot: bootId(),
  pid: 4_000_000,
  startTime: '1',
  since: '2026-01-01T00:00:00.000Z',
  released: false,
}

function leave(folder: string, number: number, holder: Holder | string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    path.join(folder, `${number}.json`),
    typeof holder === 'string' ? holder : JSON.stringify(holder),
  )
}

void test(
  `${ROUNDS} times two processes at the same moment: exactly one wins`,
  { timeout: 120_000 },
  async (t) => {
    const root = temporary(t)
    const contenders = [startContender(t), startContender(t)]
    const before: ((folder: string) => void)[] = [
      () => undefined,
      (folder) => leave(folder, 7, gone),
      (folder) => leave(folder, 7, { ...gone, released: true, pid: process.pid }),
      (folder) => leave(folder, 7, { ...gone, boot: 'another start of this machine', pid: process.pid }),
    ]
    const wins = [0, 0]
    for (let round = 0; round < ROUNDS; round += 1) {
      const folder = path.join(root, `round-${round}`)
      before[round % before.length]?.(folder)
      const answers = await Promise.all(contenders.map(({ tell }) => tell(`take ${folder}`)))
      const winner = answers.indexOf('won')
      assert.equal(
        answers.filter((answer) => answer === 'won').length,
        1,
        `round ${round}: ${answers.join(' / ')}`,
      )
      assert.match(
        answers[1 - winner] ?? '',
        /^lost OperatorError: this runbook is being run in this environment by tester on /,
        `round ${round}`,
      )
      wins[winner] = (wins[winner] ?? 0) + 1
      assert.equal(await contenders[winner]?.tell('release'), 'released')
      assert.equal(readdirSync(folder).length, 1)
    }
    t.diagnostic(`${ROUNDS} rounds, won by the first ${wins[0]} times, by the second ${wins[1]} times`)
  },
)

void test(
  'two processes that take and release one lock again and again never hold it both',
  { timeout: 120_000 },
  async (t) => {
    const folder = path.join(temporary(t), 'one')
    const contenders = [startContender(t), startContender(t)]
    let holders = 0
    let taken = 0
    await Promise.all(
      contenders.map(async ({ tell }) => {
        for (let turn = 0; turn < 300; turn += 1) {
          const answer = await tell(`take ${folder}`)
          if (answer !== 'won') {
            assert.match(answer, /^lost OperatorError: this runbook is being run/)
            continue
          }
          holders += 1
          taken += 1
          await new Promise((resolve) => setImmediate(resolve))
          assert.equal(holders, 1)
          holders -= 1
          await tell('release')
        }
      }),
    )
    assert.ok(taken > 1)
  },
)

void test('a holder that is killed blocks nobody', async (t) => {
  const folder = path.join(temporary(t), 'one')
  const [first, second] = [startContender(t), startContender(t)]
  assert.equal(await first.tell(`take ${folder}`), 'won')
  assert.match(await second.tell(`take ${folder}`), /^lost/)
  kill(first.pid)
  const killed = performance.now()
  await until('the next one has it', async () => (await second.tell(`take ${folder}`)) === 'won', 2000)
  t.diagnostic(`${Math.round(performance.now() - killed)} ms after the kill`)
})

void test('a holder that is stopped keeps its lock, and what to do is said', async (t) => {
  const folder = path.join(temporary(t), 'one')
  const [first, second] = [startContender(t), startContender(t)]
  assert.equal(await first.tell(`take ${folder}`), 'won')
  kill(first.pid, 'SIGSTOP')
  await until('it is stopped', () => isStopped(first.pid))
  const answer = await second.tell(`take ${folder}`)
  assert.match(answer, /^lost OperatorError: .* by tester on .*, and that process is stopped \(Ctrl-Z\)/)
  assert.ok(answer.includes(`kill -CONT ${first.pid}`), answer)
  kill(first.pid, 'SIGCONT')
})

const held: { title: string; holder: Partial<Holder>; options?: { takeOver?: boolean }; refused?: RegExp }[] =
  [
    { title: 'a process with this number that began at another time', holder: { pid: process.pid } },
    {
      title: 'a process of another start of the machine',
      holder: { pid: process.pid, startTime: thisHolder('x', 'y').startTime, boot: 'another' },
    },
    { title: 'a number that no process has', holder: {} },
    { title: 'a number that no process can have', holder: { pid: -1 } },
    {
      title: 'a living process',
      holder: { pid: process.pid, startTime: thisHolder('x', 'y').startTime },
      refused:
        /being run in this environment by ada on .*\n {4}Watch it: npx drillbook show an-old-run --follow/,
    },
    {
      title: 'a living process, also with --take-over',
      holder: { pid: process.pid, startTime: thisHolder('x', 'y').startTime },
      options: { takeOver: true },
      refused: /being run in this environment/,
    },
    {
      title: 'another machine',
      holder: { host: 'elsewhere.example.com' },
      refused: /from another machine by ada on elsewhere\.example\.com.*\n.*--take-over/s,
    },
    {
      title: 'another machine, with --take-over',
      holder: { host: 'elsewhere.example.com' },
      options: { takeOver: true },
    },
  ]
for (const { title, holder, options, refused } of held)
  void test(`held by ${title}: ${refused ? 'refused' : 'taken'}`, async (t) => {
    const runs = temporary(t)
    const folder = path.join(runs, 'locks', 'one')
    leave(folder, 3, { ...gone, ...holder })
    const taking = acquireLock(folder, thisHolder('a-run', 'tester'), lookFrom(runs), {
      resuming: false,
      takeOver: false,
      ...options,
    })
    if (refused) await assert.rejects(taking, { name: 'OperatorError', exit: 'refused', message: refused })
    else (await taking).release()
  })

for (const [title, text] of [
  ['without its bytes', ''],
  ['with NUL for its bytes', '\0\0\0'],
] as const)
  void test(`a lock file that a machine without power left ${title} holds nobody up`, async (t) => {
    const runs = temporary(t)
    const folder = path.join(runs, 'one')
    leave(folder, 3, text)
    const lock = await acquireLock(folder, thisHolder('a-run', 'tester'), lookFrom(runs), {
      resuming: false,
      takeOver: false,
    })
    assert.deepEqual(readdirSync(folder), ['4.json'])
    lock.release()
  })

for (const [title, text] of [
  ['cut off', '{"run":"x"'],
  ['something else', '[1,2]'],
  ['null', 'null'],
] as const)
  void test(`a lock file that is ${title} is refused with words`, async (t) => {
    const runs = temporary(t)
    const folder = path.join(runs, 'one')
    leave(folder, 3, text)
    const taking = acquireLock(folder, thisHolder('a-run', 'tester'), lookFrom(runs), {
      resuming: false,
      takeOver: false,
    })
    await assert.rejects(taking, {
      name: 'OperatorError',
      exit: 'damaged',
      message: /3\.json {2}is not a lock of this program\n/,
    })
  })

void test(
  'the real command line: of two that start together one runs, the other is told who does',
  { timeout: 120_000 },
  async (t) => {
    const project = makeProject(t, {
      'runbooks/it.mdx': runbook(
        step('one', '', ['sh run', 'until test -e go; do sleep 0.02; done; echo ran >> effects.log']),
      ),
    })
    for (let round = 0; round < 10; round += 1) {
      const both = [0, 1].map(() => project.cli(['run', 'it', '--yes']))
      const first = await Promise.race(both)
      assert.equal(first.code, 3, first.stderr)
      assert.match(
        first.stderr,
        /this runbook is being run in this environment by tester on .*\(process \d+, since .*, run .*\)\n {4}Watch it:/,
      )
      project.write('go', '')
      const codes = (await Promise.all(both)).map(({ code }) => code)
      assert.deepEqual([...codes].sort(), [0, 3])
      rmSync(project.path('go'))
    }
    assert.equal(project.read('effects.log'), 'ran\n'.repeat(10))
    assert.equal(readdirSync(lockFolder(project.runs, 'it', 'plain')).length, 1)
  },
)

void test(
  'the real command line: the runner is killed while its step runs: a new run waits for the step, then says who finishes it; resume takes it over',
  { timeout: 60_000 },
  async (t) => {
    const project = makeProject(t, {
      'runbooks/it.mdx': runbook(
        step('one', '', [
          'sh run',
          'touch begun; until test -e go; do sleep 0.02; done; echo ran >> effects.log',
        ]),
      ),
    })
    const runner = project.start(['run', 'it', '--yes'])
    await until('the step runs', () => project.files().includes('begun'))
    runner.kill('SIGKILL')
    const other = await project.cli(['run', 'it', '--yes'])
    assert.equal(other.code, 3)
    assert.match(
      other.stderr,
      /the runner of tester on .* died, and its supervisor is still finishing a step\n {4}Take it over: npm run resume/,
    )
    const resumed = project.cli(['resume', '--yes'])
    project.write('go', '')
    assert.equal((await resumed).code, 0)
    assert.equal(project.read('effects.log'), 'ran\n')
  },
)
