import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Journal, START } from '../../src/journal/append.ts'
import { writeSeal } from '../../src/journal/seal.ts'
import type { EventBody } from '../../src/model/event.ts'

/** What a test has, or whoever tidies up by himself. */
type Ending = { after: (end: () => void) => void }

/** A run on disk that a test lets go on, line by line: the real journal, without a runner. */
export function growingRun(t: Ending, runbook: string, digest = 'ab'.repeat(32)) {
  const directory = mkdtempSync(path.join(tmpdir(), 'drillbook-live-'))
  mkdirSync(path.join(directory, 'output'))
  const file = path.join(directory, 'journal.ndjson')
  const clock = { now: Date.now, monotonic: () => performance.now() }
  const head = { digest, operator: 'maria', environment: 'lab' }
  const journal = new Journal([file], head, START, clock)
  t.after(() => {
    journal.close()
    rmSync(directory, { recursive: true, force: true })
  })
  const record = (...bodies: EventBody[]): void => {
    for (const body of bodies) journal.append(body)
    journal.commit()
  }
  record({
    event: 'run-started',
    run: path.basename(directory),
    runbook,
    title: 'A test',
    service: 'ledger-db',
    mode: 'interactive',
    lab: null,
    host: 'here',
    pid: 1,
    boot: 'b',
    versions: {},
    inputs: {},
    objective: { rtoMs: 900_000, rpoMs: 0, approvedBy: 'x', approvedAt: '2026-01-01' },
    targets: {},
    sources: [],
  })
  return { directory, file, journal, record }
}

export function fence(step: string, job: string): EventBody {
  const place = 'runbooks/ledger.mdx:1'
  return { event: 'fence-started', step, job, role: 'run', lang: 'sh', place, sha256: 'cd'.repeat(32) }
}

export function finished(step: string, result: 'done' | 'failed' = 'done'): EventBody {
  return { event: 'step-finished', step, result, reason: '', durationMs: 1234, outputs: {} }
}

const CAST = [
  { version: 2, width: 40, height: 4 },
  [0.1, 'o', 'what the terminal showed'],
  [0.2, 'o', '\r\n'],
]

/** A run of tests/site's ledger runbook that is over and sealed, with what it printed and a recording. */
export function sealedRun(t: Ending, digest?: string): string {
  const { directory, journal, record } = growingRun(t, 'ledger', digest)
  const files: Record<string, string> = {
    'output/look-1.log': 'looked at \u001b[31mit\u001b[0m\n',
    'terminal.cast': CAST.map((line) => `${JSON.stringify(line)}\n`).join(''),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text)
  record(
    { event: 'step-confirmed', step: 'look', by: 'person', waitedMs: 4200 },
    { event: 'step-started', step: 'look', attempt: 1 },
    fence('look', 'look-1'),
  )
  record(
    {
      event: 'fence-finished',
      step: 'look',
      job: 'look-1',
      outcome: { kind: 'ok', durationMs: 1234, outputs: {} },
      found: 'live',
    },
    finished('look'),
    { event: 'note-added', step: 'look', text: 'It was slow today' },
    { event: 'decision-made', step: 'which', choice: 'host', by: 'person', waitedMs: 1000 },
    { event: 'step-skipped', step: 'clean', reason: 'which is host', by: 'condition' },
    { event: 'step-started', step: 'move', attempt: 1 },
    finished('move', 'failed'),
    { event: 'rollback-started', reason: 'it failed' },
    { event: 'run-finished', result: 'rolled-back', reason: 'it failed', durationMs: 9000 },
  )
  const hashes = Object.keys(files).map((name) => [
    name,
    createHash('sha256')
      .update(readFileSync(path.join(directory, name)))
      .digest('hex'),
  ])
  record({ event: 'run-sealed', files: Object.fromEntries(hashes) })
  writeSeal(directory, journal.end)
  return directory
}
