import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { OperatorError } from '../../model/problem.ts'

/** What shows that a folder is a pack, and may be replaced by one. */
export const CHECKSUMS = 'SHA256SUMS'

/**
 * A folder that is complete or not there: it is filled beside `target`, then takes its place. When `fill` fails nothing is left,
 * and an older pack stays as it was.
 */
export async function replaceFolder(target: string, fill: (draft: string) => Promise<void>): Promise<void> {
  refuseForeign(target)
  const draft = `${target}.draft-${process.pid}`
  const old = `${target}.old-${process.pid}`
  try {
    mkdirSync(draft, { recursive: true })
    await fill(draft)
    exchange(draft, target, old)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function exchange(draft: string, target: string, old: string): void {
  const replaces = existsSync(target)
  if (replaces) renameSync(target, old)
  try {
    renameSync(draft, target)
  } catch (error) {
    if (replaces) renameSync(old, target)
    throw error
  }
  rmSync(old, { recursive: true, force: true })
}

function refuseForeign(target: string): void {
  const isTaken = existsSync(target) && readdirSync(target).length > 0
  if (!isTaken || existsSync(path.join(target, CHECKSUMS))) return
  throw new OperatorError('usage', {
    message: `${target} holds something that is not an emergency pack: it is left as it is`,
    hint: 'Name a folder that is not there yet: --out DIR',
  })
}

export function writeFile(folder: string, place: string, bytes: Uint8Array | string): void {
  const file = path.join(folder, place)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, bytes)
}
