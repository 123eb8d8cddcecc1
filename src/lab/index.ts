/*
 * The lab: a real two-region system on this machine.
 *   up, repair, demolish, lock, options, state, folder     its life, and the folder it lives in
 *   postgres, standby, postmaster, account, binaries   the databases, as processes and as files
 *   parts, service                                 the service processes: how they are started, what they share
 *   delay-proxy, orders-service, edge, canary      each of them, run as a program
 *   order-stream, customer, tracker, ledger        what the canary is made of
 *   lab, health, canary-control, damage            what a caller may ask of a lab, and do to it
 */
import { existsSync, readdirSync } from 'node:fs'
import { OperatorError } from '../model/problem.ts'
import { demolish, isLabFolder } from './demolish.ts'
import { explained, inLabFolder } from './folder.ts'
import { labOf, type Lab } from './lab.ts'
import { withLock } from './lock.ts'
import { labOptions, stateDirectory, stateRoot, type Region } from './options.ts'
import { startStoppedNode } from './repair.ts'
import { readState } from './state.ts'

export { up } from './up.ts'
export { labTime } from './clock.ts'
export { killPostgres, killRegion, killService, startUnaware } from './damage.ts'
export { defaultOptions, REGIONS, REPLICATION_MODES, stateDirectory, stateRoot } from './options.ts'
export type { LabOptions, Region } from './options.ts'
export type { Lab } from './lab.ts'
export type { LabHealth, PartHealth, Replication } from './health.ts'

/** The lab of this name when it is up; undefined when there is none. */
export async function open(name: string): Promise<Lab | undefined> {
  const directory = stateDirectory(name)
  const state = await inLabFolder(() => readState(directory))
  return state?.phase === 'up' ? labOf(directory, state) : undefined
}

/** Ends every process of the lab and removes its folder; also what a crash left of one. `signal` ends the wait for others. */
export async function down(
  name: string,
  report: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const directory = stateDirectory(name)
  if (!existsSync(directory)) {
    throw new OperatorError('usage', { message: `there is no lab '${name}' in ${stateRoot()}` })
  }
  await inLabFolder(() => withLock(directory, report, async () => demolish(directory), signal))
  report(`the lab '${name}' is down; nothing of it is left`)
}

/** Starts a stopped database node: never a fenced one, never a second primary. */
export async function startNode(lab: Lab, region: Region, report: (line: string) => void): Promise<void> {
  await withLock(lab.directory, report, async () => startStoppedNode(lab.directory, lab.state, region))
}

/** The names of the labs of this account, also of half-started ones. */
export function names(): string[] {
  if (!existsSync(stateRoot())) return []
  return foldersIn(stateRoot()).filter(
    (name) => labOptions.shape.name.safeParse(name).success && isLabFolder(stateDirectory(name)),
  )
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  } catch (error) {
    throw explained(error)
  }
}
