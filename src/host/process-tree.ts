import { readFileSync, readdirSync } from 'node:fs'
import { JOB_VARIABLE } from '../model/shell.ts'

/** What the kernel knows of a process; the start time tells it from a later one with the same number. */
export type ProcessIdentity = { pid: number; startTime: string }

/** Undefined when there is no such process, or only its zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid)
  return stat === undefined || stat.state === 'Z' ? undefined : { pid, startTime: stat.startTime }
}

export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.startTime === process.startTime
}

/** By Ctrl-Z or SIGSTOP: it is there, and does nothing until it is told to go on. */
export function isStopped(pid: number): boolean {
  return readStat(pid)?.state === 'T'
}

/** Identifies this start of the machine: a process of another boot is certainly gone. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return 'unknown'
  }
}

/** The number of the newest process: later ones have higher numbers, until these begin anew. 0 when it is not known. */
export function newestProcess(): number {
  try {
    return Number(readFileSync('/proc/loadavg', 'latin1').trim().split(' ').at(-1)) || 0
  } catch {
    return 0
  }
}

/**
 * Processes of the group or with one of the marks, zombies and this process left out. Without marks no environment is read. `after`:
 * only those with a higher number, because looking at every process of a machine takes milliseconds.
 */
export function processesOf(group: number | undefined, marks: readonly string[], after = 0): number[] {
  const marked = marks.map((mark) => Buffer.from(`${JOB_VARIABLE}=${mark}\0`))
  return processIds().filter((pid) => {
    if (pid === process.pid || pid <= after) return false
    const stat = readStat(pid)
    if (stat === undefined || stat.state === 'Z') return false
    if (stat.group === group) return true
    const environment = marked.length > 0 ? environmentOf(pid) : undefined
    return environment !== undefined && marked.some((mark) => environment.includes(mark))
  })
}

export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) trySignal(pid, signal)
}

/** False when there is nothing left to signal. What runs as somebody else (sudo) is there, and does not hear us. */
export function trySignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ESRCH') return false
    if (code === 'EPERM') return true
    throw error
  }
}

function processIds(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
}

function environmentOf(pid: number): Buffer | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`)
  } catch {
    return undefined
  }
}

function readStat(pid: number): { state: string; group: number; startTime: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', group: Number(fields[2]), startTime: fields[19] ?? '' }
  } catch {
    return undefined
  }
}
