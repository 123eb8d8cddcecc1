/**
 * Loaded into the command line by --import: ends it, or lets its disk fill up, at an exact append to its journal. The production code
 * does not know; what it calls is node:fs. It does nothing in the processes that the command line starts.
 */
import childProcess from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

export const CRASH_VARIABLE = 'DRILLBOOK_TEST_CRASH'

/**
 * `torn`: half of the line is written. `full`: this append and all later writes fail as on a full disk. `trace`: nothing is done; a
 * word for each append, each time the journal was made durable and each fence handed over is written to TRACE_FILE.
 */
export type Moment = 'before' | 'torn' | 'after' | 'synced' | 'full' | 'trace'
export const TRACE_FILE = 'trace.log'
export type Plan = { append: number; moment: Moment; kill: 'runner' | 'both' }

function readPlan(): Plan | undefined {
  const [append, moment, kill] = (process.env[CRASH_VARIABLE] ?? '').split(' ')
  const known = (['before', 'torn', 'after', 'synced', 'full', 'trace'] as const).find(
    (name) => name === moment,
  )
  if (known === undefined || !/main\.[jt]s$/.test(process.argv[1] ?? '')) return undefined
  return { append: Number(append), moment: known, kill: kill === 'both' ? 'both' : 'runner' }
}

const plan = readPlan()
if (plan) install(plan)

function install({ append, moment, kill }: Plan): void {
  const journals = new Set<number>()
  let appended = 0
  const { openSync, writeSync, fdatasyncSync } = fs
  const trace = (word: string): void => {
    if (moment === 'trace') fs.appendFileSync(TRACE_FILE, `${word}\n`)
  }
  const reached = (now: Moment): boolean => now === moment && appended === append

  fs.openSync = (...words) => {
    const descriptor = openSync(...words)
    if (String(words[0]).endsWith('journal.ndjson') && words[1] === 'a') journals.add(descriptor)
    return descriptor
  }
  const write = (descriptor: number, data: NodeJS.ArrayBufferView | string, ...rest: unknown[]): number => {
    const proceed = (): number => Number(Reflect.apply(writeSync, fs, [descriptor, data, ...rest]))
    if (!journals.has(descriptor) || typeof data === 'string') return proceed()
    appended += 1
    if (moment === 'full' && appended >= append) throw full()
    if (reached('before')) die(kill)
    if (reached('torn')) {
      writeSync(descriptor, data, 0, Math.floor(data.byteLength / 2))
      die(kill)
    }
    const written = proceed()
    trace('append')
    if (reached('after')) die(kill)
    return written
  }
  Object.assign(fs, { writeSync: write })
  fs.fdatasyncSync = (descriptor) => {
    fdatasyncSync(descriptor)
    if (journals.has(descriptor)) trace('synced')
    if (journals.has(descriptor) && reached('synced')) die(kill)
  }
  const { fork } = childProcess
  childProcess.fork = (...words: unknown[]) => {
    const child = Reflect.apply(fork, childProcess, words)
    const send = child.send.bind(child)
    child.send = (...message: unknown[]) => {
      if (isExecute(message[0])) trace('execute')
      return Reflect.apply(send, child, message)
    }
    return child
  }
  syncBuiltinESMExports()
}

function isExecute(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'execute'
}

function full(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
}

/** SIGKILL to this process and, when asked, first to every process it started directly: its supervisor. */
function die(kill: Plan['kill']): never {
  if (kill === 'both')
    for (const name of fs.readdirSync('/proc'))
      if (/^\d+$/.test(name) && parentOf(name) === process.pid) process.kill(Number(name), 'SIGKILL')
  process.kill(process.pid, 'SIGKILL')
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

function parentOf(pid: string): number {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return -1
  }
}
