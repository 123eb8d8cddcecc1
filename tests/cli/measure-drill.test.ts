import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { measureDrill } from '../../src/cli/measure-drill.ts'
import { servedNow } from '../../src/cli/served-now.ts'
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

type Measurement = NonNullable<RunState['measurement']>
type Drill = {
  state: RunState
  /** What the operator was told. */
  said: () => string
  record: (body: EventBody) => JournalEvent
  measure: () => Promise<Measurement>
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

function injected(faultAt: number, ledger?: string): EventBody {
  return {
    event: 'fault-injected',
    fault: 'postgres-kill',
    on: 'orders-db.primary',
    faultAt: new Date(faultAt).toISOString(),
    detail: 'killed',
    ...(ledger === undefined ? {} : { ledger }),
  }
}

const NOTHING = {
  rtoMs: null,
  rpoMs: null,
  machineMs: null,
  acknowledged: null,
  lost: null,
  indeterminate: null,
}

/** What was not measured is null, never 0. */
function assertNothing(measured: Measurement): void {
  const { rtoMs, rpoMs, machineMs, acknowledged, lost, indeterminate } = measured
  assert.deepEqual({ rtoMs, rpoMs, machineMs, acknowledged, lost, indeterminate }, NOTHING)
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

void test('another run began a ledger of its own: the losses of this one are in the one before', async (t) => {
  const lab = await canary(t)
  const run = drill(t, lab)
  const at = await outage(lab)
  const { prefix = '' } = await lab.control.status()
  for (const n of [3, 4, 5]) lab.edge.orders.delete(`${prefix}00000000${n}`)
  await lab.control.restartLedger()
  run.record(injected(at, prefix))
  const measured = await run.measure()
  assert.equal(measured.lost, 3)
  assert.ok(measured.rpoMs !== null && measured.rpoMs > 0)
  assert.ok(measured.rtoMs !== null && measured.rtoMs > 0)
  assert.match(run.said(), /another ledger/)
})

void test('a ledger that begins after the fault tells nothing of it', async (t) => {
  const lab = await canary(t)
  const run = drill(t, lab)
  const at = labTime()
  await lab.control.restartLedger()
  await lab.control.waitUntilSteady({ ...PATIENCE, seconds: 0.2 })
  run.record(injected(at))
  lab.edge.up = false
  await lab.control.waitUntilFailure({ after: at, ...PATIENCE })
  lab.edge.up = true
  assertNothing(await run.measure())
  assert.match(run.said(), /not measured: .*begins after the fault/)
})

void test('the ledger of the fault is gone, as with a lab that was built anew', async (t) => {
  const lab = await canary(t)
  const run = drill(t, lab)
  run.record(injected(await outage(lab), '0-'))
  assertNothing(await run.measure())
  assert.match(run.said(), /not measured: .*0-orders\.ndjson/)
})

void test('the canary is dead at the end: its ledger is read from its file', async (t) => {
  const lab = await canary(t)
  const run = drill(t, lab)
  const at = await outage(lab)
  const { prefix = '' } = await lab.control.status()
  lab.edge.orders.delete(`${prefix}000000003`)
  lab.child.kill('SIGKILL')
  await once(lab.child, 'exit')
  run.record(injected(at, prefix))
  const measured = await run.measure()
  assert.equal(measured.lost, 1)
  assert.ok(measured.rtoMs !== null && measured.rtoMs > 0)
  assert.match(run.said(), /canary does not answer/)
  assert.doesNotMatch(run.said(), /another ledger|fetch failed/)
})

void test('the canary died before the fault: what it had seen tells nothing of it', async (t) => {
  const lab = await canary(t)
  const run = drill(t, lab)
  const { prefix = '' } = await lab.begin()
  await lab.control.waitUntilSteady({ ...PATIENCE, seconds: 0.2 })
  lab.child.kill('SIGKILL')
  await once(lab.child, 'exit')
  run.record(injected(labTime() + 1000, prefix))
  assertNothing(await run.measure())
  assert.match(run.said(), /not measured: .*ends before the fault/)
})

void test('the canary is dead and the journal, an older one, does not name its ledger', async (t) => {
  const lab = await canary(t)
  const run = drill(t, lab)
  const at = await outage(lab)
  lab.child.kill('SIGKILL')
  await once(lab.child, 'exit')
  run.record(injected(at))
  assertNothing(await run.measure())
  assert.match(run.said(), /not measured: .*does not name the ledger of the fault/)
})

void test('after a rollback customers are not waited for; that they are not served is told in whole sentences', async (t) => {
  const lab = await canary(t)
  assert.match(await servedNow(lab.control), /is not known: the canary places no orders\.$/)
  const run = drill(t, lab)
  const { prefix = '' } = await lab.begin()
  await lab.control.waitUntilSteady({ ...PATIENCE, seconds: 0.2 })
  assert.match(await servedNow(lab.control), /^Customers are served: \d+ orders/)
  const at = labTime()
  lab.edge.up = false
  await lab.control.waitUntilFailure({ after: at, ...PATIENCE })
  run.record(injected(at, prefix))
  run.record({ event: 'rollback-started', reason: 'a test' })
  await run.measure()
  assert.match(
    run.said(),
    /^Drill: the canary did not see the service recover within 2 s\. npm run lab -- status shows which part does not answer\.$/m,
  )
  assert.match(await servedNow(lab.control), /^Customers are NOT served: the last order failed.*\.$/)
})
