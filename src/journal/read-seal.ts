import { existsSync, readFileSync } from 'node:fs'
import { parseSeal } from './chain.ts'
import { sealPath } from './seal.ts'
import type { Seal } from './seal.ts'

/** Undefined when the run was never sealed; `damaged` when the file is not exactly what was written. */
export function readSeal(directory: string): Seal | 'damaged' | undefined {
  const file = sealPath(directory)
  return existsSync(file) ? parseSeal(readFileSync(file, 'utf8')) : undefined
}
