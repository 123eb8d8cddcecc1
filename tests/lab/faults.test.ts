import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { findFault } from '../../src/drill/faults/index.ts'
import { measure, type Measurement } from '../../src/drill/measurement.ts'
import { startNode, up, type Lab } from '../../src/lab/index.ts'
import { OperatorError } from '../../src/model/problem.ts'
import { accepts, labRoot, options, promote, quiet, setRoute } from './support.ts'

const PATIENCE = { timeoutMs: 20_000 }

async function inject(lab: Lab, name: string, on?: string): Promise<{ at: number; detail: string }> {
  const fault = findFault(name)
  return fault.inject(lab, on ?? fault.defaultTarget)
}

/** The fault, and the shortest failover there is, by hand. */
async function failOver(lab: Lab, fault: string): Promise<Measurement> {
  await lab.canary.restartLedger()
  await lab.canary.waitUntilSteady(PATIENCE)
  const { at, detail } = await inject(lab, fault)
  assert.match(detail, /killed .*eu-west/)
  await lab.canary.waitUntilFailure({ after: at, ...PATIENCE })
  await promote(lab, 'us-east')
  await setRoute(lab, 'us-east')
  await lab.canary.waitUntilRecovered({ after: at, ...PATIENCE })
  return measure(await lab.canary.ledger(), at, await lab.canary.foundIds())
}

function fence(lab: Lab): void {
  const { dataDirectory } = lab.nodes['eu-west']
  writeFileSync(join(dataDirectory, 'standby.signal'), '')
  writeFileSync(
    join(dataDirectory, 'pg_hba.conf'),
    'host all all all reject\nhost replication all all reject\n',
  )
  writeFileSync(join(dirname(dataDirectory), 'FENCED'), 'by a test\n')
}

function refused(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof OperatorError && error.exit === 'refused' && pattern.test(error.message)
}

void test('asynchronous: what was acknowledged and on the wire is lost; the old primary returns unless fenced', async (t) => {
  labRoot(t)
  // Longer than a busy machine may stand still: what is acknowledged in that time is what is lost.
  const wanted = options({ synchronousCommit: 'async', delayMs: 200, writesPerSecond: 200 })
  const lab = await up(wanted, quiet)
  const measured = await failOver(lab, 'postgres-kill')
  assert.ok((measured.lost ?? 0) > 0, JSON.stringify(measured))
  assert.ok((measured.rpoMs ?? 0) > 0 && (measured.rtoMs ?? 0) > 0, JSON.stringify(measured))
  assert.equal(measured.acknowledged, (measured.lost ?? 0) + (measured.survived ?? 0))

  const targets = await lab.targets()
  assert.ok(
    targets['orders-db.primary']?.kind === 'postgres' && targets['orders-db.primary'].region === 'us-east',
  )
  await assert.rejects(up(wanted, quiet), refused(/eu-west would come back as a second primary/))
  await assert.rejects(startNode(lab, 'eu-west', quiet), refused(/second primary/))

  // Nobody fenced it: a host that knows nothing brings a second primary to life.
  assert.match((await inject(lab, 'old-primary-returns')).detail, /came back: as a primary that takes writes/)
  assert.equal((await lab.health()).healthy, false)
  await inject(lab, 'postgres-kill', 'orders-db.standby')

  fence(lab)
  assert.match((await inject(lab, 'old-primary-returns')).detail, /the start was refused: .* is fenced/)
  assert.equal(await accepts(lab.nodes['eu-west'].postgresPort), false)
  await assert.rejects(up(wanted, quiet), refused(/is fenced and is not started: .*FENCED exists/))
  await assert.rejects(startNode(lab, 'eu-west', quiet), refused(/is fenced/))

  // Even a host that does not look at the marker gets nobody a connection.
  rmSync(join(lab.nodes['eu-west'].directory, 'FENCED'))
  assert.match(
    (await inject(lab, 'old-primary-returns')).detail,
    /came back: and refuses connections: .*reject/,
  )
})

void test('remote_apply: nothing acknowledged is lost, by a cut line or with a whole region', async (t) => {
  labRoot(t)
  const lab = await up(options(), quiet)
  await lab.canary.waitUntilSteady(PATIENCE)
  const cut = await inject(lab, 'replication-cut')
  const { lastOutcome } = await lab.canary.waitUntilFailure({ after: cut.at, ...PATIENCE })
  assert.notEqual(lastOutcome, 'acknowledged')
  assert.equal(await accepts(lab.nodes['eu-west'].replicationPort), false)
  // Its host still answers, and says that no standby follows.
  assert.equal((await lab.health()).healthy, false)
  await up(options(), quiet)
  await lab.canary.waitUntilRecovered({ after: cut.at, ...PATIENCE })
  const held = measure(await lab.canary.ledger(), cut.at, await lab.canary.foundIds())
  assert.equal(held.lost, 0)
  assert.equal(held.rpoMs, 0)
  assert.ok(held.indeterminate > 0, 'orders that waited for the cut standby are not acknowledged')

  const lost = await failOver(lab, 'region-loss')
  assert.deepEqual([lost.lost, lost.rpoMs, lost.lostIds], [0, 0, []])
  assert.ok((lost.rtoMs ?? 0) > 0)
  const { nodes, services } = await lab.health()
  const dead = [...nodes, ...services].filter(({ pid }) => pid === undefined).map(({ part }) => part)
  assert.deepEqual(dead, ['postgres-eu-west', 'delay-proxy-eu-west', 'orders-eu-west'])
  await assert.rejects(inject(lab, 'region-loss', 'orders-db.standby'), refused(/is not running/))
})
