import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import path from 'node:path'
import { syncDirectory } from './sync-directory.ts'
import type { ChainEnd } from './append.ts'

/** What stands beside a sealed journal: without it, nothing would cover the journal's own last line. */
export type Seal = { v: 1; lines: number; head: string }

export function sealPath(directory: string): string {
  return path.join(directory, 'seal.json')
}

/** Whole or not at all, and durable. */
export function writeSeal(directory: string, end: ChainEnd): void {
  const seal: Seal = { v: 1, lines: end.seq, head: end.hash }
  const draft = `${sealPath(directory)}.new`
  const descriptor = openSync(draft, 'w', 0o600)
  writeSync(descriptor, `${JSON.stringify(seal)}\n`)
  fsyncSync(descriptor)
  closeSync(descriptor)
  renameSync(draft, sealPath(directory))
  syncDirectory(directory)
}
