import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { followClock, labTime, setClock } from '../../src/lab/clock.ts'
import { getJson } from '../../src/lab/http.ts'
import { readLedger, type Attempt } from '../../src/lab/ledger.ts'
import { canaryStatus } from '../../src/lab/tracker.ts'
import { z } from 'zod'
import { canary } from './canary-process.ts'

const waited = z.object({ met: z.boolean(), status: canaryStatus })

async function attempts(file: string): Promise<Attempt[]> {
  return (await readLedger(file)).filter((record) => record.type === 'attempt')
}

void test('it is idle until its first ledger, then steady; the ledger holds every attempt', async (t) => {
  const { child, address, begin } = await canary(t)
  assert.equal((await getJson(`${address}/status`, canaryStatus)).state, 'idle')
  const { ledger = '', prefix = '' } = await begin()
  const { met, status } = await getJson(`${address}/wait?until=steady&seconds=1`, waited, {
    timeoutMs: 10_000,
  })
  assert.equal(met, true)
  assert.equal(status.state, 'writing')

  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
  const recorded = await attempts(ledger)
  assert.ok(recorded.length >= status.acknowledged)
  const sequence = recorded.map(({ n }) => n).sort((a, b) => a - b)
  assert.deepEqual(
    sequence,
    sequence.map((_, index) => index + 1),
  )
  assert.ok(recorded.every(({ id, sentAt, doneAt }) => id.startsWith(prefix) && doneAt >= sentAt))
})

void test('a failure and the recovery can be awaited, and orders after it are read back', async (t) => {
  const { address, edge, begin } = await canary(t)
  const { ledger = '' } = await begin()
  await getJson(`${address}/wait?until=steady&seconds=0.2`, waited, { timeoutMs: 10_000 })
  const after = performance.timeOrigin + performance.now()
  edge.up = false
  const failure = await getJson(`${address}/wait?until=failure&after=${after}`, waited, { timeoutMs: 10_000 })
  assert.ok((failure.status.firstFailureAt ?? 0) >= after)
  edge.up = true
  const { status } = await getJson(`${address}/wait?until=recovered&after=${after}`, waited, {
    timeoutMs: 10_000,
  })
  assert.ok(status.verified > 0)
  const records = await readLedger(ledger)
  const failed = records.filter((record) => record.type === 'attempt' && record.outcome === 'failed')
  const lastFailed = Math.max(...failed.map(({ n }) => n))
  assert.ok(records.some((record) => record.type === 'verified' && record.n > lastFailed))
})

void test('a new ledger begins with nothing and leaves the old one whole', async (t) => {
  const { address, begin } = await canary(t)
  const one = await begin()
  await getJson(`${address}/wait?until=steady&seconds=0.2`, waited, { timeoutMs: 10_000 })
  const two = await begin()
  assert.notEqual(one.ledger, two.ledger)
  await getJson(`${address}/wait?until=steady&seconds=0.2`, waited, { timeoutMs: 10_000 })
  await getJson(`${address}/flush`, canaryStatus, { method: 'POST' })
  const [older, newer] = [await attempts(one.ledger ?? ''), await attempts(two.ledger ?? '')]
  assert.ok(older.every(({ id }) => id.startsWith(one.prefix ?? '-')))
  assert.ok(newer.every(({ id }) => id.startsWith(two.prefix ?? '-')))
  assert.equal(Math.min(...newer.map(({ n }) => n)), 1)
})

void test('a ledger that cannot be written stops it, and it says so', async (t) => {
  // The shell's limit on the size of files makes the disk look full after a few records.
  const { child, address, begin } = await canary(t, 'ulimit -f 8;')
  const said = once(child.stderr ?? child, 'data')
  await begin()
  const { met, status } = await getJson(`${address}/wait?until=steady&seconds=60`, waited, {
    timeoutMs: 20_000,
  })
  assert.equal(met, false)
  assert.equal(status.state, 'stopped')
  assert.match(status.reason ?? '', /the ledger .* cannot be written/)
  assert.match(String(await said), /the canary stopped: the ledger/)
})

void test('a machine that slept, or a clock that was stepped: who breaks something goes by the clock of the canary', async (t) => {
  const behind = 'const now = Date.now; Date.now = () => now() - 600_000'
  const preload = `data:text/javascript,${encodeURIComponent(behind)}`
  const { edge, control } = await canary(t, `NODE_OPTIONS='--import ${preload}'`)
  t.after(() => setClock())
  await control.restartLedger()
  assert.ok(Math.abs(Date.now() - labTime() - 600_000) < 100, 'its clock is followed')
  await control.waitUntilSteady({ timeoutMs: 10_000 })
  const after = labTime()
  edge.up = false
  const broken = await control.waitUntilFailure({ after, timeoutMs: 5000 })
  assert.ok((broken.firstFailureAt ?? 0) >= after && (broken.firstFailureAt ?? Infinity) < after + 1000)
  edge.up = true
  const restored = await control.waitUntilRecovered({ after, timeoutMs: 5000 })
  assert.ok(restored.verified > 0)
})

void test('the clock of another process is followed exactly', () => {
  const ahead = setClock()
  const mine = labTime()
  followClock(ahead + 5000)
  assert.ok(labTime() - mine >= 5000 && labTime() - mine < 5100)
  followClock(ahead)
})
