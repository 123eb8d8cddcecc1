import { z } from 'zod'
import { common, duration, id } from '../attributes.ts'

/** A choice that a person makes; later nodes depend on it by `when="decision=choice"`. */
export const attributes = z.strictObject({
  ...common,
  role: z.string().optional().describe('The role that decides.'),
  expect: duration.optional(),
  default: id.optional().describe('The choice of an unattended run; without it such a run is refused here.'),
})

/** One answer to a decision. */
export const choiceAttributes = z.strictObject({ value: id, title: z.string().optional() })
