import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { OperatorError } from '../model/problem.ts'
import { labOf, type Lab } from './lab.ts'
import { otherRegion, type LabOptions, type Region } from './options.ts'
import { isPartRunning, labParts, startPart } from './parts.ts'
import { fenceFile, query, startPostgres } from './postgres.ts'
import { readPostmaster } from './postmaster.ts'
import type { LabState } from './state.ts'

/** A lab that is already there: starts again what has stopped, except what would be unsafe. */
export async function repair(
  directory: string,
  state: LabState,
  wanted: LabOptions,
  report: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<Lab> {
  requireSameOptions(state.options, wanted)
  const lab = labOf(directory, state)
  for (const part of labParts(directory, state)) {
    if (isPartRunning(directory, part)) continue
    await startPart(directory, part, signal)
    report(`${part.name} was stopped and is started again`)
    if (part.name === 'canary') await lab.canary.restartLedger()
  }
  // The region of the customers first: the other node is then known to be an old primary, if it is one.
  const active = await lab.activeRegion()
  for (const region of [active, otherRegion(active)]) {
    if (readPostmaster(state.nodes[region].dataDirectory)?.process !== undefined) continue
    await startStoppedNode(directory, state, region, signal)
    report(`PostgreSQL in ${region} was stopped and is started again`)
  }
  return lab
}

function requireSameOptions(present: LabOptions, wanted: LabOptions): void {
  const names = ['synchronousCommit', 'delayMs', 'writesPerSecond'] as const
  const different = names.filter((name) => present[name] !== wanted[name])
  if (different.length === 0) return
  const list = different.map((name) => `${name} ${present[name]}, not ${wanted[name]}`).join('; ')
  throw new OperatorError('refused', {
    message: `the lab '${present.name}' is already up with other options: ${list}`,
    hint: `Take it down first (npm run lab -- down --name ${present.name}), or start a second one under another --name.`,
  })
}

/** The start of a node by hand or by `lab up`: never a fenced one, never a second primary. */
export async function startStoppedNode(
  directory: string,
  state: LabState,
  region: Region,
  signal?: AbortSignal,
): Promise<void> {
  const node = state.nodes[region]
  if (readPostmaster(node.dataDirectory)?.process !== undefined) {
    throw new OperatorError('refused', { message: `PostgreSQL in ${region} is running already` })
  }
  if (!existsSync(fenceFile(node))) await refuseUnsafe(state, region)
  await startPostgres(directory, state, region, signal)
}

async function refuseUnsafe(state: LabState, region: Region): Promise<void> {
  const { dataDirectory } = state.nodes[region]
  if (!existsSync(join(dataDirectory, 'PG_VERSION'))) {
    throw new OperatorError('refused', {
      message: `the node in ${region} has no data directory: ${dataDirectory}`,
      hint: 'Finish the runbook that is rebuilding it, or make a new lab: npm run lab -- down, then up.',
    })
  }
  const standby = existsSync(join(dataDirectory, 'standby.signal'))
  if (standby || !(await isPrimary(state, otherRegion(region)))) return
  throw new OperatorError('refused', {
    message: `the node in ${region} would come back as a second primary: ${otherRegion(region)} is one already`,
    hint: 'Rebuild it as a standby with the runbook.',
  })
}

async function isPrimary(state: LabState, region: Region): Promise<boolean> {
  try {
    const rows = await query(state, region, 'postgres', 'select pg_is_in_recovery() as standby')
    return !z.array(z.object({ standby: z.boolean() })).parse(rows)[0]?.standby
  } catch {
    return false
  }
}
