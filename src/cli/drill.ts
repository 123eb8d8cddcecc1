import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { findFault } from '../drill/faults/index.ts'
import { presentLedger } from '../drill/ledger-of-fault.ts'
import { wrap } from '../host/text.ts'
import type { Lab } from '../lab/index.ts'
import { drillRecord } from '../reports/drill-record.ts'
import type { DrillRecord } from '../reports/drill-record.ts'
import type { OpenRun } from './run-session.ts'

const STEADY_TIMEOUT_MS = 60_000

/** Customers are being served at the full rate, and the ledger holds this drill's orders only. */
export async function reachSteadyState(lab: Lab, say: (line: string) => void): Promise<void> {
  say(`Waiting until the canary places ${lab.options.writesPerSecond} orders a second without a failure …`)
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
  // Whoever uses the lab meanwhile may begin another ledger: this one is what the drill is measured by.
  const ledger = await presentLedger(lab.canary)
  const { at, detail } = await fault.inject(lab, drill.on)
  session.record({
    event: 'fault-injected',
    fault: drill.fault,
    on: drill.on,
    faultAt: new Date(at).toISOString(),
    detail,
    ...(ledger === undefined ? {} : { ledger }),
  })
  session.commit()
  tell(detail)
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
