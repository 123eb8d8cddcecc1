import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { isErrno, readJson, writeFileAtomically } from './state.ts'

/** A process that cannot be mistaken for a later one with the same pid: boot and kernel start time belong to it. */
const processIdentity = z.strictObject({ pid: z.int().positive(), startTime: z.string(), boot: z.string() })
export type ProcessIdentity = z.infer<typeof processIdentity>

/** What /proc says of a process at one moment. */
export type ProcessView = { pid: number; parent: number; state: string; startTime: string }

const GONE_POLL_MS = 10

function readProc(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // It ended in between, or belongs to somebody else: either way it is not ours to see.
    return undefined
  }
}

let bootId: string | undefined
function boot(): string {
  bootId ??= readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown'
  return bootId
}

export function viewProcess(pid: number): ProcessView | undefined {
  const stat = readProc(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  // The command name in parentheses may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { pid, state: fields[0] ?? '?', parent: Number(fields[1]), startTime: fields[19] ?? '' }
}

/** Undefined when it is gone, or is a zombie: dead, and waiting for a parent that may never collect it. */
export function identify(pid: number): ProcessIdentity | undefined {
  const view = viewProcess(pid)
  if (view === undefined || view.state === 'Z' || view.state === 'X') return undefined
  return { pid, startTime: view.startTime, boot: boot() }
}

export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid)
  return now !== undefined && now.startTime === identity.startTime && now.boot === identity.boot
}

/** Signals this very process, never another that was given its pid. False when it is gone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false
  try {
    return process.kill(identity.pid, signal)
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return false
    throw error
  }
}

/** Resolves to those that are still alive after `timeoutMs`. Nothing tells us of a process that is not our child. */
export async function untilGone(
  identities: ProcessIdentity[],
  timeoutMs: number,
): Promise<ProcessIdentity[]> {
  const deadline = performance.now() + timeoutMs
  let left = identities.filter(isAlive)
  while (left.length > 0 && performance.now() < deadline) {
    await delay(GONE_POLL_MS)
    left = left.filter(isAlive)
  }
  return left
}

export async function endProcesses(
  identities: ProcessIdentity[],
  gentle: NodeJS.Signals,
  graceMs: number,
): Promise<void> {
  for (const identity of identities) signalProcess(identity, gentle)
  const stubborn = await untilGone(identities, graceMs)
  for (const identity of stubborn) signalProcess(identity, 'SIGKILL')
  await untilGone(stubborn, 5000)
}

export function writeRecord(folder: string, part: string, identity: ProcessIdentity): void {
  writeFileAtomically(join(folder, `${part}.json`), `${JSON.stringify(identity)}\n`)
}

export function readRecord(folder: string, part: string): ProcessIdentity | undefined {
  return readJson(join(folder, `${part}.json`), processIdentity)
}

/** Everything that runs inside a folder, by working directory: how PostgreSQL's processes are told apart. */
export type FoundProcess = ProcessIdentity & { command: string; directory: string; arguments: string[] }

export function processesInside(folder: string): FoundProcess[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => findProcess(Number(entry)))
    .filter((found) => found !== undefined)
    .filter(({ directory }) => directory === folder || directory.startsWith(folder + sep))
}

export function findProcess(pid: number): FoundProcess | undefined {
  const directory = workingDirectory(pid)
  const identity = directory === undefined ? undefined : identify(pid)
  if (directory === undefined || identity === undefined) return undefined
  const words = (readProc(`/proc/${pid}/cmdline`) ?? '').split('\0')
  return { ...identity, directory, command: readProc(`/proc/${pid}/comm`)?.trim() ?? '', arguments: words }
}

function workingDirectory(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, '')
  } catch {
    return undefined
  }
}

const LAB_COMMANDS = new Set(['node', 'sh', 'initdb', 'pg_ctl', 'cp', 'MainThread'])

/** Processes of a lab found without any record: what a crash between starting and recording would leave behind. */
export function labProcesses(directory: string): FoundProcess[] {
  return processesInside(directory).filter(
    (found) =>
      found.pid !== process.pid &&
      (found.command === 'postgres' ||
        (isLabCommand(found) && found.arguments.some((word) => word.startsWith(directory + sep)))),
  )
}

function isLabCommand({ command, arguments: words }: FoundProcess): boolean {
  return LAB_COMMANDS.has(command) || LAB_COMMANDS.has(basename(words[0] ?? ''))
}
