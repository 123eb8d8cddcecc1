import { z } from 'zod'
import { isSealable } from './sealed-file.ts'

const EXPECTED =
  'is no file that a seal can name: expected one below output/, inform/, sources/ or approvals/, or terminal.cast'

/** The files that a seal names, with their hashes. */
export const sealedFiles = z.record(z.string().refine(isSealable), z.string().regex(/^[0-9a-f]{64}$/), {
  error: ({ code }) => (code === 'invalid_key' ? EXPECTED : undefined),
})
