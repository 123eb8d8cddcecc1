import { createHash } from 'node:crypto'
import type { EventBody, JournalEvent } from '../../src/model/event.ts'
import { parseEvent } from '../../src/model/event.ts'
import type { RunSource } from '../../src/reports/postmortem/sources.ts'
import { citedLines } from '../../src/reports/postmortem/sources.ts'

const DIGEST = 'd'.repeat(64)

export const STARTED: EventBody = {
  event: 'run-started',
  run: 'r1',
  runbook: 'database-failure',
  title: 'Database failure',
  service: 'orders-db',
  mode: 'drill',
  lab: 'default',
  host: 'sample',
  pid: 1,
  boot: 'b',
  versions: {},
  inputs: {},
  objective: { rtoMs: 900_000, rpoMs: 0, approvedBy: 'ada', approvedAt: '2026-10-05' },
  targets: {},
  sources: [],
}
export const FAULT: EventBody = {
  event: 'fault-injected',
  fault: 'postgres-kill',
  on: 'orders-db.primary',
  faultAt: '2026-11-21T10:00:01.500Z',
  detail: 'killed',
}
export const MEASURED: EventBody = {
  event: 'run-measured',
  measurement: {
    faultAt: '2026-11-21T10:00:01.500Z',
    rtoMs: 858,
    rpoMs: 0,
    machineMs: 858,
    humanMs: 0,
    detectionMs: null,
    acknowledged: 602,
    lost: 0,
    indeterminate: 12,
    recovered: 6,
    writesPerSecond: 116.4,
    replication: 'remote_apply',
  },
}
export const FINISHED: EventBody = {
  event: 'run-finished',
  result: 'succeeded',
  reason: '',
  durationMs: 5000,
}

/** Bodies as the lines of a journal: numbered, timed a second apart, chained. */
export function journalText(bodies: readonly EventBody[]): string {
  let prev = '0'.repeat(64)
  return bodies
    .map((body, index) => {
      const at = new Date(Date.parse('2026-11-21T10:00:00.000Z') + index * 1000).toISOString()
      const head = { v: 1, seq: index + 1, at, mono: index * 1000, event: body.event }
      const line = JSON.stringify({
        ...head,
        ...body,
        digest: DIGEST,
        operator: 'ada',
        environment: 'lab',
        prev,
      })
      prev = createHash('sha256').update(line).digest('hex')
      return `${line}\n`
    })
    .join('')
}

export function runSource(bodies: readonly EventBody[], more: Partial<RunSource> = {}): RunSource {
  const text = journalText(bodies)
  const lines = text.split('\n').slice(0, -1)
  const events = lines.map((line): JournalEvent => parseEvent(JSON.parse(line)))
  const hash = createHash('sha256')
    .update(lines.at(-1) ?? '')
    .digest('hex')
  return {
    id: 'r1',
    lines: citedLines('r1', { events, end: { seq: events.length, hash } }),
    expected: new Map(),
    output: () => undefined,
    ...more,
  }
}
