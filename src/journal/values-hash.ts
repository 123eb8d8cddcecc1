import { createHash } from 'node:crypto'
import type { ApprovalValues } from '../model/approval.ts'

const VALUES_LENGTH = 40

/** 160 bits: short enough to be read out, and nobody finds other values with the same. */
export function valuesHash({ inputs, outputs, targets }: ApprovalValues): string {
  const sorted = [inputs, outputs, targets].map((record) => Object.entries(record).sort(byName))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, VALUES_LENGTH)
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1
}
