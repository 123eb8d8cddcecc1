import { existsSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { OperatorError } from '../model/problem.ts'
import { dataDirectories, readPostmaster, removeSharedMemory } from './postmaster.ts'
import { endProcesses, labProcesses, signalProcess, untilGone } from './processes.ts'
import { REGIONS } from './options.ts'
import { isErrno, labPaths } from './state.ts'

const SWEEPS = 20
const IMMEDIATE_SHUTDOWN_MS = 5000

/**
 * Ends every process of a lab and removes its folder, whatever state a crash left either in. Processes are found by
 * where they run and what they run, so nothing depends on a state file that may be torn.
 */
export async function demolish(directory: string): Promise<void> {
  requireLabFolder(directory)
  await endServices(directory)
  const folders = REGIONS.flatMap((region) => dataDirectories(labPaths(directory).node(region)))
  await stopPostmasters(folders)
  await sweep(directory)
  await Promise.all(folders.map(removeSharedMemory))
  await removeFolder(directory)
}

/** A folder that somebody else put there is not ours to remove. An empty one is a start that was killed at once. */
function requireLabFolder(directory: string): void {
  if (isLabFolder(directory)) return
  throw new OperatorError('refused', {
    message: `${directory} is not a lab, and is left as it is`,
    hint: 'Use another --name, or set DRILLBOOK_LAB to a folder that holds nothing else.',
  })
}

export function isLabFolder(directory: string): boolean {
  return (
    !existsSync(directory) || existsSync(labPaths(directory).marker) || readdirSync(directory).length === 0
  )
}

async function endServices(directory: string): Promise<void> {
  const services = labProcesses(directory).filter(({ command }) => command !== 'postgres' && command !== 'sh')
  await endProcesses(services, 'SIGKILL', 5000)
}

/** An immediate shutdown instead of SIGKILL, because it gives shared memory back to the kernel. */
async function stopPostmasters(folders: string[]): Promise<void> {
  const postmasters = folders
    .map((folder) => readPostmaster(folder)?.process)
    .filter((one) => one !== undefined)
  for (const postmaster of postmasters) {
    signalProcess(postmaster, 'SIGQUIT')
    // One that a fault has frozen cannot hear it otherwise.
    signalProcess(postmaster, 'SIGCONT')
  }
  await untilGone(postmasters, IMMEDIATE_SHUTDOWN_MS)
}

/** What is left, until nothing is: a process may still be starting another. */
async function sweep(directory: string): Promise<void> {
  for (let round = 0; round < SWEEPS; round += 1) {
    const left = labProcesses(directory)
    if (left.length === 0) return
    await endProcesses(left, 'SIGKILL', 1000)
  }
  const pids = labProcesses(directory).map(({ pid }) => pid)
  if (pids.length > 0)
    throw new Error(`processes of the lab in ${directory} could not be ended: ${pids.join(', ')}`)
}

async function removeFolder(directory: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await rm(directory, { recursive: true, force: true })
    } catch (error) {
      if (attempt >= 10 || !isErrno(error, 'ENOTEMPTY', 'EBUSY')) throw error
      await delay(20)
    }
  }
}
