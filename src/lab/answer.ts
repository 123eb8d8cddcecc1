import { z } from 'zod'

export const order = z.object({
  id: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'expected 1 to 64 letters, digits, dots, dashes and underscores'),
  item: z.string().min(1).max(200),
  quantity: z.int().min(1).max(1_000_000),
})
export type Order = z.infer<typeof order>

/**
 * What became of a write. `failed` is said only when it is certain that it did not happen and never will;
 * whenever that cannot be known it is `indeterminate`, which is not an acknowledgement either.
 */
export const outcome = z.enum(['acknowledged', 'failed', 'indeterminate'])
export type Outcome = z.infer<typeof outcome>

/** The body of every answer to `POST /orders`, from the service as from the edge. */
export const writeAnswer = z.object({ outcome, reason: z.string().optional() })
export type WriteAnswer = z.infer<typeof writeAnswer>

export const idPage = z.object({
  ids: z.array(z.string()),
  /** Pass it as `ids_after` to go on; absent on the last page. */
  next: z.string().optional(),
})

export const serviceHealth = z.object({
  region: z.string(),
  role: z.enum(['primary', 'standby']).optional(),
  database: z.enum(['reachable', 'unreachable']),
  reason: z.string().optional(),
})
export type ServiceHealth = z.infer<typeof serviceHealth>
