import { z } from 'zod'
import { common, count, duration, outputs } from '../attributes.ts'

export const DEFAULT_TIMEOUT_MS = 300_000

/** Something that is done, by a program or by a person, and then verified. */
export const attributes = z.strictObject({
  ...common,
  role: z.string().optional().describe('The role of contacts.yaml that does this step.'),
  danger: z
    .enum(['safe', 'caution', 'destructive'])
    .default('safe')
    .describe('How much friction the prompt has.'),
  target: z
    .string()
    .regex(/^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/, 'expected <service>.<target>')
    .optional()
    .describe(
      'What the step changes, as <service>.<target>; a protected environment asks for it to be typed.',
    ),
  expect: duration.optional().describe('The estimate: how long the step takes when all goes well.'),
  timeout: duration
    .optional()
    .describe('When the step is ended: TERM, then KILL, to its whole group. Default 5m.'),
  retries: count.default(0).describe('How often a failed step is tried again before anyone is asked.'),
  approvals: count.default(0).describe('How many other people must approve.'),
  outputs: outputs.default({}).describe('What later steps may read: names, each with an optional type.'),
})
