import { existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { OperatorError } from '../model/problem.ts'

/**
 * Makes a folder that the operator named, with those above it that are missing. One by one: the recursive
 * mkdir of Node never ends where the kernel says ENOENT below a folder that is there, as in /proc.
 */
export function makeFolder(folder: string, mode = 0o700): void {
  const whole = path.resolve(folder)
  try {
    for (const missing of missingParts(whole)) makeOne(missing, mode)
    if (!statSync(whole).isDirectory()) throw new Error('it is not a folder')
  } catch (error) {
    throw new OperatorError('refused', {
      file: folder,
      message: `the folder cannot be made: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'Name a folder that you may write to (DRILLBOOK_RUNS=…, --mirror DIR, --out DIR).',
    })
  }
}

/** What is not there, from the top down. */
function missingParts(folder: string): string[] {
  const missing: string[] = []
  for (let part = folder; !existsSync(part); part = path.dirname(part)) missing.unshift(part)
  return missing
}

/** Another process may make the same one meanwhile. */
function makeOne(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
