import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { Journal, START } from '../../src/journal/append.ts'
import type { EventBody } from '../../src/model/event.ts'

/** A run on disk that a test lets go on, line by line: the real journal, without a runner. */
export function growingRun(t: TestContext, runbook: string, digest = 'ab'.repeat(32)) {
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
