import { z } from 'zod'

const value = z.union([z.string(), z.number(), z.boolean()])

/** How one fence ended. Success, failure and the lack of knowledge share one shape; nothing is inferred from a missing field. */
export const outcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ok'), durationMs: z.number(), outputs: z.record(z.string(), value) }),
  z.strictObject({
    kind: z.literal('failed'),
    durationMs: z.number(),
    reason: z.string(),
    exitCode: z.int().optional(),
    signal: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('timed-out'), durationMs: z.number(), reason: z.string() }),
  z.strictObject({ kind: z.literal('cancelled'), durationMs: z.number(), reason: z.string() }),
  z.strictObject({ kind: z.literal('unknown'), reason: z.string() }),
])
