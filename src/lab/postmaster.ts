import { execFile } from 'node:child_process'
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { labTime } from './clock.ts'
import {
  findProcess,
  identify,
  processesInside,
  signalProcess,
  untilGone,
  viewProcess,
  type ProcessIdentity,
} from './processes.ts'

const FREEZE_TIMEOUT_MS = 200
/** A parent that collects its children does so at once. */
const COLLECT_TIMEOUT_MS = 20

export type Postmaster = {
  /** Undefined when the file is a leftover: the process is gone, a zombie, or something else by now. */
  process: ProcessIdentity | undefined
  sharedMemoryId: number | undefined
}

/** What `postmaster.pid` says, with the process it names proved to be PostgreSQL in this very folder. */
export function readPostmaster(dataDirectory: string): Postmaster | undefined {
  let lines: string[]
  try {
    lines = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return undefined
  }
  const pid = Number(lines[0])
  const found = findProcess(pid)
  const ours = found !== undefined && found.command === 'postgres' && found.directory === dataDirectory
  const memory = /^\s*\d+\s+(\d+)/.exec(lines[6] ?? '')?.[1]
  return {
    process: ours ? identify(pid) : undefined,
    sharedMemoryId: memory === undefined ? undefined : Number(memory),
  }
}

/** The postmaster of a data directory and all its children; also children that outlived it. */
export function postgresProcesses(dataDirectory: string): ProcessIdentity[] {
  return processesInside(dataDirectory)
    .filter(({ command }) => command === 'postgres')
    .map(({ pid, startTime, boot }) => ({ pid, startTime, boot }))
}

/** Data directories of a node, with those that a runbook has moved aside. */
export function dataDirectories(nodeDirectory: string): string[] {
  try {
    return readdirSync(nodeDirectory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(nodeDirectory, entry.name))
  } catch {
    return []
  }
}

/**
 * Kills a node's every process at one instant, as a power loss would. The postmaster is frozen first, so that it starts
 * no more children, then the children; only then is anything killed, and nobody can react to another's death.
 */
export async function killTogether(dataDirectory: string): Promise<{ at: number; pids: number[] }> {
  const postmaster = readPostmaster(dataDirectory)?.process
  if (postmaster !== undefined) await freeze(postmaster)
  const all = postgresProcesses(dataDirectory)
  const at = labTime()
  for (const one of all) signalProcess(one, 'SIGSTOP')
  for (const one of all) signalProcess(one, 'SIGKILL')
  const left = await untilGone(all, 5000)
  if (left.length > 0) throw new Error(`still alive after SIGKILL: ${left.map(({ pid }) => pid).join(', ')}`)
  await removeZombieLock(dataDirectory)
  return { at, pids: all.map(({ pid }) => pid) }
}

async function freeze(postmaster: ProcessIdentity): Promise<void> {
  signalProcess(postmaster, 'SIGSTOP')
  const deadline = performance.now() + FREEZE_TIMEOUT_MS
  // Takes microseconds: it stops on its way back from the kernel. Waiting on a timer would let it fork in between.
  while (viewProcess(postmaster.pid)?.state !== 'T' && performance.now() < deadline);
}

/** PostgreSQL takes the zombie of a postmaster, or a stranger with its old pid, for a running server. */
export async function removeZombieLock(dataDirectory: string): Promise<void> {
  const pid = lockedPid(dataDirectory)
  if (pid === undefined || postgresProcesses(dataDirectory).length > 0) return
  const deadline = performance.now() + COLLECT_TIMEOUT_MS
  while (viewProcess(pid) !== undefined) {
    if (performance.now() > deadline) {
      await removeSharedMemory(dataDirectory)
      return rmSync(join(dataDirectory, 'postmaster.pid'), { force: true })
    }
    await delay(10)
  }
}

function lockedPid(dataDirectory: string): number | undefined {
  try {
    return Number(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0])
  } catch {
    return undefined
  }
}

/** The System V segment of a killed postmaster, which the kernel would keep until the next boot. */
export async function removeSharedMemory(dataDirectory: string): Promise<void> {
  const id = readPostmaster(dataDirectory)?.sharedMemoryId
  if (id === undefined || attached(id) !== 0) return
  // A segment of 56 bytes that stays is no reason to fail.
  await promisify(execFile)('ipcrm', ['-m', String(id)]).catch(() => undefined)
}

/** How many processes are attached to a segment; undefined when it does not exist. */
function attached(id: number): number | undefined {
  const rows = readFileSync('/proc/sysvipc/shm', 'utf8')
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(/\s+/))
  const row = rows.find((fields) => fields[1] === String(id))
  return row === undefined ? undefined : Number(row[6])
}
