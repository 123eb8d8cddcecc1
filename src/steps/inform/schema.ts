import { z } from 'zod'
import { common, duration } from '../attributes.ts'

/** A message to people, written from a template and shown before it leaves. */
export const attributes = z.strictObject({
  ...common,
  audience: z.string().describe('Who is told: internal, customers, executives …'),
  template: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .describe('A file of templates/inform, without its ending.'),
  expect: duration.optional().describe('The estimate: how long it takes.'),
})
