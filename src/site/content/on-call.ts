import type { Plan } from '../../document/plan.ts'
import { gapsIn, rotaFrom, schedulesFor } from '../../model/on-call/rota.ts'
import type { Duty } from '../../model/on-call/rota.ts'
import { wallTime } from '../../model/on-call/wall-time.ts'
import { showPerson } from './people.ts'
import type { Audience, ShownMethod } from './people.ts'

/** A stretch of one person on call; `person` is missing where nobody is. `from` and `to` are wall times of the schedule. */
export type ShownDuty = {
  fromMs: number
  toMs: number
  from: string
  to: string
  person?: { id: string; name: string; methods: ShownMethod[] }
  source?: string
}

export type ShownRota = {
  id: string
  title: string
  timeZone: string
  /** Until when the duties reach: after it the page knows nothing. */
  computedUntil: string
  duties: ShownDuty[]
  gaps: number
}

/** The next 90 days of every schedule, from the time of the build on. */
export function rotas(plan: Plan, audience: Audience, nowMs: number): ShownRota[] {
  return Object.entries(plan.contacts.schedules).map(([id, schedule]) => {
    const duties = rotaFrom(schedule, nowMs)
    const { title, timeZone } = schedule
    return {
      id,
      title,
      timeZone,
      computedUntil: wallTime(duties.at(-1)?.toMs ?? nowMs, timeZone),
      duties: duties.map((duty) => shown(plan, audience, timeZone, duty)),
      gaps: gapsIn(duties).length,
    }
  })
}

function shown({ contacts }: Plan, audience: Audience, timeZone: string, duty: Duty): ShownDuty {
  const { user, fromMs, toMs, sources } = duty
  const person = user === undefined ? undefined : contacts.people[user]
  return {
    fromMs,
    toMs,
    from: wallTime(fromMs, timeZone),
    to: wallTime(toMs, timeZone),
    ...(sources.length === 0 ? {} : { source: sources.join(', ') }),
    ...(person && user !== undefined
      ? {
          person: {
            id: user,
            name: person.name,
            methods: showPerson(contacts, user, person, audience).methods,
          },
        }
      : {}),
  }
}

const DAY_MS = 86_400_000
const SOON_DAYS = 14
const SOON_DUTIES = 4

/** Only what the next days bring: for a page on which the rota is not the subject. */
export function soon(all: readonly ShownRota[]): ShownRota[] {
  return all.map((rota) => {
    const end = (rota.duties[0]?.toMs ?? 0) + SOON_DAYS * DAY_MS
    const duties = rota.duties.filter(({ fromMs }) => fromMs < end).slice(0, SOON_DUTIES)
    return { ...rota, duties, computedUntil: duties.at(-1)?.to ?? rota.computedUntil }
  })
}

/** The rotas that the escalation of a service calls. For the card of a runbook. */
export function rotasForService(plan: Plan, service: string, audience: Audience, nowMs: number): ShownRota[] {
  const wanted = schedulesFor(plan.contacts, service)
  return soon(rotas(plan, audience, nowMs)).filter(({ id }) => wanted.includes(id))
}

const MINUTE_MS = 60_000

/** Handoffs are at full minutes, and so is what is computed from now on. */
export function thisMinute(): number {
  return Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS
}
