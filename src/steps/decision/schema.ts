import { z } from 'zod'
import { common, duration, id } from '../attributes.ts'

/** A choice that a person makes; later nodes depend on it by `when="decision=choice"`. */
export const attributes = z.strictObject({
  ...common,
  role: z.string().optional().describe('The role that decides.'),
  expect: duration.optional().describe('The estimate: how long the decision takes.'),
  default: id.optional().describe('The choice of an unattended run; without it such a run is refused here.'),
})

/** One answer to a decision. */
export const choiceAttributes = z.strictObject({
  value: id.describe('What `when` names.'),
  title: z.string().optional().describe('How it is shown; default: the value.'),
})
