import { z } from 'zod'

/** What somebody promised to do after an incident, a drill or an exercise. Kept in `actions` of the front matter of the report it came from. */

const DAY_MS = 86_400_000

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case letters, digits and dashes')
const person = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'expected one person of contacts.yaml')
  .describe('One person of docs/plan/contacts.yaml.')
const said = z.string().trim().min(1, 'expected some words')

export const actionType = z.enum(['prevent', 'detect', 'mitigate', 'process'])
export const actionPriority = z.enum(['p0', 'p1', 'p2', 'p3'])
export const actionStatus = z.enum(['open', 'in_progress', 'done', 'wont_do'])

const confirmation = z.strictObject({
  by: person,
  at: z.iso.date(),
  evidence: said.describe('What shows that doneWhen is met: an address, a commit, a sentence.'),
})

const refusal = z.strictObject({ reason: said, approver: person, at: z.iso.date() })

export const actionItem = z
  .strictObject({
    id: name.describe('Unique in its report.'),
    title: said.describe('What is done, its verb first.'),
    owner: person,
    type: actionType.describe('What it changes the next time.'),
    priority: actionPriority.describe('p0 is the most urgent.'),
    opened: z.iso.date(),
    due: z.iso.date(),
    doneWhen: said.describe('What can be seen when it is done.'),
    tracker: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('The same item in an issue tracker.'),
    status: actionStatus.default('open'),
    confirmed: confirmation.optional().describe('Who saw that doneWhen is met, and where.'),
    verifiedByRun: z.string().optional().describe('A run that passed after the item was opened.'),
    wontDo: refusal.optional().describe('Why it will not be done, and who agreed to that.'),
    runbook: z.string().optional().describe('The runbook it is about.'),
    step: z.string().optional().describe('The step of that runbook.'),
  })
  .superRefine((item, context) => {
    const wrong = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (item.due < item.opened) wrong('due', 'expected a day that is not before `opened`')
    if (item.step !== undefined && item.runbook === undefined)
      wrong('step', 'expected the `runbook` this step belongs to')
    if (item.status === 'wont_do' && item.wontDo === undefined)
      wrong('wontDo', 'expected a reason and an approver, because the status is wont_do')
    if (item.status === 'done' && item.confirmed === undefined && item.verifiedByRun === undefined)
      wrong('status', 'expected `confirmed` or `verifiedByRun`, because the status is done')
  })
export type ActionItem = z.infer<typeof actionItem>

/** The items of one report; two of them never share an id. */
export const actionItems = z.array(actionItem).superRefine((items, context) => {
  const seen = new Set<string>()
  for (const [index, { id }] of items.entries()) {
    if (seen.has(id))
      context.addIssue({ code: 'custom', path: [index, 'id'], message: `two items have the id "${id}"` })
    seen.add(id)
  }
})

export function isOpen({ status }: Pick<ActionItem, 'status'>): boolean {
  return status === 'open' || status === 'in_progress'
}

/** Whole days since it was opened. */
export function ageInDays({ opened }: Pick<ActionItem, 'opened'>, now: Date): number {
  return Math.floor((now.getTime() - Date.parse(opened)) / DAY_MS)
}

/** Whether a day (YYYY-MM-DD) that something is due on is over, in UTC. */
export function isDayOver(day: string, now: Date): boolean {
  return now.getTime() >= Date.parse(day) + DAY_MS
}

export function isOverdue(item: Pick<ActionItem, 'status' | 'due'>, now: Date): boolean {
  return isOpen(item) && isDayOver(item.due, now)
}
