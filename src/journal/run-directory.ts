import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { runIdOf } from '../model/run-id.ts'
import { makeFolder } from './make-folder.ts'
import { syncDirectory } from './sync-directory.ts'

export function journalFile(directory: string): string {
  return path.join(directory, 'journal.ndjson')
}

/** The sources that a run of this digest executes and shows. */
export function snapshotFolder(directory: string, digest: string): string {
  return path.join(directory, 'sources', digest.slice(0, 12))
}

/** Two runs that begin in the same millisecond do not meet either. */
export function newRunId(runbook: string, now: Date): string {
  return runIdOf(now.getTime(), runbook, randomBytes(2).toString('hex'))
}

/** Makes the folder of a run durable before anything is recorded in it. */
export function createRunDirectory(runs: string, id: string): string {
  const directory = path.join(runs, id)
  makeFolder(directory)
  syncDirectory(runs)
  return directory
}

/** The ids of all runs, oldest first. */
export function listRuns(runs: string): string[] {
  if (!existsSync(runs)) return []
  return readdirSync(runs)
    .filter((name) => existsSync(journalFile(path.join(runs, name))))
    .sort()
}
