import { z } from 'zod'
import { DURATION_PATTERN, parseDuration } from './duration.ts'

/** A duration in a plan file or an attribute: text in, milliseconds out. */
export const duration = z
  .string()
  .regex(DURATION_PATTERN, 'expected a duration such as 20s, 2m, 1m30s or 4h')
  .transform((text) => parseDuration(text) ?? 0)
