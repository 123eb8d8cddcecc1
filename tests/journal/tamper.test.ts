import assert from 'node:assert/strict'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { createHash } from 'node:crypto'
import { readJournal } from '../../src/journal/read.ts'
import { verifyRun } from '../../src/journal/verify.ts'
import { Project, runbook, step } from '../helpers/project.ts'

/** Everything that can be done to a journal is found, on real journals: one of a sealed run, one of a run that is not finished. */

const EXHAUSTIVE = process.env['DRILLBOOK_EXHAUSTIVE'] === '1'
const SAMPLES = 800

const BODY =
  step(
    'one',
    'outputs="token, count:number"',
    ['sh check', 'true'],
    ['sh run', `echo 'täglich 😀 "quoted"'; printf 'token=a"b\\ncount=3\\n' >> "$DRILLBOOK_OUTPUT"`],
    ['sh verify', 'true'],
  ) +
  `<Decision id="way" default="on">\n\n## Which?\n\n<Choice value="on" title="On">\n\nGo.\n\n</Choice>\n\n<Choice value="off" title="Off">\n\nStop.\n\n</Choice>\n\n</Decision>\n` +
  step('skipped', 'when="way=off"', ['sh run', 'true']) +
  '<Inform id="tell" audience="customers" template="news">\n\n## Tell\n\n</Inform>\n' +
  step('two', '', ['sh run', 'echo second; test ! -e broken'])

let root: string
let sealed: string
let paused: string
before(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'drillbook-tamper-'))
  const project = new Project(root, {
    'runbooks/it.mdx': runbook(BODY, 'inputs:\n  why: { type: string, prompt: Why?, default: "so ö" }'),
    'templates/inform/news.hbs': 'News.\n',
  })
  assert.equal((await project.cli(['run', 'it', '--yes'])).code, 0)
  sealed = project.lastRun()
  project.write('broken', '')
  const env = { DRILLBOOK_RUNS: project.path('others') }
  assert.equal((await project.cli(['run', 'it', '--yes'], { env })).code, 1)
  paused = project.path(
    'others',
    readdirSync(project.path('others')).filter((name) => name !== 'locks')[0] ?? '',
  )
})
after(() => rmSync(root, { recursive: true, force: true }))

/** A copy of a run whose journal holds these bytes. */
function withJournal(run: string, bytes: Buffer | string): string {
  const copy = path.join(root, 'copy')
  rmSync(copy, { recursive: true, force: true })
  cpSync(run, copy, { recursive: true })
  writeFileSync(path.join(copy, 'journal.ndjson'), bytes)
  return copy
}

function journalOf(run: string): Buffer {
  return readFileSync(path.join(run, 'journal.ndjson'))
}

function linesOf(run: string): string[] {
  return journalOf(run).toString('utf8').trimEnd().split('\n')
}

function found(run: string): boolean {
  return verifyRun(run).problems.length > 0
}

/** Every number below `total`, or that many samples spread over all of it. */
function positions(total: number): number[] {
  const every = EXHAUSTIVE ? 1 : Math.max(1, Math.floor(total / SAMPLES))
  // An odd step visits every bit of a byte sooner or later.
  const odd = every % 2 === 0 ? every + 1 : every
  return Array.from({ length: Math.ceil(total / odd) }, (_, index) => index * odd)
}

void test('real journals verify', () => {
  assert.deepEqual(verifyRun(sealed).problems, [])
  assert.deepEqual(verifyRun(paused).problems, [])
  assert.match(verifyRun(paused).notes.join(), /not finished, so it is not sealed/)
})

void test('every single bit of a sealed journal that is flipped is found', { timeout: 3_600_000 }, (t) => {
  const original = journalOf(sealed)
  const copy = withJournal(sealed, original)
  const missed: number[] = []
  const all = positions(original.length * 8)
  for (const bit of all) {
    const bytes = Buffer.from(original)
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    writeFileSync(path.join(copy, 'journal.ndjson'), bytes)
    if (!found(copy)) missed.push(bit)
  }
  t.diagnostic(`${all.length} of ${original.length * 8} bits`)
  assert.deepEqual(missed, [])
})

void test('every single bit of the last line and of the seal that is flipped is found', (t) => {
  const original = journalOf(sealed)
  const copy = withJournal(sealed, original)
  const last = original.lastIndexOf(10, original.length - 2) + 1
  let tried = 0
  for (const [name, from] of [
    ['journal.ndjson', last],
    ['seal.json', 0],
  ] as const) {
    const whole = readFileSync(path.join(sealed, name))
    for (let bit = from * 8; bit < whole.length * 8; bit += EXHAUSTIVE || name === 'seal.json' ? 1 : 7) {
      const bytes = Buffer.from(whole)
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      writeFileSync(path.join(copy, name), bytes)
      assert.ok(found(copy), `${name} bit ${bit}`)
      tried += 1
    }
    writeFileSync(path.join(copy, name), whole)
  }
  t.diagnostic(`${tried} bits`)
})

void test('every single bit of an unfinished journal that is flipped is found, its last line apart', (t) => {
  const original = journalOf(paused)
  const copy = withJournal(paused, original)
  const covered = original.lastIndexOf(10, original.length - 2)
  const all = positions(covered * 8)
  for (const bit of all) {
    const bytes = Buffer.from(original)
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    writeFileSync(path.join(copy, 'journal.ndjson'), bytes)
    assert.ok(found(copy), `bit ${bit}`)
  }
  t.diagnostic(`${all.length} of ${covered * 8} bits`)
})

type Change = { title: string; of: (lines: string[]) => string[][] }

const each = (lines: string[], change: (index: number) => string[]): string[][] =>
  lines.map((_, index) => change(index))

const changes: Change[] = [
  { title: 'a line is removed', of: (lines) => each(lines, (index) => lines.toSpliced(index, 1)) },
  {
    title: 'a line stands twice',
    of: (lines) => each(lines, (index) => lines.toSpliced(index, 0, lines[index] ?? '')),
  },
  {
    title: 'a line is repeated at the end',
    of: (lines) => each(lines, (index) => [...lines, lines[index] ?? '']),
  },
  { title: 'the end is cut off at a line', of: (lines) => each(lines, (index) => lines.slice(0, index)) },
  { title: 'the beginning is cut off', of: (lines) => each(lines, (index) => lines.slice(index + 1)) },
  {
    title: 'two lines change places',
    of: (lines) =>
      lines.flatMap((_, a) => lines.slice(a + 1).map((_other, rest) => swapped(lines, a, a + 1 + rest))),
  },
  { title: 'an empty line is put in', of: (lines) => each(lines, (index) => lines.toSpliced(index, 0, '')) },
  {
    title: 'a line that fits the one before it is put in',
    of: (lines) => each(lines, (index) => lines.toSpliced(index + 1, 0, forged(lines[index] ?? ''))),
  },
  {
    title: 'the last line is written differently',
    of: (lines) => [
      [...lines.slice(0, -1), ` ${lines.at(-1) ?? ''}`],
      [...lines.slice(0, -1), `${lines.at(-1) ?? ''}\r`],
      [...lines.slice(0, -1), (lines.at(-1) ?? '').replace('{"v":1,', '{"v":1, ')],
    ],
  },
]

function swapped(lines: string[], a: number, b: number): string[] {
  return lines.with(a, lines[b] ?? '').with(b, lines[a] ?? '')
}

/** A note with the right number and the right hash: only what follows it gives it away. */
function forged(before: string): string {
  const { v, seq, at, mono, digest, operator, environment } = Object(JSON.parse(before))
  const prev = createHash('sha256').update(before).digest('hex')
  return JSON.stringify({
    v,
    seq: Number(seq) + 1,
    at,
    mono,
    event: 'note-added',
    text: 'all was well',
    digest,
    operator,
    environment,
    prev,
  })
}

for (const { title, of } of changes)
  void test(`a sealed journal: ${title}: found everywhere`, (t) => {
    const lines = linesOf(sealed)
    const copy = withJournal(sealed, '')
    const variants = of(lines)
    for (const [index, variant] of variants.entries()) {
      writeFileSync(path.join(copy, 'journal.ndjson'), variant.map((line) => `${line}\n`).join(''))
      assert.ok(found(copy), `${title}, variant ${index}`)
    }
    t.diagnostic(`${variants.length} variants`)
  })

void test('an unfinished journal: what is removed, repeated or exchanged before its last line is found', () => {
  const lines = linesOf(paused)
  const copy = withJournal(paused, '')
  for (const { title, of } of changes.filter(
    (change) => !/cut off at a line|last line|repeated at the end/.test(change.title),
  ))
    for (const [index, variant] of of(lines).entries()) {
      // Without its last line, or with a forged one after it, it is simply an earlier or later state of an unfinished run.
      if (
        variant.join() === lines.slice(0, -1).join() ||
        (title.includes('fits') && index === lines.length - 1)
      )
        continue
      writeFileSync(path.join(copy, 'journal.ndjson'), variant.map((line) => `${line}\n`).join(''))
      assert.ok(found(copy), `${title}, variant ${index}`)
    }
})

void test('a last line that was not finished is tolerated and noted, wherever it was cut', (t) => {
  const bytes = journalOf(paused)
  const whole = linesOf(paused).length
  const copy = withJournal(paused, bytes)
  const last = bytes.lastIndexOf(10, bytes.length - 2) + 1
  for (let length = last; length < bytes.length; length += 1) {
    writeFileSync(path.join(copy, 'journal.ndjson'), bytes.subarray(0, length))
    const { problems, notes, lines } = verifyRun(copy)
    assert.deepEqual(problems, [], `cut at byte ${length}`)
    assert.equal(lines, whole - 1)
    assert.equal(/last line was not finished/.test(notes.join()), length > last, `cut at byte ${length}`)
    assert.equal(readJournal(path.join(copy, 'journal.ndjson')).validBytes, last)
  }
  t.diagnostic(`${bytes.length - last} cuts`)
})

void test('the last line of a sealed journal cannot be cut unnoticed', () => {
  const bytes = journalOf(sealed)
  const copy = withJournal(sealed, bytes)
  const last = bytes.lastIndexOf(10, bytes.length - 2) + 1
  for (let length = last; length < bytes.length; length += 1) {
    writeFileSync(path.join(copy, 'journal.ndjson'), bytes.subarray(0, length))
    assert.ok(found(copy), `cut at byte ${length}`)
  }
})

void test('every file that the seal names is missed and its change is found', (t) => {
  const { files } = Object(JSON.parse(linesOf(sealed).at(-1) ?? ''))
  const names = Object.keys(Object(files))
  assert.ok(
    names.some((name) => name.startsWith('output/')) &&
      names.some((name) => name.startsWith('sources/')) &&
      names.some((name) => name.startsWith('inform/')),
  )
  for (const name of names) {
    const copy = withJournal(sealed, journalOf(sealed))
    rmSync(path.join(copy, name))
    assert.match(
      verifyRun(copy)
        .problems.map(({ file, message }) => `${file ?? ''} ${message}`)
        .join(),
      new RegExp(`${name.replaceAll('.', '\\.')} is missing; the seal names it`),
    )
    const bytes = readFileSync(path.join(sealed, name))
    for (const changed of [
      Buffer.concat([bytes, Buffer.from('x')]),
      bytes.subarray(0, -1),
      Buffer.from(bytes.toString('latin1').replace(/[a-z]/, 'X'), 'latin1'),
    ]) {
      if (changed.equals(bytes)) continue
      writeFileSync(path.join(copy, name), changed)
      assert.ok(found(copy), name)
    }
  }
  t.diagnostic(`${names.length} files`)
})

void test('output that no line names is found, in a sealed run and in one that is not finished', () => {
  for (const run of [sealed, paused]) {
    const copy = withJournal(run, journalOf(run))
    writeFileSync(path.join(copy, 'output', 'another.1.log'), 'it was all well')
    assert.match(
      verifyRun(copy)
        .problems.map(({ message }) => message)
        .join(),
      /a fence that the journal does not name/,
    )
  }
})

void test('whatever is added to a sealed run is found and named', () => {
  const added = [
    'output/more.1.log',
    'inform/letter.md',
    'sources/another/runbooks/it.mdx',
    'approvals/9.json',
    'approvals/late.approval',
    'terminal-2.cast',
    'another.cast',
  ]
  for (const name of added) {
    const copy = withJournal(sealed, journalOf(sealed))
    mkdirSync(path.dirname(path.join(copy, name)), { recursive: true })
    writeFileSync(path.join(copy, name), '')
    const named = verifyRun(copy).problems.find(({ file }) => file === path.join(copy, name))
    assert.ok(named, name)
    rmSync(path.join(copy, name))
    symlinkSync('/dev/zero', path.join(copy, name))
    assert.ok(found(copy), `${name}, a link`)
    if (/^output|cast$/.test(name)) continue
    const open = withJournal(paused, journalOf(paused))
    mkdirSync(path.dirname(path.join(open, name)), { recursive: true })
    writeFileSync(path.join(open, name), '')
    assert.deepEqual(verifyRun(open).problems, [], `${name}: a run that is not sealed goes on`)
  }
})

void test('what comes after the seal by right is no finding: signature, messages that leave later', () => {
  const copy = withJournal(sealed, journalOf(sealed))
  mkdirSync(path.join(copy, 'outbox', 'sent'), { recursive: true })
  for (const name of ['seal.sig', 'outbox/sent/1.json', 'supervisor.log', 'supervision.ndjson'])
    writeFileSync(path.join(copy, name), '')
  assert.deepEqual(verifyRun(copy).problems, [])
})

void test('an unfinished journal that was cut off before a fence is found by what the fence printed', () => {
  const lines = linesOf(paused)
  const copy = withJournal(paused, '')
  const lastOutput = lines.findLastIndex((line) => line.includes('"event":"fence-started"'))
  for (let kept = 0; kept <= lastOutput; kept += 1) {
    writeFileSync(
      path.join(copy, 'journal.ndjson'),
      lines
        .slice(0, kept)
        .map((line) => `${line}\n`)
        .join(''),
    )
    assert.ok(found(copy), `${kept} lines kept`)
  }
})

void test('the seal is taken away, or both it and the line of the seal: found', () => {
  const copy = withJournal(sealed, journalOf(sealed))
  rmSync(path.join(copy, 'seal.json'))
  assert.ok(found(copy))
  writeFileSync(path.join(copy, 'journal.ndjson'), `${linesOf(sealed).slice(0, -1).join('\n')}\n`)
  assert.ok(found(copy))
})
