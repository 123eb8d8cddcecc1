import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { bootId, identify } from './process-tree.ts'
import type { ProcessIdentity } from './process-tree.ts'

/**
 * What a resumed run has to know of the processes before it, in one file that is only appended to: each supervisor, noted by the
 * runner that starts it, and each job, noted by the supervisor before it starts it. A line that was cut off says nothing.
 */
type Line = ({ boot: string } & ProcessIdentity) | { job: string; worker: WorkerIdentity | undefined }

/** The process that executes a job. `mark`: what it was started with, when that is not the id of the job. */
export type WorkerIdentity = ProcessIdentity & { mark?: string }

export type Supervision = {
  /** More than one when the run was resumed; the last of them last. */
  supervisors: (ProcessIdentity & { boot: string })[]
  /** Every job that may have begun. */
  begun: Map<string, WorkerIdentity | undefined>
}

function supervisionFile(directory: string): string {
  return path.join(directory, 'supervision.ndjson')
}

export function noteSupervisor(directory: string, pid: number): void {
  const process = identify(pid)
  if (process) note(directory, { boot: bootId(), ...process })
}

/** Called before the job is started: one that is not noted certainly did nothing. */
export function noteBegun(directory: string, job: string, worker: WorkerIdentity | undefined): void {
  note(directory, { job, worker })
}

function note(directory: string, line: Line): void {
  // On a line of its own, also after one that was cut off.
  appendFileSync(supervisionFile(directory), `\n${JSON.stringify(line)}\n`, { mode: 0o600 })
}

export function readSupervision(directory: string): Supervision {
  const file = supervisionFile(directory)
  const found: Supervision = { supervisors: [], begun: new Map() }
  if (!existsSync(file)) return found
  for (const text of readFileSync(file, 'utf8').split('\n')) {
    const line = parse(text)
    const process = identityIn(line)
    if (process && typeof line['boot'] === 'string')
      found.supervisors.push({ ...process, boot: line['boot'] })
    if (typeof line['job'] === 'string') found.begun.set(line['job'], identityIn(line['worker']))
  }
  return found
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return fieldsOf(value)
  } catch {
    return {}
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}

function identityIn(value: unknown): WorkerIdentity | undefined {
  const { pid, startTime, mark } = fieldsOf(value)
  if (typeof pid !== 'number' || typeof startTime !== 'string') return undefined
  return { pid, startTime, ...(typeof mark === 'string' ? { mark } : {}) }
}
