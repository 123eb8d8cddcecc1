import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { syncDirectory } from './append.ts'
import type { ChainEnd } from './append.ts'

/** What stands beside a sealed journal: without it, nothing would cover the journal's own last line. */
const sealFile = z.strictObject({ v: z.literal(1), lines: z.int(), head: z.string().regex(/^[0-9a-f]{64}$/) })
export type Seal = z.infer<typeof sealFile>

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

/** Undefined when the run was never sealed; `damaged` when the file is not exactly what was written. */
export function readSeal(directory: string): Seal | 'damaged' | undefined {
  if (!existsSync(sealPath(directory))) return undefined
  try {
    const text = readFileSync(sealPath(directory), 'utf8')
    const { data } = sealFile.safeParse(JSON.parse(text))
    return data && text === `${JSON.stringify(data)}\n` ? data : 'damaged'
  } catch {
    return 'damaged'
  }
}
