import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { readSettings } from '../../src/cli/inputs.ts'
import { lookFrom, thisHolder } from '../../src/cli/lock-holder.ts'
import { loadPlan } from '../../src/document/plan.ts'
import { loadRunbook } from '../../src/document/load.ts'
import { parseOutputs } from '../../src/fences/sh.ts'
import { readOutcome } from '../../src/host/outcome-file.ts'
import { readSupervision } from '../../src/host/supervision.ts'
import { printable, wrap } from '../../src/host/text.ts'
import { foldAll } from '../../src/journal/fold.ts'
import { acquireLock } from '../../src/journal/lock.ts'
import { readJournal } from '../../src/journal/read.ts'
import { readBlob, rebuilt } from '../../src/journal/ssh-signature.ts'
import { verifyRun } from '../../src/journal/verify.ts'
import { outcome } from '../../src/model/outcome-schema.ts'
import { OperatorError } from '../../src/model/problem.ts'
import type { Problem } from '../../src/model/problem.ts'
import { readInput } from '../../src/model/read-input.ts'
import type { Runbook } from '../../src/model/runbook.ts'
import { NAMESPACES } from '../../src/model/signed.ts'
import { measurementLines, summaryLines } from '../../src/reports/summary.ts'
import { describeEvent } from '../../src/reports/timeline.ts'
import { nextAction } from '../../src/runner/plan.ts'
import { answerLine, challengeLine, readAnswer, readChallenge } from '../../src/runner/approval-text.ts'
import { valuesHash } from '../../src/journal/values-hash.ts'
import { groupsOf, readGroups, readSpokenRequest, spokenRequest } from '../../src/runner/spoken.ts'
import { Project, REPOSITORY, runbook, step } from '../helpers/project.ts'
import { mutated, mutatedBytes, runs } from './mutate.ts'

/** Everything that was not written by this program is refused with words: nothing throws anything else, nothing hangs. */

const BODY =
  step(
    'one',
    'outputs="token"',
    ['sh run', 'echo one; echo token=x >> "$DRILLBOOK_OUTPUT"'],
    ['sh verify', 'true'],
  ) +
  `<Decision id="way" default="on">\n\n## Which?\n\n<Choice value="on" title="On">\n\nGo.\n\n</Choice>\n\n<Choice value="off" title="Off">\n\nStop.\n\n</Choice>\n\n</Decision>\n` +
  step('two', 'when="way=on"', ['sh run', 'false'], ['sh rollback', 'true'])
const INPUTS = `inputs:
  name: { type: string, prompt: Name?, pattern: "[a-z]+" , default: abc }
  count: { type: number, prompt: Count?, default: 1 }
  sure: { type: boolean, prompt: Sure?, default: true }
  size: { type: string, prompt: Size?, choices: [s, l], default: s }`

let project: Project
let book: Runbook
let journal: Buffer
let root: string
before(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'drillbook-fuzz-'))
  project = new Project(root, { 'runbooks/it.mdx': runbook(BODY, INPUTS) })
  await project.cli(['run', 'it', '--yes'])
  journal = readFileSync(path.join(project.lastRun(), 'journal.ndjson'))
  const loaded = loadRunbook(root, 'it')
  assert.ok(loaded.runbook)
  book = loaded.runbook
})
after(() => rmSync(root, { recursive: true, force: true }))

function worded(problems: readonly Problem[]): void {
  for (const { message } of problems) {
    assert.ok(message.length > 3, message)
    assert.doesNotMatch(message, /\[object Object\]|ZodError|\n {4}at /)
  }
}

/** Everything that looks at a journal, with whatever it holds. */
function lookAt(file: string): void {
  const read = readJournal(file)
  worded(read.problems)
  const state = foldAll(read.events)
  for (const event of read.events) describeEvent(event)
  summaryLines(book, state)
  measurementLines(state)
  nextAction(book, state)
}

void test('journals of which bytes were changed', () => {
  const copy = path.join(root, 'copy')
  cpSync(project.lastRun(), copy, { recursive: true })
  const file = path.join(copy, 'journal.ndjson')
  fc.assert(
    fc.property(mutatedBytes(journal), (bytes) => {
      writeFileSync(file, bytes)
      lookAt(file)
      worded(verifyRun(copy).problems)
    }),
    runs(600, 40_000),
  )
})

/** The lines of a journal, one of their values replaced, and the chain made whole again: only its content is strange. */
function rechained(lines: readonly Record<string, unknown>[]): string {
  let prev = '0'.repeat(64)
  return lines
    .map((line, index) => {
      const text = JSON.stringify({ ...line, seq: index + 1, prev })
      prev = createHash('sha256').update(text).digest('hex')
      return `${text}\n`
    })
    .join('')
}

void test('journals with a whole chain and strange values', () => {
  const file = path.join(root, 'strange.ndjson')
  const lines = journal
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line): Record<string, unknown> => Object(JSON.parse(line)))
  const replacement = fc.record({
    line: fc.nat(lines.length - 1),
    field: fc.nat(30),
    value: fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('__proto__', 'one', 'two', 'way', '', -1, 1e300, null),
    ),
  })
  const shuffled = fc.record({
    order: fc.shuffledSubarray([...lines.keys()]),
    replacements: fc.array(replacement, { maxLength: 3 }),
  })
  fc.assert(
    fc.property(shuffled, ({ order, replacements }) => {
      const changed = lines.map((line, index) => {
        const own = replacements.filter((one) => one.line === index)
        const names = Object.keys(line)
        return {
          ...line,
          ...Object.fromEntries(
            own.map(({ field, value }) => [names[field % names.length] ?? 'event', value]),
          ),
        }
      })
      writeFileSync(file, rechained(order.map((index) => changed[index] ?? {})))
      lookAt(file)
    }),
    runs(400, 20_000),
  )
})

void test('lock files', async () => {
  const folder = path.join(root, 'a-lock')
  const holder = JSON.stringify({ ...thisHolder('x', 'y'), host: hostname() })
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated(holder), fc.json(), fc.string()), async (text) => {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder)
      writeFileSync(path.join(folder, '4.json'), text)
      try {
        const lock = await acquireLock(folder, thisHolder('a', 'b'), lookFrom(root), {
          resuming: false,
          takeOver: false,
        })
        lock.release()
      } catch (error) {
        assert.ok(error instanceof OperatorError, String(error))
        worded(error.problems)
      }
    }),
    runs(200, 10_000),
  )
})

void test('what supervisors leave', () => {
  const directory = path.join(root, 'left')
  mkdirSync(path.join(directory, 'outcomes'), { recursive: true })
  const notes = readFileSync(path.join(project.lastRun(), 'supervision.ndjson'), 'utf8')
  const parse = (value: unknown): ReturnType<typeof outcome.parse> => outcome.parse(value)
  const left = fc.oneof(
    mutated('{"kind":"failed","durationMs":5,"reason":"x","exitCode":3}'),
    fc.json(),
    fc.string(),
  )
  fc.assert(
    fc.property(left, mutated(notes), (text, note) => {
      writeFileSync(path.join(directory, 'outcomes', 'job.json'), text)
      writeFileSync(path.join(directory, 'supervision.ndjson'), note)
      const found = readOutcome(directory, 'job', parse)
      if (found !== undefined) assert.doesNotThrow(() => outcome.parse(found))
      const { supervisors } = readSupervision(directory)
      for (const { pid, startTime, boot } of supervisors)
        assert.deepEqual([typeof pid, typeof startTime, typeof boot], ['number', 'string', 'string'])
    }),
    runs(400, 20_000),
  )
})

void test('--set', () => {
  const name = fc.constantFrom(
    'name',
    'count',
    'sure',
    'size',
    'way',
    '__proto__',
    'constructor',
    'toString',
    '',
  )
  const setting = fc.oneof(
    fc.string(),
    fc.tuple(name, fc.string({ unit: 'binary' })).map(([key, value]) => `${key}=${value}`),
    fc.tuple(name, fc.double()).map(([key, value]) => `${key}=${value}`),
  )
  fc.assert(
    fc.property(fc.array(setting, { maxLength: 4 }), (settings) => {
      try {
        const { inputs, choices } = readSettings(book, settings)
        assert.deepEqual(Object.keys(inputs).sort(), Object.keys(book.inputs).sort())
        for (const [key, value] of Object.entries(inputs)) assert.equal(typeof value, book.inputs[key]?.type)
        if (typeof inputs['count'] === 'number') assert.ok(Number.isFinite(inputs['count']))
        assert.ok(
          [...choices].every(([decision, choice]) => decision === 'way' && ['on', 'off'].includes(choice)),
        )
      } catch (error) {
        assert.ok(error instanceof OperatorError, String(error))
        worded(error.problems)
      }
    }),
    runs(2000, 50_000),
  )
})

void test('a pattern for an input cannot hang on a long value', { timeout: 10_000 }, () => {
  readInput({ type: 'string', prompt: '?', pattern: '[a-z]+' }, 'x'.repeat(1_000_000))
})

void test('the plan files', { timeout: 3_600_000 }, () => {
  const folder = path.join(REPOSITORY, 'docs', 'plan')
  const copy = path.join(root, 'plan')
  cpSync(folder, path.join(copy, 'docs', 'plan'), { recursive: true })
  mkdirSync(path.join(copy, 'runbooks'))
  const texts = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
  )
  const changed = fc
    .constantFrom(...texts.keys())
    .chain((name) => mutated(texts.get(name) ?? '').map((text) => ({ name, text })))
  fc.assert(
    fc.property(changed, ({ name, text }) => {
      const file = path.join(copy, 'docs', 'plan', name)
      writeFileSync(file, text)
      const { problems, plan } = loadPlan(copy)
      writeFileSync(file, texts.get(name) ?? '')
      worded(problems)
      if (!plan) assert.ok(problems.length > 0)
      for (const problem of problems)
        assert.ok(problem.file !== undefined && (problem.line ?? 1) >= 1, JSON.stringify(problem))
    }),
    runs(60, 5000),
  )
})

void test('what a sh fence hands on', () => {
  const declares = { a: 'string', b: 'number', c: 'boolean' } as const
  fc.assert(
    fc.property(
      fc.oneof(mutated('a=x\nb=1\nc=true\n__proto__=true\n'), fc.string({ unit: 'binary' })),
      (text) => {
        const result = parseOutputs(text, declares)
        if ('reason' in result) return worded([{ message: result.reason }])
        for (const [key, value] of Object.entries(result.outputs))
          assert.equal(typeof value, new Map(Object.entries(declares)).get(key))
        assert.deepEqual(JSON.parse(JSON.stringify(result.outputs)), result.outputs)
      },
    ),
    runs(1000, 50_000),
  )
})

void test('whatever is printed, nothing reaches the terminal that it would obey', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), mutated('plain \u001b[31mred\u001b[0m \u009b2J \u0007')),
      fc.integer({ min: 10, max: 100 }),
      (text, width) => {
        const shown = printable(text)
        // eslint-disable-next-line no-control-regex -- control characters are what this is about
        assert.doesNotMatch(shown, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
        wrap(shown, width)
      },
    ),
    runs(1000, 50_000),
  )
})

void test('requests for approval and their answers', () => {
  const values = { inputs: { name: 'abc', token: null }, outputs: {}, targets: {} }
  const context = {
    runbook: 'it',
    step: 'one',
    environment: 'plain',
    requester: 'ada',
    digest: 'a'.repeat(64),
  }
  const instants = { issuedAt: '2026-11-21T01:02:03Z', expiresAt: '2026-11-21T01:12:03Z' }
  const request = {
    ...context,
    ...instants,
    run: '20261121-010203-456-it-abcd',
    attempt: 1,
    action: 'run' as const,
    values: valuesHash(values),
  }
  const blob = rebuilt(
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOKL98JxhMu/uXt4kC5HtKJmzOBEWGEbRAhuJ9+j4/RR',
    NAMESPACES.approval,
    Buffer.alloc(64, 7),
  )
  const signature = readBlob(blob)
  assert.ok(signature)
  const challenge = challengeLine({ request, values })
  const answer = answerLine({ request, approver: 'ada', signature })
  assert.ok('request' in readChallenge(challenge) && 'request' in readAnswer(answer))
  const groups = [...(spokenRequest(request) ?? []), ...groupsOf(Buffer.alloc(64, 9))].join(' ')
  const json = JSON.stringify({ request, values })
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        mutated(challenge),
        mutated(answer),
        mutated(groups),
        mutated(json),
      ),
      (text) => {
        for (const read of [
          readAnswer(text),
          readChallenge(text),
          readGroups(text, 64),
          readSpokenRequest(text, context),
        ])
          if ('problem' in read) assert.ok(read.problem.length > 3)
      },
    ),
    runs(400, 20_000),
  )
})
