import { z } from 'zod'
import { DURATION_PATTERN, parseDuration } from './duration.ts'

/** A duration in a plan file or an attribute: text in, milliseconds out. */
export const duration = z
  .string()
  .regex(DURATION_PATTERN, 'expected a duration such as 20s, 2m, 1m30s or 4h')
  .transform((text) => parseDuration(text) ?? 0)

/** Timers count to 2^31 - 1 ms, a little less than 25 days: a longer one ends at once. */
const LONGEST_TIMER_MS = 24 * 86_400_000

/** A duration that a timer has to keep. */
export const timerDuration = duration
  .refine((ms) => ms > 0, 'expected more than 0: it would be over before it begins')
  .refine((ms) => ms <= LONGEST_TIMER_MS, 'expected at most 24d: no timer counts further')
