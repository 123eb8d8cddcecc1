import { EVERYONE } from '../../journal/fold-incident.ts'
import { parseDuration, formatDuration } from '../../model/duration.ts'
import { OperatorError } from '../../model/problem.ts'
import type { ExitName } from '../../model/exit-code.ts'
import type { IncidentEvent } from '../../model/incident-event.ts'
import type { Io } from '../command.ts'
import { changeIncident } from './choose.ts'
import type { IncidentLog } from './log.ts'
import { oneOf, readOptions, required, said } from './options.ts'
import { tellRoleDoubts } from './role-doubts.ts'
import type { Statement } from './statement.ts'
import { report } from './tell.ts'

/** Severity, roles and promises. */

export const SEVERITIES = ['sev1', 'sev2', 'sev3', 'sev4'] as const

export async function changeSeverity(argv: string[], io: Io): Promise<ExitName> {
  const { values, positionals } = readOptions('severity', argv, { text: { type: 'string' } })
  const to = oneOf('incident severity', positionals.join(' '), SEVERITIES)
  const text = required('severity', 'text', values.text)
  const { statement, ...around } = said(values)
  const event = await changeIncident(around, values.incident, ({ state, append }) => {
    const from = oneOf('severity', state.severity, SEVERITIES)
    if (from === to)
      throw new OperatorError('usage', { message: `${state.id} is ${to} already: nothing was recorded` })
    return append({ ...statement, event: 'severity_changed', from, to, text })
  })
  report(event, values, io)
  return 'ok'
}

export async function changeRole(argv: string[], io: Io): Promise<ExitName> {
  const { values, positionals } = readOptions('role', argv, { release: { type: 'boolean' } })
  const [role, person, ...more] = positionals
  if (role === undefined || more.length > 0 || (person === undefined) !== (values.release === true))
    throw new OperatorError('usage', {
      message: 'expected a role and who takes it, or a role and --release',
      hint: 'npm run incident role scribe maria-keller',
    })
  const { statement, ...around } = said(values)
  const events = await changeIncident(around, values.incident, (log) =>
    person === undefined ? [releaseRole(log, role, statement)] : handOver(log, role, person, statement),
  )
  for (const event of events) report(event, values, io)
  await tellRoleDoubts(around.root, events, io)
  return 'ok'
}

function releaseRole({ state, append }: IncidentLog, role: string, statement: Statement): IncidentEvent {
  const holder = state.roles.get(role)
  if (holder) return append({ ...statement, event: 'role_released', role, person: holder.person, to: null })
  throw new OperatorError('usage', {
    message: `nobody has the role ${role}: nothing was recorded`,
    hint: `Held: ${[...state.roles.keys()].join(', ') || 'none'}`,
  })
}

/** A role has one holder: taking it from somebody is two lines, so that neither of them is unsure. */
function handOver(
  { state, append }: IncidentLog,
  role: string,
  person: string,
  statement: Statement,
): IncidentEvent[] {
  const from = state.roles.get(role)?.person ?? null
  if (from === person)
    throw new OperatorError('usage', {
      message: `${person} has the role ${role} already: nothing was recorded`,
    })
  const released =
    from === null ? [] : [append({ ...statement, event: 'role_released', role, person: from, to: person })]
  return [...released, append({ ...statement, event: 'role_assumed', role, person, from })]
}

export async function promiseUpdate(argv: string[], io: Io): Promise<ExitName> {
  const { values, positionals } = readOptions('promise', argv, {
    to: { type: 'string', default: EVERYONE },
  })
  const wait = parseDuration(positionals.join(''))
  if (wait === undefined || wait === 0)
    throw new OperatorError('usage', { message: 'expected how long until the next update: 30m, 1h30m' })
  const { statement, ...around } = said(values)
  const dueAt = new Date(Date.parse(statement.occurredAt) + wait).toISOString()
  const event = await changeIncident(around, values.incident, ({ append }) =>
    append({ ...statement, event: 'update_promised', audience: values.to, dueAt }),
  )
  report(event, values, io)
  if (values.json !== true)
    io.out(
      `The next update to ${values.to} is due at ${dueAt.slice(11, 16)} UTC, in ${formatDuration(wait)}.`,
    )
  return 'ok'
}
