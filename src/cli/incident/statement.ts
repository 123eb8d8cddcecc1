import { OperatorError } from '../../model/problem.ts'
import { parseDuration } from '../../model/duration.ts'
import type { EventSource, IncidentEventBody } from '../../model/incident-event.ts'

/** What every event says besides what it is. */
export type Statement = Pick<IncidentEventBody, 'occurredAt' | 'precision' | 'until' | 'actor' | 'source'>

export const STATEMENT_OPTIONS = {
  at: { type: 'string' },
  until: { type: 'string' },
  exact: { type: 'boolean' },
  by: { type: 'string' },
  link: { type: 'string' },
} as const

export type StatementValues = {
  at?: string
  until?: string
  exact?: boolean
  by?: string
  link?: string
}

/** Now and exact, unless a time is given: then somebody says so, and it is estimated unless they say that it is exact. */
export function statementOf(values: StatementValues, operator: string, now = Date.now()): Statement {
  const occurredAt =
    values.at === undefined ? new Date(now).toISOString() : readMoment('--at', values.at, now)
  const until = values.until === undefined ? undefined : readMoment('--until', values.until, now)
  if (until !== undefined && Date.parse(until) < Date.parse(occurredAt))
    throw new OperatorError('usage', { message: `--until ${until} is before ${occurredAt}` })
  const precision =
    until === undefined ? (values.at === undefined || values.exact === true ? 'exact' : 'estimated') : 'range'
  return {
    occurredAt,
    precision,
    ...(until === undefined ? {} : { until }),
    actor: values.by ?? operator,
    source: sourceOf(values, operator),
  }
}

function sourceOf({ by, link }: StatementValues, operator: string): EventSource {
  if (link !== undefined) {
    if (!URL.canParse(link)) throw new OperatorError('usage', { message: `--link ${link} is no address` })
    return { kind: 'link', url: link }
  }
  return by === undefined || by === operator ? { kind: 'terminal' } : { kind: 'person', name: by }
}

const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/
const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

/** `14:05` of today on this machine's clock (yesterday, when that is still to come), `-10m`, or RFC 3339 with an offset. */
export function readMoment(what: string, text: string, now: number): string {
  const moment = momentOf(text, now)
  if (moment === undefined)
    throw new OperatorError('usage', {
      message: `${what} ${text}: expected 14:05, -10m or 2026-03-29T02:14:00+01:00`,
    })
  if (moment > now + MINUTE_MS)
    throw new OperatorError('usage', {
      message: `${what} ${text} is in the future: an event tells of what has happened`,
    })
  return new Date(moment).toISOString()
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

function momentOf(text: string, now: number): number | undefined {
  const clock = CLOCK.exec(text)
  if (clock) {
    const today = new Date(now).setHours(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0), 0)
    return today > now ? today - DAY_MS : today
  }
  const ago = text.startsWith('-') ? parseDuration(text.slice(1)) : undefined
  if (ago !== undefined) return now - ago
  const instant = WITH_OFFSET.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(instant) ? undefined : instant
}
