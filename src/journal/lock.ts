import { linkSync, readFileSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { OperatorError } from '../model/problem.ts'
import { makeFolder } from './make-folder.ts'
import { OTHER_RUNS_FOLDER } from './runs-folder.ts'

/** Who holds a runbook in an environment. */
export type Holder = {
  run: string
  operator: string
  host: string
  boot: string
  pid: number
  startTime: string
  since: string
  released: boolean
}

export type Liveness = 'alive' | 'stopped' | 'finishing' | 'dead' | 'elsewhere'
/**
 * Whether the holder still works: itself, also when it is stopped for now, or its supervisor finishing a step; `elsewhere` when it is on
 * another host.
 */
export type LookAtHolder = (holder: Holder) => Liveness

export type Lock = { release: () => void }

/** How long a new run waits for the supervisor of a dead one to go. */
const PATIENCE_MS = 2000
const LOOK_MS = 50

export type LockOptions = {
  resuming: boolean
  takeOver: boolean
  /** How long a holder that works is waited for; default: not at all. For what is held for milliseconds. */
  patienceMs?: number
  /** Words for somebody who has to wait; default: those of a runbook that is being run. */
  refusal?: (holder: Holder) => OperatorError
}

/**
 * One run at a time for a runbook and environment. The lock is the highest numbered file of a folder; the next number is claimed by
 * link(2), which exactly one process can do. A holder that died blocks nobody, and a file is never taken away under anyone.
 */
export async function acquireLock(
  folder: string,
  self: Holder,
  look: LookAtHolder,
  options: LockOptions,
): Promise<Lock> {
  makeFolder(folder)
  const deadline = performance.now() + (options.patienceMs ?? PATIENCE_MS)
  for (;;) {
    const top = highest(folder)
    const holder = top === 0 ? undefined : readHolder(folder, top)
    const state = holder === undefined || holder.released ? 'dead' : look(holder)
    const free = mayTake(state, options)
    if (free && claimOrSay(folder, top + 1, self)) return { release: () => release(folder, top + 1, self) }
    if (free) continue
    if (holder && (!mayWait(state, options) || performance.now() > deadline))
      throw options.refusal?.(holder) ?? refusal(holder, state)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

function mayTake(state: Liveness, { resuming, takeOver }: LockOptions): boolean {
  return state === 'dead' || (state === 'finishing' && resuming) || (state === 'elsewhere' && takeOver)
}

function mayWait(state: Liveness, { patienceMs }: LockOptions): boolean {
  return state === 'finishing' || (state === 'alive' && patienceMs !== undefined)
}

function highest(folder: string): number {
  return Math.max(
    0,
    ...readdirSync(folder).flatMap((name) => (/^\d+\.json$/.test(name) ? [Number.parseInt(name, 10)] : [])),
  )
}

function fileOf(folder: string, number: number): string {
  return path.join(folder, `${number}.json`)
}

/**
 * Undefined when nobody holds it: the file was cleared away in the meantime, and there is a higher one, or it is empty. A lock gets its
 * name with its whole content and is not made durable: an empty one is what a machine that lost its power leaves of one.
 */
function readHolder(folder: string, number: number): Holder | undefined {
  const file = fileOf(folder, number)
  const text = readOrMissing(file)
  if (text === undefined || EMPTY.test(text)) return undefined
  const value = parsed(text)
  if (isHolder(value)) return value
  throw new OperatorError('damaged', {
    file,
    message: 'is not a lock of this program',
    hint: 'Look who works in this environment; remove the file when nobody does.',
  })
}

/** A file system may have kept the length of a file and not its bytes. */
// eslint-disable-next-line no-control-regex -- NUL is what such a file is full of
const EMPTY = /^\0*$/

function readOrMissing(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isHolder(value: unknown): value is Holder {
  const texts = ['run', 'operator', 'host', 'boot', 'startTime', 'since']
  if (typeof value !== 'object' || value === null) return false
  const record = new Map<string, unknown>(Object.entries(value))
  return (
    texts.every((name) => typeof record.get(name) === 'string') &&
    typeof record.get('pid') === 'number' &&
    typeof record.get('released') === 'boolean'
  )
}

function claimOrSay(folder: string, number: number, self: Holder): boolean {
  try {
    return claim(folder, number, self)
  } catch (error) {
    throw new OperatorError('damaged', {
      file: fileOf(folder, number),
      message: `the lock cannot be written: ${error instanceof Error ? error.message : String(error)}. Nothing was changed.`,
      hint: OTHER_RUNS_FOLDER,
    })
  }
}

/** False when another process claimed the number first. */
function claim(folder: string, number: number, holder: Holder): boolean {
  const draft = path.join(folder, `.${process.pid}-${performance.now()}`)
  try {
    writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 })
    linkSync(draft, fileOf(folder, number))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
  // Someone may have claimed, released and cleared this number while we looked: then there is a higher one, and it counts.
  if (highest(folder) > number) {
    remove(folder, number)
    return false
  }
  clearBelow(folder, number)
  return true
}

/** On a full disk the lock stays: its holder is about to end, and one that ended blocks nobody. */
function release(folder: string, number: number, self: Holder): void {
  try {
    if (highest(folder) === number) claim(folder, number + 1, { ...self, released: true })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
  }
}

function clearBelow(folder: string, number: number): void {
  for (const name of readdirSync(folder))
    if (/^\d+\.json$/.test(name) && Number.parseInt(name, 10) < number)
      remove(folder, Number.parseInt(name, 10))
}

function remove(folder: string, number: number): void {
  try {
    unlinkSync(fileOf(folder, number))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}

function refusal(holder: Holder, state: Liveness): OperatorError {
  const who = `${holder.operator} on ${holder.host} (process ${holder.pid}, since ${holder.since}, run ${holder.run})`
  const messages: Record<Liveness, [string, string]> = {
    alive: [
      `this runbook is being run in this environment by ${who}`,
      `Watch it: npx drillbook show ${holder.run} --follow`,
    ],
    stopped: [
      `this runbook is being run in this environment by ${who}, and that process is stopped (Ctrl-Z)`,
      `Let it go on: fg in its terminal. Where it has none: kill -CONT ${holder.pid}`,
    ],
    finishing: [
      `the runner of ${who} died, and its supervisor is still finishing a step`,
      `Take it over: npm run resume ${holder.run}`,
    ],
    elsewhere: [
      `this runbook is being run from another machine by ${who}`,
      'Ask them. If that machine is certainly dead: --take-over',
    ],
    dead: ['the lock is free', ''],
  }
  const [message, hint] = messages[state]
  return new OperatorError('refused', { message, hint })
}
