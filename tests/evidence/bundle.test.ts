import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { unzipSync } from 'fflate'
import { repositoryFile } from '../document/temporary-project.ts'
import { openToOthers } from '../helpers/modes.ts'
import { endProcesses } from '../helpers/processes.ts'
import { MARK, Project, runbook, step } from '../helpers/project.ts'

const VERIFIER = repositoryFile('src/cli/evidence/verify.mjs')
const DRILL = {
  v: 1,
  run: '20261101-100000-hello-0001',
  runbook: 'hello',
  title: 'Hello',
  service: 'shop',
  environment: 'plain',
  startedAt: '2026-11-01T10:00:00.000Z',
  finishedAt: '2026-11-01T10:01:00.000Z',
  operator: 'ada',
  digest: 'd'.repeat(64),
  journalHash: 'e'.repeat(64),
  versions: {},
  fault: null,
  objective: { rtoMs: 900_000, rpoMs: 0, approvedBy: 'ada', approvedAt: '2026-10-05' },
  measured: {
    rtoMs: 1_000_000,
    rpoMs: 0,
    machineMs: null,
    humanMs: null,
    acknowledged: 10,
    lost: 0,
    indeterminate: 0,
    recovered: 0,
    writesPerSecond: 1,
    replication: null,
  },
  steps: [],
  verdict: 'failed',
}

function verify(
  folder: string,
  verifier = path.join(folder, 'verify.mjs'),
): { code: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [verifier, folder], {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  })
  return { code: status, text: stdout + stderr }
}

void describe('an evidence bundle', () => {
  let scratch: string
  let bundle: string
  let project: Project

  before(async () => {
    scratch = mkdtempSync(path.join(tmpdir(), 'drillbook-evidence-'))
    bundle = path.join(scratch, 'bundle')
    project = new Project(path.join(scratch, 'project'), {
      'runbooks/hello.mdx': runbook(step('hello', 'expect="1s"', ['sh run', 'echo hello'])),
      'runbooks/open.mdx': runbook(
        '<Inform id="tell" audience="customers" template="news">\n\n## Tell\n\n</Inform>\n' +
          step('stops', 'expect="1s"', ['sh run', 'false']),
      ),
      'templates/inform/news.hbs': 'News.\n',
      'docs/drills/20261101-100000-hello-0001.json': JSON.stringify(DRILL),
      'docs/plan/frameworks/soc2.yaml': readFileSync(
        repositoryFile('docs/plan/frameworks/soc2.yaml'),
        'utf8',
      ),
    })
    const git = (...args: string[]): unknown =>
      spawnSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
        cwd: project.root,
        env: {
          ...process.env,
          GIT_COMMITTER_DATE: '2026-10-06T10:00:00Z',
          GIT_AUTHOR_DATE: '2026-10-06T10:00:00Z',
        },
      })
    git('init', '-q')
    git('add', 'docs/plan', 'runbooks')
    git('commit', '-qm', 'The plan')
    process.umask(0o022)
    await project.run('hello')
    await project.run('open')
    const made = await project.cli([
      'evidence',
      '--framework',
      'soc2',
      '--from',
      '2026-01-01',
      '--to',
      '2099-12-31',
      '--out',
      bundle,
      '--no-pdf',
    ])
    assert.equal(made.code, 0, made.stderr)
  })
  after(async () => {
    await endProcesses(`${MARK}=${project.root}`)
    rmSync(scratch, { recursive: true, force: true })
  })

  const files = (): string[] =>
    readdirSync(bundle, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(bundle, path.join(entry.parentPath, entry.name)))
      .sort()

  void test('verifies with its own verifier and node, and so does its zip', () => {
    const { code, text } = verify(bundle)
    assert.equal(code, 0, text)
    const entries = Object.entries(unzipSync(readFileSync(`${bundle}.zip`)))
    assert.equal(entries.length, files().length)
    for (const [name, bytes] of entries)
      assert.deepEqual(Buffer.from(bytes), readFileSync(path.join(scratch, name)), name)
  })

  void test('is private as the runs in it are, and so is its zip', () => {
    assert.deepEqual(openToOthers(bundle), [])
    assert.equal(statSync(`${bundle}.zip`).mode & 0o777, 0o600)
  })

  void test('holds of a sealed run what its seal names and what proves it, of one that is not sealed everything', () => {
    const packed = (id: string): string[] =>
      files()
        .filter((file) => file.startsWith(`runs/${id}/`))
        .map((file) => file.slice(`runs/${id}/`.length))
    const [sealed = '', open = ''] = project.runIds()
    assert.ok(packed(sealed).includes('seal.json'))
    assert.ok(!packed(sealed).some((file) => file.startsWith('supervis')), packed(sealed).join())
    assert.ok(!packed(open).includes('seal.json'))
    assert.ok(packed(open).includes('supervision.ndjson'), packed(open).join())
  })

  void test('holds the whole population, the failed drill with the commit that held its objective before', () => {
    const [row] = JSON.parse(readFileSync(path.join(bundle, 'population.json'), 'utf8'))
    assert.equal(row.verdict, 'failed')
    assert.equal(row.approval, 'before')
    assert.equal(row.commit.holdsObjective, true)
    assert.ok(row.commit.at < row.startedAt)
    const index = readFileSync(path.join(bundle, 'index.html'), 'utf8')
    assert.match(index, /support the controls/)
    assert.doesNotMatch(index, /complian/i)
    assert.match(index, /none passed, of 1/)
    assert.ok(files().some((file) => /^runs\/.*\/journal\.ndjson$/.test(file)))
  })

  /** What one change in a copy makes of the verdict. The verifier itself is checked by one that is trusted. */
  function afterChange(change: (copy: string) => void): { code: number | null; text: string } {
    const copy = path.join(scratch, 'copy')
    rmSync(copy, { recursive: true, force: true })
    cpSync(bundle, copy, { recursive: true })
    change(copy)
    return verify(copy, VERIFIER)
  }

  void test('shows one flipped byte in any file', () => {
    for (const file of files()) {
      const { length } = readFileSync(path.join(bundle, file))
      if (length === 0) continue
      fc.assert(
        fc.property(fc.nat({ max: length - 1 }), fc.integer({ min: 1, max: 255 }), (at, bits) => {
          const { code, text } = afterChange((copy) => {
            const bytes = readFileSync(path.join(copy, file))
            bytes[at] = (bytes[at] ?? 0) ^ bits
            writeFileSync(path.join(copy, file), bytes)
          })
          assert.equal(code, 1, `${file}, byte ${at} ^ ${bits}\n${text}`)
          assert.match(text, /CHANGED: \d+ findings/)
        }),
        { numRuns: 3 },
      )
    }
  })

  void test('shows a file that is gone, and one that was added', () => {
    for (const file of files()) {
      const { code } = afterChange((copy) => rmSync(path.join(copy, file)))
      assert.equal(code, 1, file)
    }
    assert.equal(afterChange((copy) => writeFileSync(path.join(copy, 'docs/more.txt'), '')).code, 1)
  })

  void test('names the line of a journal that was changed', () => {
    const journal = files().find((file) => file.endsWith('journal.ndjson')) ?? ''
    const { code, text } = afterChange((copy) => {
      const file = path.join(copy, journal)
      writeFileSync(file, readFileSync(file, 'utf8').replace('"hello"', '"hullo"'))
    })
    assert.equal(code, 1)
    assert.match(text, /does not follow from the line before it/)
  })

  void test('is not written over', async () => {
    const again = await project.cli([
      'evidence',
      '--framework',
      'soc2',
      '--from',
      '2026-01-01',
      '--to',
      '2099-12-31',
      '--out',
      bundle,
      '--no-pdf',
    ])
    assert.equal(again.code, 2)
    assert.match(again.stderr, /is there already/)
  })

  void test('wants days and a framework that there are', async () => {
    for (const [args, expected] of [
      [
        ['--framework', 'soc3', '--from', '2026-01-01', '--to', '2099-12-31'],
        /no map of the framework "soc3"\n.*soc2/,
      ],
      [
        ['--framework', 'soc2', '--from', '2026-02-30', '--to', '2099-12-31'],
        /--from 2026-02-30: expected a day/,
      ],
      [['--framework', 'soc2', '--from', '2099-12-31', '--to', '2026-01-01'], /is after --to/],
    ] as [string[], RegExp][]) {
      const { code, stderr } = await project.cli(['evidence', ...args])
      assert.equal(code, 2)
      assert.match(stderr, expected)
    }
    assert.ok(!existsSync(project.path('evidence-soc2-2026-01-01-2099-12-31')))
  })
})
