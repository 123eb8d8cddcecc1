import type { Outcome } from '../model/outcome.ts'
import type { FenceJob } from '../runner/ports.ts'

/** What the runner, its supervisor and the supervisor's workers say to each other, over Node's own channel between processes. */

/** What a supervisor has to know of a run before its first fence. */
export type RunSetup = {
  /** The run's own folder. */
  directory: string
  secrets: string[]
  /** How many sh fences there are: so many shells are started ahead of them. */
  shells: number
  /** Workers kept ready for ts and sql fences. */
  workers: number
  /** Texts that those fences are, or may import: what has types is read before anyone waits for it. */
  typescript: string[]
  /** Between TERM and KILL. */
  graceMs: number
}

export type ToSupervisor =
  | ({ type: 'begin' } & RunSetup)
  /** `recorded`: jobs whose outcome is in the journal by now. */
  | { type: 'execute'; job: FenceJob; recorded: string[] }
  | { type: 'cancel'; job: string; reason: string }
  | { type: 'end'; recorded: string[] }

export type FromSupervisor =
  | { type: 'ready' }
  | { type: 'output'; job: string; chunk: string }
  | { type: 'waiting'; job: string; reason: string }
  /** `output`: what it printed last. */
  | { type: 'finished'; job: string; outcome: Outcome; output: string }

export type ToWorker =
  /** Once, before anything else. `typescript`: texts that a ts fence is, or may import. */
  { type: 'prepare'; typescript: string[] } | { type: 'job'; job: FenceJob; nonce: string }

export type FromWorker =
  | { type: 'ready' }
  | { type: 'waiting'; reason: string }
  /** `clean`: nothing that the fence began is still going on in the worker; `alone`: it started no other process. */
  | { type: 'finished'; outcome: Outcome; clean: boolean; alone: boolean }

/** All ends are the same version of this program, so that the tag tells the whole shape. */
function hasType(message: unknown, types: readonly string[]): boolean {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    types.includes(String(message.type))
  )
}

export function isToSupervisor(message: unknown): message is ToSupervisor {
  return hasType(message, ['begin', 'execute', 'cancel', 'end'])
}
export function isFromSupervisor(message: unknown): message is FromSupervisor {
  return hasType(message, ['ready', 'output', 'waiting', 'finished'])
}
export function isToWorker(message: unknown): message is ToWorker {
  return hasType(message, ['prepare', 'job'])
}
export function isFromWorker(message: unknown): message is FromWorker {
  return hasType(message, ['ready', 'waiting', 'finished'])
}
