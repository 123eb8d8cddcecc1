import type { IncidentState } from '../journal/fold-incident.ts'
import type { Regulation, Regulations } from '../model/regulation.ts'

/** One duty to report, as it stands. */
export type Clock = {
  regulation: string
  notice: string
  title: string
  source: string
  asOf: string
  /** `waiting`: what starts it has not happened. */
  state: 'running' | 'overdue' | 'notified' | 'not_applicable' | 'waiting'
  /** RFC 3339; null while it waits. */
  dueAt: string | null
  /** Milliseconds; negative when it is overdue; null while it waits or when it is done. */
  leftMs: number | null
  /** When it was done or set aside. */
  endedAt: string | null
}

/** The duties whose clock somebody started, the most urgent first. One that nobody started is not guessed. */
export function clocksOf(state: IncidentState, regulations: Regulations, now: number): Clock[] {
  const ids = [...new Set(state.clocksStarted.map(({ regulation }) => regulation))]
  return ids
    .flatMap((id) => {
      const regulation = Object.hasOwn(regulations, id) ? regulations[id] : undefined
      return regulation ? clocksOfOne(state, id, regulation, now) : []
    })
    .toSorted((a, b) => (a.leftMs ?? Infinity) - (b.leftMs ?? Infinity))
}

function clocksOfOne(state: IncidentState, id: string, regulation: Regulation, now: number): Clock[] {
  return Object.entries(regulation.notices).map(([notice, { title, due, source }]) => {
    const common = { regulation: id, notice, title, source, asOf: regulation.asOf }
    const ended = endOf(state, id, notice)
    const dates = due.flatMap(({ within, from }) => {
      const start = startOf(state, id, from)
      return start === undefined ? [] : [later(start, within)]
    })
    const dueMs = dates.length === 0 ? undefined : Math.min(...dates)
    const dueAt = dueMs === undefined ? null : new Date(dueMs).toISOString()
    if (ended) return { ...common, state: ended.reason, dueAt, leftMs: null, endedAt: ended.at }
    if (dueMs === undefined) return { ...common, state: 'waiting', dueAt, leftMs: null, endedAt: null }
    const leftMs = dueMs - now
    return { ...common, state: leftMs < 0 ? 'overdue' : 'running', dueAt, leftMs, endedAt: null }
  })
}

function endOf({ clocksStopped }: IncidentState, id: string, notice: string) {
  return clocksStopped.findLast(
    (stop) => stop.regulation === id && (stop.notice === null || stop.notice === notice),
  )
}

/** When a basis was told, or an earlier notice was handed in. */
function startOf(state: IncidentState, id: string, from: string): string | undefined {
  const told = state.clocksStarted.find(({ regulation, basis }) => regulation === id && basis === from)
  if (told) return told.startedAt
  const handedIn = endOf(state, id, from)
  return handedIn?.reason === 'notified' && handedIn.notice === from ? handedIn.at : undefined
}

/** A calendar month later is the same day of the next month, or its last day. */
function later(start: string, within: { ms: number } | { months: number }): number {
  if ('ms' in within) return Date.parse(start) + within.ms
  const date = new Date(start)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + within.months)
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, lastDay))
  return date.getTime()
}
