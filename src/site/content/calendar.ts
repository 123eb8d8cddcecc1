import type { Plan } from '../../document/plan.ts'
import type { DrillRecord } from '../../reports/drill-record.ts'
import { runbookHref } from './runbooks.ts'

/** Something that is done again and again, and for a drill when it was done last. */
export type Recurring = {
  id: string
  title: string
  everyMs: number
  owner: string
  details: { name: string; value: string; href?: string }[]
  /** Of drills only, because nothing else leaves a record: `last` is missing when none was published. */
  done?: { last?: string; due?: string; overdue: boolean }
}

export type Calendar = {
  backups: Recurring[]
  verifications: Recurring[]
  drills: Recurring[]
  reviews: Recurring[]
}

export function calendarPage(
  { schedule, contacts, services }: Plan,
  drills: readonly DrillRecord[],
  nowMs: number,
): Calendar {
  return {
    backups: Object.entries(schedule.backups).map(
      ([id, { title, every, owner, service, method, storedAt, keep }]) => ({
        id,
        title,
        owner,
        everyMs: every,
        details: [
          { name: 'Of', value: services[service]?.title ?? service, href: `/services/#${service}` },
          { name: 'By', value: method },
          { name: 'Kept', value: `${Math.round(keep / DAY_MS)} days: ${storedAt}` },
        ],
      }),
    ),
    verifications: Object.entries(schedule.verifications).map(
      ([id, { title, every, owner, backup, proves }]) => ({
        id,
        title,
        owner,
        everyMs: every,
        details: [
          { name: 'Of', value: schedule.backups[backup]?.title ?? backup },
          { name: 'Proves', value: proves },
        ],
      }),
    ),
    drills: Object.entries(schedule.drills).map(
      ([id, { title, every, owner, runbook, environment, absent }]) => ({
        id,
        title,
        owner,
        everyMs: every,
        done: doneOf(
          drills.find((drill) => drill.runbook === runbook && drill.environment === environment),
          // A record does not say who was away, so a variant is never taken to be done.
          absent === undefined,
          every,
          nowMs,
        ),
        details: [
          { name: 'Runbook', value: runbook, href: runbookHref(runbook) },
          { name: 'In', value: environment },
          ...(absent === undefined
            ? []
            : [
                {
                  name: 'Without',
                  value: contacts.people[absent]?.name ?? absent,
                  href: `/contacts/#${absent}`,
                },
              ]),
        ],
      }),
    ),
    reviews: Object.entries(schedule.reviews).map(([id, { title, every, owner, of }]) => ({
      id,
      title,
      owner,
      everyMs: every,
      details: [{ name: 'Of', value: of }],
    })),
  }
}

const DAY_MS = 86_400_000

function doneOf(
  drill: DrillRecord | undefined,
  counts: boolean,
  every: number,
  nowMs: number,
): NonNullable<Recurring['done']> {
  if (!drill || !counts) return { overdue: true }
  const at = Date.parse(drill.startedAt)
  return { last: day(at), due: day(at + every), overdue: at + every < nowMs }
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
