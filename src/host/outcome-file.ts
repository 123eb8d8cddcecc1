import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import path from 'node:path'
import { syncDirectory } from '../journal/sync-directory.ts'
import type { Outcome } from '../model/outcome.ts'

function outcomeFile(directory: string, job: string): string {
  return path.join(directory, 'outcomes', `${job}.json`)
}

/** Whole or not at all, and durable: a resumed run relies on it. */
export function writeOutcome(directory: string, job: string, outcome: Outcome): void {
  const file = outcomeFile(directory, job)
  const descriptor = openSync(`${file}.new`, 'w', 0o600)
  writeSync(descriptor, JSON.stringify(outcome))
  fsyncSync(descriptor)
  closeSync(descriptor)
  renameSync(`${file}.new`, file)
  syncDirectory(path.dirname(file))
}

/** The outcome that a supervisor left, or undefined. `parse` is the schema's, which is loaded only when it is needed. */
export function readOutcome(
  directory: string,
  job: string,
  parse: (value: unknown) => Outcome,
): Outcome | undefined {
  const file = outcomeFile(directory, job)
  if (!existsSync(file)) return undefined
  try {
    return parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // Nobody of ours wrote this: the outcome is not known.
    return undefined
  }
}
