import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { sealPath } from './seal.ts'
import type { Seal } from './seal.ts'

const sealFile: z.ZodType<Seal> = z.strictObject({
  v: z.literal(1),
  lines: z.int(),
  head: z.string().regex(/^[0-9a-f]{64}$/),
})

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
