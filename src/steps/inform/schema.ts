import { z } from 'zod'
import { phase } from '../../model/message-words.ts'
import { common, duration } from '../attributes.ts'

/** A message to people, written from a template and shown before it leaves. */
export const attributes = z.strictObject({
  ...common,
  audience: z.string().describe('Who is told: internal, customers, executives …'),
  template: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]*(\/[a-z][a-z0-9-]*)?$/,
      'expected the name of a template, such as incident-opened or internal/identified',
    )
    .describe('A file of templates/inform, without its ending: incident-opened, or internal/identified.'),
  phase: phase.optional().describe("Where the recovery stands; default: that of the template's name."),
  expect: duration.optional().describe('The estimate: how long it takes.'),
})
