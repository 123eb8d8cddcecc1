import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { findFault } from '../drill/faults/index.ts'
import { wrap } from '../host/text.ts'
import { formatDuration } from '../model/duration.ts'
import { measure } from '../drill/measurement.ts'
import { humanTime } from '../drill/time-split.ts'
import { readJournal } from '../journal/read.ts'
import { journalFile } from '../journal/run-directory.ts'
import type { Lab } from '../lab/index.ts'
import { drillRecord } from '../reports/drill-record.ts'
import type { DrillRecord } from '../reports/drill-record.ts'
import type { OpenRun } from './run-session.ts'

const STEADY_TIMEOUT_MS = 60_000
const RECOVERY_TIMEOUT_MS = 30_000
export const MEASURED_WITHIN = formatDuration(RECOVERY_TIMEOUT_MS)
/** After a rollback nobody expects the service to be back. */
const GIVEN_UP_MS = 2000

/** Customers are being served at the full rate, and the ledger holds this drill's orders only. */
export async function reachSteadyState(lab: Lab, say: (line: string) => void): Promise<void> {
  say(
    `Waiting until the canary places ${lab.options.writesPerSecond} orders a second through the edge without a failure …`,
  )
  await lab.canary.restartLedger()
  await lab.canary.waitUntilSteady({ timeoutMs: STEADY_TIMEOUT_MS })
}

/** Breaks the lab, saying so. The intent is on disk before it happens. */
export async function injectFault(lab: Lab, open: OpenRun): Promise<void> {
  const { session } = open
  const { drill } = session.runbook
  if (!drill) return
  const fault = findFault(drill.fault)
  await open.ready()
  const tell = (text: string): void => wrap(text, open.screen.width).forEach((line) => open.screen.line(line))
  tell(`\nThis is a drill. Now: ${fault.summary} (${drill.fault} on ${drill.on})`)
  session.record({ event: 'note-added', text: `drill: about to inject ${drill.fault} on ${drill.on}` })
  session.commit()
  const { at, detail } = await fault.inject(lab, drill.on)
  session.record({
    event: 'fault-injected',
    fault: drill.fault,
    on: drill.on,
    faultAt: new Date(at).toISOString(),
    detail,
  })
  session.commit()
  tell(detail)
}

/** What is measured, and where it is told. */
type Measured = {
  session: Pick<OpenRun['session'], 'state' | 'record'>
  screen: Pick<OpenRun['screen'], 'line' | 'width'>
  directory: string
}

/** Computes RTO and RPO from what the canary saw, once service is sustained; what could not be measured stays null. */
export async function measureDrill(lab: Pick<Lab, 'canary' | 'options'>, open: Measured): Promise<void> {
  const { session, directory } = open
  const { fault } = session.state
  if (!fault) return
  const faultAt = Date.parse(fault.faultAt)
  const recovered = await lab.canary
    .waitUntilRecovered({
      after: faultAt,
      timeoutMs: session.state.rollback ? GIVEN_UP_MS : RECOVERY_TIMEOUT_MS,
    })
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  if (recovered instanceof Error) note(open, recovered.message)
  // The ledger first: an order acknowledged between the two looks would otherwise count as lost.
  const ledger = await lab.canary.ledger()
  const found = await lab.canary.foundIds().catch((error: unknown) => {
    note(open, `the orders could not be listed afterwards: ${String(error)}`)
    return undefined
  })
  const measured = measure(ledger, faultAt, found)
  const { rtoMs, firstFailureAt, restoredAt, unacknowledgedAfterRestoration: again } = measured
  if (again !== null && again > 0)
    note(open, `after the restoration ${again} ${again === 1 ? 'order was' : 'orders were'} not acknowledged`)
  const events = readJournal(journalFile(directory)).events
  const humanMs =
    firstFailureAt === null || restoredAt === null
      ? session.state.humanMs
      : humanTime(events, firstFailureAt, restoredAt)
  session.record({
    event: 'run-measured',
    measurement: {
      faultAt: fault.faultAt,
      rtoMs,
      rpoMs: measured.rpoMs,
      humanMs,
      machineMs: rtoMs === null ? 0 : Math.max(0, rtoMs - humanMs),
      // The drill begins the run itself: nobody had to notice anything.
      detectionMs: null,
      acknowledged: measured.acknowledged,
      lost: measured.lost,
      indeterminate: measured.indeterminate,
      recovered: measured.recovered,
      writesPerSecond: measured.writesPerSecondBefore,
      replication: lab.options.synchronousCommit,
    },
  })
}

/** For the record, and for whoever watches. */
function note({ session, screen }: Measured, text: string): void {
  session.record({ event: 'note-added', text: `drill: ${text}` })
  for (const line of wrap(`Drill: ${text}`, screen.width)) screen.line(line)
}

/** Publishes the record of a drill, passed or failed: docs/drills shows all of them. */
export async function publishDrill({ session, screen }: OpenRun, journalHash: string): Promise<DrillRecord> {
  const record = drillRecord(session.runbook, session.state, journalHash)
  const file = path.join('docs', 'drills', `${session.state.run}.json`)
  mkdirSync(path.join(session.root, 'docs', 'drills'), { recursive: true })
  writeFileSync(path.join(session.root, file), `${JSON.stringify(record, null, 2)}\n`)
  screen.line(`Drill record: ${file}`)
  return record
}
