import { z } from 'zod'
import { duration } from './duration-schema.ts'

/** What is done again and again so that a recovery works on the day. */

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case letters, digits and dashes')
const role = z.string().describe('A role of contacts.yaml.')
const runbook = z.string().describe('The id of a runbook.')
const every = duration.describe('The longest time between two of them.')

const backup = z.strictObject({
  title: z.string(),
  service: z.string(),
  target: z.string().optional().describe('The target of that service that is read.'),
  method: z.string().describe('The program and the kind of backup.'),
  every,
  keep: duration.describe('How long each is kept.'),
  storedAt: z.string().describe('Where it is kept, and that this is not where the data lives.'),
  owner: role,
  runbook: runbook.optional(),
})

const verification = z.strictObject({
  title: z.string(),
  backup: z.string().describe('The backup whose restoration is proved.'),
  every,
  owner: role,
  proves: z.string().describe('What is compared, such as row counts or checksums.'),
  runbook: runbook.optional(),
})

const drill = z.strictObject({
  title: z.string(),
  runbook,
  environment: z.string().describe('An environment of environments.yaml.'),
  every,
  owner: role,
  absent: z.string().optional().describe('The person who is taken to be unreachable in this variant.'),
})

const review = z.strictObject({
  title: z.string(),
  of: z.string().describe('What is read again: contacts, objectives, runbooks …'),
  every,
  owner: role,
})

export const scheduleFile = z.strictObject({
  backups: z.record(name, backup).default({}),
  verifications: z.record(name, verification).default({}),
  drills: z.record(name, drill).default({}),
  reviews: z.record(name, review).default({}),
})
export type Schedule = z.infer<typeof scheduleFile>
