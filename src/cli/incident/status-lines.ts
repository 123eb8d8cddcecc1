import type { Delivery, IncidentState, Message } from '../../journal/fold-incident.ts'
import type { Comms } from '../../model/message-words.ts'
import { formatDuration } from '../../model/duration.ts'
import type { Clock } from '../../reports/clocks.ts'

/** What `incident status` shows: fits 80 columns and 24 lines while an incident is of the usual size. */

export type UnsentMessage = { where: string; message: Message; delivery: Delivery }

export function statusLines(
  state: IncidentState,
  now: number,
  { clocks, unsent }: { clocks: Clock[]; unsent: UnsentMessage[] },
): string[] {
  const until = state.overAt === undefined ? now : Date.parse(state.overAt)
  const elapsed = formatDuration(Math.max(0, until - Date.parse(state.declaredAt)))
  return [
    `${state.severity.toUpperCase()}  ${state.title}`,
    `${state.id}  ${state.kind === 'incident' ? '' : `${state.kind.toUpperCase()}  `}${state.status}, ${state.phase}`,
    '',
    row(
      'declared',
      `${state.declaredAt.slice(0, 16).replace('T', ' ')} UTC, ${elapsed} ${state.status === 'open' ? 'ago' : 'long'}`,
    ),
    ...[...state.roles.values()].map(({ role, person, since }) =>
      row(role, `${person}, since ${timeText(since, now)}`),
    ),
    ...(state.roles.has('commander') || state.status === 'over'
      ? []
      : [row('commander', 'NOBODY: npm run incident role commander WHO')]),
    ...[...state.moments.values()].map((moment) =>
      row(moment.event.replaceAll('_', ' '), `${timeText(moment.occurredAt, now)}  ${moment.text}`),
    ),
    ...state.runs.map(({ run }) => row('run', run)),
    ...promiseLines(state, now),
    ...clockLines(clocks),
    ...unsent.map(({ message, delivery }) =>
      row(
        'not delivered',
        `${message.audience} by ${delivery.channel}, ${delivery.state} attempt ${delivery.attempts}: ${delivery.detail}`,
      ),
    ),
  ]
}

/** With its day, where that is not today's. */
function timeText(time: string, now: number): string {
  // What a page exported is in the time zone of its reader.
  const [day = '', clock = ''] = new Date(time).toISOString().split('T')
  const isToday = day === new Date(now).toISOString().slice(0, 10)
  return `${isToday ? '' : `${day} `}${clock.slice(0, 5)} UTC`
}

function promiseLines({ promises, status }: IncidentState, now: number): string[] {
  if (status === 'over') return []
  if (promises.length === 0) return [row('next update', 'none promised: npm run incident promise 30m')]
  return promises.map(({ audience, dueAt, told }) =>
    row('next update', `${audience} ${dueText(dueAt, Date.parse(dueAt) - now)}${missingText(told)}`),
  )
}

/** Who is still to be told of a promise to everyone, once somebody was. */
function missingText(told: readonly Comms[]): string {
  if (told.includes('comms_internal')) return ', people outside are not told yet'
  return told.includes('comms_external') ? ', people inside are not told yet' : ''
}

export function clockLines(clocks: readonly Clock[]): string[] {
  return clocks.map((clock) => {
    const what = `${clock.regulation} ${clock.notice}`
    if (clock.state === 'waiting') return row('clock', `${what}: has not started`)
    if (clock.leftMs === null || clock.dueAt === null)
      return row(
        'clock',
        `${what}: ${clock.state === 'notified' ? 'handed in' : 'does not apply'} ${clock.endedAt?.slice(0, 16).replace('T', ' ')} UTC`,
      )
    return row('clock', `${what} ${dueText(clock.dueAt, clock.leftMs)}`)
  })
}

/** `in 12 m (14:40 UTC)`, or loudly how late. */
export function dueText(dueAt: string, leftMs: number): string {
  const at = `${dueAt.slice(5, 16).replace('T', ' ')} UTC`
  const rounded = Math.max(1000, Math.floor(Math.abs(leftMs) / 1000) * 1000)
  return leftMs < 0
    ? `OVERDUE by ${formatDuration(rounded)} (${at})`
    : `in ${formatDuration(rounded)} (${at})`
}

const NAME = 16

function row(name: string, text: string): string {
  return `${name.padEnd(NAME)}  ${text}`
}
