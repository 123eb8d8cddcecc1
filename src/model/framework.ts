import { z } from 'zod'
import { duration } from './duration-schema.ts'

/** Which records support which control of a framework: docs/plan/frameworks/<id>.yaml. Cited, dated data; nothing here says that anybody complies. */

const recordKind = z.enum([
  'plan',
  'objective',
  'contacts',
  'schedule',
  'drill',
  'restore',
  'integrity',
  'journal',
  'approval',
  'incident',
  'postmortem',
  'review',
  'action',
  'exercise',
  'communication',
])
export type RecordKind = z.infer<typeof recordKind>

export const RECORD_KINDS: Record<RecordKind, string> = {
  plan: 'the plan and its runbooks, at a known revision',
  objective: 'a recovery objective that somebody approved',
  contacts: 'contacts that somebody was reached by',
  schedule: 'the programme of backups, verifications, drills and reviews',
  drill: 'a drill on real services, passed or failed',
  restore: 'a drill that restores from a backup',
  integrity: 'a drill that counted which acknowledged writes survived',
  journal: 'a hash-chained, sealed journal of what was done',
  approval: 'the signed approval of a second person',
  incident: 'the record of an incident',
  postmortem: 'a post-mortem',
  review: 'a post-mortem that somebody else has reviewed',
  action: 'a corrective action with an owner and a day',
  exercise: 'a tabletop exercise',
  communication: 'a message to those concerned',
}

const control = z.strictObject({
  id: z.string().min(1).describe('As the framework numbers it.'),
  title: z.string().min(1).describe('What it is about, in our words.'),
  supportedBy: z.array(recordKind).min(1),
  maxAge: duration.optional().describe('Older than this is a gap: yearly is 365d.'),
  source: z.url().optional().describe('Where exactly, when it is not the address of the framework.'),
})
export type Control = z.infer<typeof control>

export const framework = z.strictObject({
  title: z.string().min(1),
  version: z.string().min(1),
  url: z.url().describe('Where the text is.'),
  asOf: z.iso
    .date()
    .describe('When this map was written down; whoever compares it with the text again changes it.'),
  controls: z.array(control).min(1),
})
export type Framework = z.infer<typeof framework>
