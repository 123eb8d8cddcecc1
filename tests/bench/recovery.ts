import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { findFault } from '../../src/drill/faults/index.ts'
import { measure as measureOutage } from '../../src/drill/measurement.ts'
import { defaultOptions, down, up } from '../../src/lab/index.ts'
import type { Lab } from '../../src/lab/index.ts'
import { recoverBarely } from './bare-recovery.ts'
import { compare, interleave } from './measure.ts'
import type { Options, Row, Section } from './measure.ts'
import { DRILLBOOK, makeProject } from './project.ts'
import type { Project } from './project.ts'

const NAME = 'recovery'
const TARGET = { atMost: 2, aim: 1.5 }
const LAB = 'bench'
const PATIENCE = { timeoutMs: 60_000 }
const FAULT = { name: 'postgres-kill', on: 'orders-db.primary' }

/** The outage that customers see, from the fault to sustained service: the runbook's against that of a script with nothing around it. */
export const recovery: Section = { name: NAME, title: 'Unattended recovery in the lab (RTO)', run: measure }

async function measure({ labRounds, say }: Options): Promise<Row[]> {
  const labs = mkdtempSync(path.join(tmpdir(), 'drillbook-bench-labs-'))
  // The account that runs PostgreSQL, when this runs as root, has to pass through.
  chmodSync(labs, 0o711)
  const before = process.env['DRILLBOOK_LAB']
  process.env['DRILLBOOK_LAB'] = labs
  const project = makeProject()
  try {
    const taken = await interleave(
      {
        floor: () => inFreshLab((lab) => outageOf(lab, () => recoverBarely(lab))),
        runbook: () => inFreshLab(() => outageOfRunbook(project)),
      },
      labRounds,
    )
    for (const name of ['floor', 'runbook'] as const)
      say(`RTO, ${name}: ${taken(name).map(Math.round).join(', ')} ms`)
    const names = {
      section: NAME,
      what: 'run database-failure --yes',
      against: 'fence, pg_promote, switch, write',
    }
    return [compare(names, { what: taken('runbook'), against: taken('floor') }, TARGET)]
  } finally {
    if (before === undefined) delete process.env['DRILLBOOK_LAB']
    else process.env['DRILLBOOK_LAB'] = before
    rmSync(labs, { recursive: true, force: true })
  }
}

async function inFreshLab(work: (lab: Lab) => Promise<number>): Promise<number> {
  const ignore = (): void => undefined
  const lab = await up({ ...defaultOptions, name: LAB }, ignore)
  try {
    return await work(lab)
  } finally {
    await down(LAB, ignore)
  }
}

/** As `drillbook run` does it: steady state, fault, recovery, then the clocks read from what the canary saw. */
async function outageOf(lab: Lab, recover: () => Promise<void>): Promise<number> {
  await lab.canary.restartLedger()
  await lab.canary.waitUntilSteady(PATIENCE)
  const { at } = await findFault(FAULT.name).inject(lab, FAULT.on)
  await recover()
  await lab.canary.waitUntilRecovered({ after: at, ...PATIENCE })
  const ledger = await lab.canary.ledger()
  const { rtoMs, lost } = measureOutage(ledger, at, await lab.canary.foundIds())
  return requireRecovered({ rtoMs, lost })
}

/** The fault is the runbook's own; so are the clocks. */
async function outageOfRunbook(project: Project): Promise<number> {
  const [file, ...words] = DRILLBOOK
  const run = ['run', 'database-failure', '--yes', '--env', 'lab', '--lab', LAB]
  await promisify(execFile)(file, [...words, ...run], {
    cwd: project.root,
    env: { ...process.env, ...project.env },
  })
  const measured = project
    .newestJournal('database-failure')
    .find((line) => line.includes('"event":"run-measured"'))
  return requireRecovered(measuredEvent.parse(JSON.parse(measured ?? 'null')).measurement)
}

const measuredEvent = z.object({
  measurement: z.object({ rtoMs: z.number().nullable(), lost: z.number().nullable() }),
})

function requireRecovered({ rtoMs, lost }: { rtoMs: number | null; lost: number | null }): number {
  if (rtoMs !== null && lost === 0) return rtoMs
  throw new Error(`not a recovery: RTO ${rtoMs} ms, ${lost} acknowledged orders lost`)
}
