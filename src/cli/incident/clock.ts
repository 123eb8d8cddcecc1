import path from 'node:path'
import type { IncidentState } from '../../journal/fold-incident.ts'
import { requireIncident } from '../../journal/incident-directory.ts'
import { journalFile } from '../../journal/run-directory.ts'
import { writeSeal } from '../../journal/seal.ts'
import { OperatorError } from '../../model/problem.ts'
import type { ExitName } from '../../model/exit-code.ts'
import type { IncidentEvent, IncidentEventBody } from '../../model/incident-event.ts'
import type { Regulation } from '../../model/regulation.ts'
import { basesOf } from '../../model/regulation.ts'
import { suggest } from '../../model/suggest.ts'
import { clocksOf } from '../../reports/clocks.ts'
import type { Io } from '../command.ts'
import { openCommunications } from '../open-communications.ts'
import { openPlan } from '../project.ts'
import { changeAnyIncident, changeIncident, chooseIncident } from './choose.ts'
import type { Surroundings } from './choose.ts'
import { oneOf, readOptions, said } from './options.ts'
import type { Statement } from './statement.ts'
import { clockLines } from './status-lines.ts'
import { report } from './tell.ts'

/** Starts and ends duties to report. Nobody but a person knows whether one applies. */
export async function changeClock(argv: string[], io: Io): Promise<ExitName> {
  const { values, positionals } = readOptions('clock', argv, {
    notified: { type: 'string' },
    'not-applicable': { type: 'boolean' },
    text: { type: 'string' },
  })
  const { statement, ...around } = said(values)
  const { plan } = await openPlan(around.root)
  const { regulations } = await openCommunications(around.root, plan)
  const [id = '', basis] = positionals
  const regulation = Object.hasOwn(regulations, id) ? regulations[id] : undefined
  if (!regulation)
    throw new OperatorError('usage', {
      file: 'docs/plan/regulations.yaml',
      message: id === '' ? 'expected the id of a regulation' : `there is no regulation "${id}"`,
      hint: suggest(id, Object.keys(regulations)),
    })
  const body = bodyOf({ id, regulation, basis, statement }, values)
  const { event, state } = await recordClock(around, values.incident, body)
  report(event, values, io)
  if (values.json !== true)
    for (const line of clockLines(clocksOf(state, regulations, Date.now()))) io.out(line)
  return 'ok'
}

/** A clock is started while the incident is open; what ended one may be told afterwards too, and is sealed with the rest. */
async function recordClock(
  around: Surroundings,
  wanted: string | undefined,
  body: IncidentEventBody,
): Promise<{ event: IncidentEvent; state: IncidentState }> {
  const directory = chooseIncident(around.runs, wanted)
  const change = body.event === 'clock_stopped' ? changeAnyIncident : changeIncident
  const recorded = await change(around, path.basename(directory), (log) => ({
    event: log.append(body),
    state: log.state,
  }))
  if (recorded.state.status === 'over') writeSeal(directory, requireIncident(journalFile(directory)).end)
  return recorded
}

type Asked = { id: string; regulation: Regulation; basis: string | undefined; statement: Statement }

function bodyOf(
  { id, regulation, basis, statement }: Asked,
  values: { notified?: string; 'not-applicable'?: boolean; text?: string },
): IncidentEventBody {
  const notices = Object.keys(regulation.notices)
  if (values['not-applicable'] === true)
    return {
      ...statement,
      event: 'clock_stopped',
      regulation: id,
      notice: null,
      reason: 'not_applicable',
      text: values.text ?? needed('why it does not apply: --text'),
    }
  if (values.notified !== undefined)
    return {
      ...statement,
      event: 'clock_stopped',
      regulation: id,
      notice: oneOf('--notified', values.notified, notices),
      reason: 'notified',
      text: values.text ?? `${values.notified} handed in`,
    }
  const bases = basesOf(regulation)
  const [only = ''] = bases
  if (basis === undefined && bases.length > 1) needed(`what starts it: one of ${bases.join(', ')}`)
  const start = oneOf(`incident clock ${id}`, basis ?? only, bases)
  return { ...statement, event: 'clock_started', regulation: id, basis: start, text: values.text ?? start }
}

function needed(what: string): never {
  throw new OperatorError('usage', { message: `expected ${what}`, hint: 'npx drillbook incident --help' })
}
