import { z } from 'zod'
import { actionItems, isDayOver } from './action-item.ts'

/** The front matter of docs/postmortems/<id>.md: what a post-mortem is, what was measured, how far its review has come, what follows. */

const person = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'expected one person of contacts.yaml')
  .describe('One person of docs/plan/contacts.yaml.')
const said = z.string().trim().min(1, 'expected some words')
const instant = z.iso.datetime({ offset: true })
const ms = z.number().nullable().describe('Milliseconds; null: not measured.')

const postmortemStatus = z.enum(['draft', 'in_review', 'reviewed', 'closed'])

export const postmortemSeverity = z.enum(['sev1', 'sev2', 'sev3', 'sev4'])
export const postmortemKind = z.enum(['incident', 'drill', 'exercise'])
const detectionSource = z.enum(['alert', 'human', 'customer'])

/** Computed each time the document is written; nobody edits it. */
const measured = z.strictObject({
  ttdMs: ms,
  ttaMs: ms,
  ttmMs: ms,
  resolveMs: ms,
  rtoMs: ms,
  rpoMs: ms,
  acknowledged: z.int().nullable(),
  lost: z.int().nullable(),
})
export type Measured = z.infer<typeof measured>

const impact = z.strictObject({
  users: said.optional().describe('How many people were affected, and what share of all.'),
  requestsFailed: z.int().min(0).optional(),
  supportTickets: z.int().min(0).optional(),
})

const review = z.strictObject({
  reviewer: person,
  requestedAt: instant,
  reviewedAt: instant.optional(),
})

export const postmortemMatter = z
  .strictObject({
    id: z.string().regex(/^\d{4}-\d{2}-\d{2}-[a-z0-9-]+$/, 'expected <date>-<slug>, as the name of the file'),
    title: said,
    description: z.string().optional(),
    mdx: z.strictObject({ format: z.literal('md') }),
    status: postmortemStatus,
    severity: postmortemSeverity,
    kind: postmortemKind,
    owner: person,
    authors: z.array(person).default([]),
    services: z.array(z.string()).min(1),
    runRefs: z.array(z.string()).describe('The runs it is computed from.'),
    incident: z.string().optional().describe('The incident it is computed from.'),
    startedAt: instant,
    endedAt: instant.nullable().describe('null: not over, or never recorded.'),
    detection: z.strictObject({ source: detectionSource, halve: said.optional() }).optional(),
    impact: impact.optional(),
    measured,
    review: review.optional(),
    closed: z.strictObject({ by: person, at: instant }).optional(),
    actions: actionItems.default([]),
    computed: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('SHA-256 of what was computed: shows that nobody wrote outside the marked regions.'),
  })
  .superRefine((matter, context) => {
    const wrong = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message })
    const { status, review, closed } = matter
    if (status !== 'draft' && review === undefined)
      wrong('review', `expected a reviewer, because the status is ${status}`)
    if ((status === 'reviewed' || status === 'closed') && review && review.reviewedAt === undefined)
      wrong('review', `expected reviewedAt, because the status is ${status}`)
    if (status === 'closed' && closed === undefined)
      wrong('closed', 'expected `by` and `at`, because the status is closed')
  })
export type PostmortemMatter = z.infer<typeof postmortemMatter>

const DAY_MS = 86_400_000
const COMPLETE_DAYS = 7
const REVIEW_DAYS = 3
const REVIEW_BUSINESS_DAYS = 5

export type Deadline = { what: 'review' | 'completion'; due: Date; overdue: boolean }

/** The review within 3 days (sev1) or 5 business days; everything within 7 days. Counted from the end, or the start when it never ended. */
export function deadlines(matter: PostmortemMatter, now: Date): Deadline[] {
  const from = new Date(matter.endedAt ?? matter.startedAt)
  const { status, severity } = matter
  const reviewDue =
    severity === 'sev1' ? addDays(from, REVIEW_DAYS) : addBusinessDays(from, REVIEW_BUSINESS_DAYS)
  const open: Deadline[] = []
  // It is shown as a day, and over with that day, not at the hour at which the incident happened to end.
  const add = (what: Deadline['what'], due: Date): number =>
    open.push({ what, due, overdue: isDayOver(due.toISOString().slice(0, 10), now) })
  if (status === 'draft' || status === 'in_review') add('review', reviewDue)
  if (status !== 'closed') add('completion', addDays(from, COMPLETE_DAYS))
  return open
}

function addDays(from: Date, days: number): Date {
  return new Date(from.getTime() + days * DAY_MS)
}

/** Saturday and Sunday, in UTC, do not count. */
function addBusinessDays(from: Date, days: number): Date {
  let at = from
  for (let left = days; left > 0;) {
    at = addDays(at, 1)
    if (at.getUTCDay() !== 0 && at.getUTCDay() !== 6) left -= 1
  }
  return at
}
