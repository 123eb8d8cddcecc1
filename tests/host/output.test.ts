import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { TestContext } from 'node:test'
import fc from 'fast-check'
import { Forwarder, FORWARDED_AT_ONCE, FORWARDED_PER_SECOND } from '../../src/host/forwarder.ts'
import { JobLog, LOG_HEAD_BYTES, LOG_TAIL_BYTES } from '../../src/host/job-log.ts'
import { cleanPipe } from '../../src/host/job-output.ts'
import { createRedactor } from '../../src/host/redaction/index.ts'
import { formatBytes, printable } from '../../src/host/text.ts'
import { wholeLength } from '../../src/host/utf8.ts'
import { assertSound, only, reasons } from '../helpers/claims.ts'
import { kill, processesWith, until } from '../helpers/processes.ts'
import { ended, makeProject, MARK, runbook, step } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'drillbook-output-'))
after(() => rmSync(folder, { recursive: true }))

void test('a character that is split across chunks is whole on the screen; what is no UTF-8 waits for nothing', () => {
  const redactor = createRedactor([])
  const pieces = (chunks: readonly Buffer[]): Buffer[] => {
    const got: Buffer[] = []
    const pipe = cleanPipe(
      () => redactor,
      (chunk) => got.push(Buffer.from(chunk)),
    )
    for (const chunk of chunks) pipe.push(chunk)
    pipe.end()
    return got
  }
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.nat(120), (text, place) => {
      const bytes = Buffer.from(text)
      const got = pieces([bytes.subarray(0, place), bytes.subarray(place)])
      assert.equal(got.map((piece) => piece.toString('utf8')).join(''), bytes.toString('utf8'))
    }),
  )
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 8 })), (arrays) => {
      const chunks = arrays.map((array) => Buffer.from(array))
      assert.deepEqual(Buffer.concat(pieces(chunks)), Buffer.concat(chunks))
    }),
  )
  for (const hex of ['80', 'bfbf', 'c0', 'c1', 'f5', 'ff', 'e282ac80', '41f0419f']) {
    const bytes = Buffer.from(hex, 'hex')
    assert.equal(wholeLength(bytes), bytes.length, hex)
  }
  assert.deepEqual(
    ['c3', 'e2', 'e282', 'f09f', 'f09f92'].map((hex) => wholeLength(Buffer.from(`41${hex}`, 'hex'))),
    [1, 1, 1, 1, 1],
  )
})

void test('the log keeps the beginning and the end, and says how much it left out', () => {
  const file = path.join(folder, 'kept.log')
  const [head, tail] = [10, 7]
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 25 }), { minLength: 1, maxLength: 12 }),
      (arrays) => {
        const log = new JobLog(file, head, tail)
        for (const array of arrays) log.write(Buffer.from(array))
        log.end()
        log.write(Buffer.from('too late'))
        const all = Buffer.concat(arrays)
        const leftOut = all.length - head - tail
        const note = Buffer.from(
          `\n[drillbook: ${leftOut} bytes (${formatBytes(leftOut)}) are left out here]\n`,
        )
        const expected =
          leftOut <= 0 ? all : Buffer.concat([all.subarray(0, head), note, all.subarray(-tail)])
        assert.deepEqual(readFileSync(file), expected)
        assert.equal(log.problem, undefined)
      },
    ),
  )
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

void test('the log of a supervisor that was killed says that its end is not in order', () => {
  const file = path.join(folder, 'killed.log')
  const log = new JobLog(file, 10, 7)
  for (const chunk of ['0123456789', 'abcdefg', 'hi']) log.write(Buffer.from(chunk))
  assert.match(
    readFileSync(file, 'utf8'),
    /^0123456789hicdefg\n\[drillbook: .* the end may stand before the beginning\]\n$/,
  )
})

void test('a disk that cannot be written costs the log, not the fence', () => {
  const log = new JobLog(path.join(folder, 'no', 'such', 'folder.log'))
  log.write(Buffer.from('one'))
  log.write(Buffer.from('two'))
  log.end()
  assert.match(log.problem ?? '', /ENOENT/)
})

void test('so much a second is shown, and of the rest how much it was and how it ended', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const shown: string[] = []
  let keepsUp = true
  const forwarder = new Forwarder(
    'output/x.log',
    (text) => shown.push(text),
    () => keepsUp,
  )
  const line = Buffer.from(`${'ä'.repeat(511)}\n`)
  for (let count = 0; count < 1024; count += 1) forwarder.write(line)
  assert.ok(Buffer.byteLength(shown.join('')) >= FORWARDED_AT_ONCE - 1)
  shown.length = 0
  t.mock.timers.tick(1000)
  const left = 1024 * line.length - FORWARDED_AT_ONCE
  const [, told = '', rest = ''] =
    /^\n… (.*) more are only in output\/x\.log …\n([^]*)$/.exec(shown.join('')) ?? []
  assert.equal(told, formatBytes(left - Buffer.byteLength(rest)))
  assert.ok(rest.length > 1000 && rest.endsWith('ä\n') && !rest.includes('\uFFFD'))
  shown.length = 0
  forwarder.write(Buffer.from('and on\n'))
  assert.deepEqual(shown, ['and on\n'])
  keepsUp = false
  forwarder.write(Buffer.from('while it stands still\n'))
  t.mock.timers.tick(5000)
  assert.deepEqual(shown, ['and on\n'])
  keepsUp = true
  t.mock.timers.tick(1000)
  forwarder.end()
  assert.deepEqual(shown, ['and on\n', 'while it stands still\n'])
})

void test('nothing that a program prints is obeyed by the terminal', () => {
  const hostile =
    '\u001b[2J\u001b]0;title\u0007\u009b31m\u202eabc\u2066\u0000\u007f\b\r\nnext\rover\ttab\u2028'
  const shown = printable(hostile)
  // eslint-disable-next-line no-control-regex -- these are what must not be there
  assert.doesNotMatch(shown, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028]/)
  assert.equal(shown, '␛[2J␛]0;title␇\uFFFD31m\uFFFDabc\uFFFD␀\uFFFD␈\nnext\nover\ttab\uFFFD')
})

const EXHAUSTIVE = process.env['DRILLBOOK_EXHAUSTIVE'] === '1'
const FLOOD_BYTES = EXHAUSTIVE ? 5_000_000_000 : 200_000_000
/** For the runner, its supervisor and the workers alike. */
const HEAP = { NODE_OPTIONS: '--max-old-space-size=200' }
/** Of a Node that has loaded what the supervisor needs, with buffers on their way. */
const MOST_MEMORY_KB = 300_000

/** An unattended run; the most memory that any of our processes had meanwhile. */
async function flooded(
  project: Project,
): Promise<Awaited<ReturnType<typeof ended>> & { peakKb: number; seconds: number }> {
  const started = performance.now()
  const child = project.start(['run', 'flood', '--yes'], { env: HEAP })
  let peakKb = 0
  const timer = setInterval(() => {
    const ours = processesWith(`${MARK}=${project.root}`).filter(({ command }) => command.includes('node'))
    peakKb = Math.max(peakKb, ...ours.map(({ pid }) => memoryPeak(pid)))
  }, 50)
  const end = await ended(child)
  clearInterval(timer)
  return { ...end, peakKb, seconds: (performance.now() - started) / 1000 }
}

function memoryPeak(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

function flood(t: TestContext, ...fences: [string, string][]): Project {
  return makeProject(t, { 'runbooks/flood.mdx': runbook(step('flood', 'timeout="30m"', ...fences)) })
}

function logOf(project: Project): Buffer {
  const [fence] = only(project.journal(), 'fence-started')
  return readFileSync(path.join(project.lastRun(), 'output', `${fence?.job}.log`))
}

void test(
  `${formatBytes(FLOOD_BYTES)} through a step, in a heap of 200 MB`,
  { timeout: 1_200_000 },
  async (t) => {
    const print = `set +o pipefail; echo first; yes 'a line of a log that goes on and on, https://host:8443/path' | head -c ${FLOOD_BYTES}; echo; echo last`
    const project = flood(t, ['sh run', print])
    const end = await flooded(project)
    assert.equal(end.code, 0, end.stderr)
    const log = logOf(project)
    assert.match(log.toString('latin1', 0, 20), /^first\na line/)
    assert.match(log.toString('latin1', log.length - 20), /\nlast\n$/)
    const leftOut = FLOOD_BYTES + 'first\n\nlast\n'.length - LOG_HEAD_BYTES - LOG_TAIL_BYTES
    const note = `\n[drillbook: ${leftOut} bytes (${formatBytes(leftOut)}) are left out here]\n`
    assert.equal(log.indexOf(note), LOG_HEAD_BYTES)
    assert.equal(log.length, LOG_HEAD_BYTES + note.length + LOG_TAIL_BYTES)
    assert.match(end.stdout, /… [\d.]+ MB more are only in output\//)
    assert.match(end.stdout, /│ last\n/)
    assert.ok(end.stdout.length < FORWARDED_AT_ONCE * 1.2 + end.seconds * FORWARDED_PER_SECOND * 1.2)
    assert.ok(end.peakKb < MOST_MEMORY_KB, `${end.peakKb} kB`)
    t.diagnostic(
      `${(FLOOD_BYTES / 1e6 / end.seconds).toFixed(0)} MB/s with the whole run, at most ${(end.peakKb / 1000).toFixed(0)} MB in a process`,
    )
    await assertSound(project)
  },
)

void test('one line of 100 MB, and what is no text', { timeout: 600_000 }, async (t) => {
  for (const [print, last] of [
    ['head -c 100000000 /dev/zero | tr "\\0" x; echo; echo last', 'last'],
    ['head -c 50000000 /dev/urandom; printf "\\303"; sleep 0.2; printf "\\244\\n"', 'ä'],
    ['head -c 30000000 /dev/zero; echo last', 'last'],
    ['printf "https://user:"; head -c 20000000 /dev/zero | tr "\\0" a; echo; echo last', 'last'],
  ] as const) {
    const project = flood(t, ['sh run', print])
    const end = await flooded(project)
    assert.equal(end.code, 0, end.stderr)
    assert.ok(end.peakKb < MOST_MEMORY_KB, `${print}: ${end.peakKb} kB`)
    assert.ok(end.stdout.includes(`${last}\n`), print)
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    assert.doesNotMatch(end.stdout, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    assert.ok(logOf(project).toString('utf8').endsWith(`${last}\n`))
  }
})

void test('a ts fence, a verification and a reason of many megabytes', { timeout: 600_000 }, async (t) => {
  const project = flood(
    t,
    [
      'ts run',
      `const line = 'x'.repeat(1_000_000) + '\\n'\nfor (let count = 0; count < 60; count += 1) process.stdout.write(line)`,
    ],
    ['sh verify', 'head -c 30000000 /dev/zero | tr "\\0" y; echo; test -e held || { touch held; exit 1; }'],
    ['ts verify', `throw new Error('z'.repeat(2_000_000))`],
  )
  project.write('runbooks/flood.mdx', project.read('runbooks/flood.mdx').replace('30m', '10s'))
  const end = await flooded(project)
  assert.equal(end.code, 1, end.stderr)
  assert.match(reasons(project.journal()), /z{3000,} … \(\d+ characters\)/)
  assert.ok(readFileSync(path.join(project.lastRun(), 'journal.ndjson')).length < 100_000)
  await assertSound(project)
})

void test('outputs are values: what is too long for one is refused', { timeout: 600_000 }, async (t) => {
  for (const fence of [
    ['sh run', 'head -c 300000000 /dev/zero | tr "\\0" o > "$DRILLBOOK_OUTPUT"'],
    ['sh run', 'printf "value=%0999999d\\n" 1 > "$DRILLBOOK_OUTPUT"'],
    ['ts run', `output('value', 'o'.repeat(1_400_000))`],
  ] as [string, string][]) {
    const project = makeProject(t, { 'runbooks/flood.mdx': runbook(step('flood', 'outputs="value"', fence)) })
    const end = await flooded(project)
    assert.equal(end.code, 1)
    assert.match(reasons(project.journal()), /outputs are (values|longer than)/)
    assert.ok(end.peakKb < MOST_MEMORY_KB, `${end.peakKb} kB`)
    assert.ok(!project.files().some((name) => name.endsWith('.out')))
  }
})

void test('a runner that stands still holds up no step', { timeout: 120_000 }, async (t) => {
  const project = flood(t, [
    'sh run',
    'touch begun; head -c 60000000 /dev/zero | tr "\\0" x; echo; touch done; echo last',
  ])
  const child = project.start(['run', 'flood', '--yes'], { env: HEAP })
  const end = ended(child)
  await until('the fence begins', () => existsSync(project.path('begun')))
  kill(child.pid ?? -1, 'SIGSTOP')
  await until('the fence goes on to its end', () => existsSync(project.path('done')), 60_000)
  kill(child.pid ?? -1, 'SIGCONT')
  const { code, stdout } = await end
  assert.equal(code, 0)
  assert.match(stdout, /│ last\n/)
})

void test('a flood does not delay the timeout', { timeout: 120_000 }, async (t) => {
  const project = makeProject(t, {
    'runbooks/flood.mdx': runbook(step('flood', 'timeout="1s"', ['sh run', 'yes'])),
  })
  const end = await flooded(project)
  assert.equal(end.code, 1)
  assert.match(reasons(project.journal()), /did not end within 1 s/)
  const [finished] = only(project.journal(), 'fence-finished')
  assert.ok(finished?.outcome.kind === 'timed-out' && finished.outcome.durationMs < 10_000)
  await assertSound(project)
})
