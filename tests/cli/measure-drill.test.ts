import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { measureDrill } from '../../src/cli/drill.ts'
import { systemClock } from '../../src/host/clock.ts'
import { Journal, START } from '../../src/journal/append.ts'
import { emptyState, fold, type RunState } from '../../src/journal/fold.ts'
import { journalFile } from '../../src/journal/run-directory.ts'
import { labTime } from '../../src/lab/clock.ts'
import { defaultOptions } from '../../src/lab/options.ts'
import type { EventBody, JournalEvent } from '../../src/model/event.ts'
import { canary, type CanaryProcess } from '../lab/canary-process.ts'

const PATIENCE = { timeoutMs: 10_000 }
const HEAD = { digest: '0'.repeat(64), operator: 'tester', environment: 'lab' }

type Drill = {
  state: RunState
  /** What the operator was told. */
  said: () => string
  record: (body: EventBody) => JournalEvent
  measure: () => Promise<NonNullable<RunState['measurement']>>
}

/** The journal of a drill, measured against a canary. */
function drill(t: TestContext, { control }: CanaryProcess): Drill {
  const directory = mkdtempSync(join(tmpdir(), 'drillbook-measure-'))
  const state = emptyState()
  const lines: string[] = []
  const journal = new Journal([journalFile(directory)], HEAD, START, systemClock)
  t.after(() => {
    journal.close()
    rmSync(directory, { recursive: true })
  })
  const record = (body: EventBody): JournalEvent => {
    const event = journal.append(body)
    fold(state, event)
    return event
  }
  const screen = { width: 1000, line: (text = '') => void lines.push(text) }
  return {
    state,
    said: () => lines.join('\n'),
    record,
    async measure() {
      await measureDrill(
        { canary: control, options: defaultOptions },
        { session: { state, record }, screen, directory },
      )
      assert.ok(state.measurement)
      return state.measurement
    },
  }
}

/** Customers are served, then not, then again; returns when that began. */
async function outage({ control, edge }: CanaryProcess): Promise<number> {
  await control.restartLedger()
  await control.waitUntilSteady({ ...PATIENCE, seconds: 0.5 })
  const at = labTime()
  edge.up = false
  await control.waitUntilFailure({ after: at, ...PATIENCE })
  edge.up = true
  await control.waitUntilRecovered({ after: at, ...PATIENCE })
  return at
}

function injected(faultAt: number): EventBody {
  const at = new Date(faultAt).toISOString()
  return {
    event: 'fault-injected',
    fault: 'postgres-kill',
    on: 'orders-db.primary',
    faultAt: at,
    detail: 'killed',
  }
}

void test('orders that were not acknowledged after the restoration are told', async (t) => {
  const lab = await canary(t)
  const run = drill(t, lab)
  run.record(injected(await outage(lab)))
  const again = labTime()
  lab.edge.up = false
  await lab.control.waitUntilFailure({ after: again, ...PATIENCE })
  lab.edge.up = true
  const measured = await run.measure()
  assert.ok(measured.rtoMs !== null && measured.rtoMs > 0)
  assert.deepEqual([measured.lost, measured.rpoMs], [0, 0])
  assert.match(run.said(), /after the restoration [1-9]\d* orders? (was|were) not acknowledged/)
})
