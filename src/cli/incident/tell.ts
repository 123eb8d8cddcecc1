import { MARKS } from '../../model/incident-event.ts'
import type { IncidentEvent, IncidentEventBody } from '../../model/incident-event.ts'
import type { ExitName } from '../../model/exit-code.ts'
import type { Io } from '../command.ts'
import { changeIncident } from './choose.ts'
import { oneOf, readOptions, said, wordsOf } from './options.ts'
import type { Statement, StatementValues } from './statement.ts'

/** What people tell: notes, decisions, hypotheses, and the moments that metrics are computed from. */

type Values = StatementValues & { operator?: string; incident?: string; json?: boolean }

export async function note(argv: string[], io: Io): Promise<ExitName> {
  const { values, positionals } = readOptions('note', argv, {})
  return await tell(values, io, (statement) => ({
    ...statement,
    event: 'note',
    text: wordsOf('note', positionals),
  }))
}

const DETECTORS = ['alert', 'human', 'customer'] as const

export async function mark(argv: string[], io: Io): Promise<ExitName> {
  const { values, positionals } = readOptions('mark', argv, { detected: { type: 'string' } })
  const [name = '', ...words] = positionals
  const event = oneOf('incident mark', name, MARKS)
  const text = words.join('').trim() === '' ? event.replaceAll('_', ' ') : wordsOf(`mark ${name}`, words)
  const by = values.detected === undefined ? undefined : oneOf('--detected', values.detected, DETECTORS)
  return await tell(values, io, (statement) =>
    event === 'detected' && by !== undefined
      ? { ...statement, event, text, by }
      : { ...statement, event, text },
  )
}

export async function decide(argv: string[], io: Io): Promise<ExitName> {
  const { values, positionals } = readOptions('decide', argv, {})
  return await tell(values, io, (statement) => ({
    ...statement,
    event: 'decision',
    text: wordsOf('decide', positionals),
  }))
}

const STATES = ['open', 'confirmed', 'refuted'] as const

export async function suspect(argv: string[], io: Io): Promise<ExitName> {
  const { values, positionals } = readOptions('suspect', argv, { state: { type: 'string', default: 'open' } })
  const state = oneOf('--state', values.state, STATES)
  return await tell(values, io, (statement) => ({
    ...statement,
    event: 'hypothesis',
    state,
    text: wordsOf('suspect', positionals),
  }))
}

async function tell(
  values: Values,
  io: Io,
  body: (statement: Statement) => IncidentEventBody,
): Promise<ExitName> {
  const { statement, ...around } = said(values)
  const event = body(statement)
  const written = await changeIncident(around, values.incident, (log) => log.append(event))
  report(written, values, io)
  return 'ok'
}

/** One line that says what was recorded, or the event itself. */
export function report(event: IncidentEvent, { json }: { json?: boolean }, io: Io): void {
  if (json === true) io.json(event)
  else {
    const about = event.precision === 'exact' ? '' : ` (${event.precision})`
    io.out(
      `${event.occurredAt.slice(11, 19)} UTC${about}  ${nameOf(event)} recorded in ${event.of}, line ${event.seq}`,
    )
  }
}

/** A name that was mistyped is seen where it is repeated. */
function nameOf(event: IncidentEvent): string {
  return event.event === 'role_assumed' || event.event === 'role_released'
    ? `${event.event} ${event.role} ${event.person}`
    : event.event
}
