import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { foldIncident } from '../../journal/fold-incident.ts'
import type { IncidentState } from '../../journal/fold-incident.ts'
import { requireIncident } from '../../journal/incident-directory.ts'
import { journalFile } from '../../journal/run-directory.ts'
import { OperatorError } from '../../model/problem.ts'
import type { ExitName } from '../../model/exit-code.ts'
import type { Regulations } from '../../model/regulation.ts'
import { clocksOf } from '../../reports/clocks.ts'
import type { Clock } from '../../reports/clocks.ts'
import { table } from '../../reports/summary.ts'
import type { Io } from '../command.ts'
import { openCommunications } from '../open-communications.ts'
import { openPlan } from '../project.ts'
import { chooseIncident, incidents, surroundings } from './choose.ts'
import type { Incident } from './choose.ts'
import { readOptions } from './options.ts'
import { regulationsFor, runningClocks, runningDuties } from './running-clocks.ts'
import { statusLines } from './status-lines.ts'
import { unsentOf } from './unsent.ts'

/** Elapsed time, roles, the next update, clocks, and what did not leave. Reads only. */
export async function status(argv: string[], io: Io): Promise<ExitName> {
  const { values, positionals } = readOptions('status', argv, { watch: { type: 'boolean' } })
  const { root, runs } = surroundings(values.operator)
  const directory = chooseIncident(runs, positionals[0] ?? values.incident)
  const { plan } = await openPlan(root)
  const { regulations } = await openCommunications(root, plan)
  const look = (): ReturnType<typeof statusOf> => statusOf(runs, directory, regulations)
  const lines = (): string[] => {
    const { state, now, facts } = look()
    return statusLines(state, now, facts)
  }
  if (values.json === true) {
    const { state, now, facts } = look()
    io.json(asJson(state, facts, now))
    return 'ok'
  }
  if (values.watch !== true || !process.stdout.isTTY) for (const line of lines()) io.out(line)
  else
    for (;;) {
      io.out([HOME_AND_CLEAR, ...lines(), '', 'Ctrl-C leaves.'].join('\n'))
      await delay(TICK_MS)
    }
  return 'ok'
}

const HOME_AND_CLEAR = '\u001B[H\u001B[J'
const TICK_MS = 1000

function statusOf(runs: string, directory: string, regulations: Regulations) {
  const file = journalFile(directory)
  const state = foldIncident(requireIncident(file).events)
  if (state.declaredAt === '') throw new OperatorError('usage', { file, message: 'was never declared' })
  const now = Date.now()
  const facts = { clocks: clocksOf(state, regulations, now), unsent: unsentOf(runs, directory, state) }
  return { state, now, facts }
}

function asJson(state: IncidentState, facts: object, now: number): object {
  const until = state.overAt === undefined ? now : Date.parse(state.overAt)
  return {
    ...state,
    roles: [...state.roles.values()],
    moments: Object.fromEntries(state.moments),
    elapsedMs: Math.max(0, until - Date.parse(state.declaredAt)),
    nextUpdateAt: state.promises.map(({ dueAt }) => dueAt).sort()[0] ?? null,
    ...facts,
  }
}

/** What is known of an incident, and which of its duties to report still wait, also of one that is over. */
export async function list(argv: string[], io: Io): Promise<ExitName> {
  const { values } = readOptions('list', argv, {})
  const { root, runs } = surroundings(values.operator)
  const all = incidents(runs)
  const regulations = await regulationsFor(root, all)
  const now = Date.now()
  if (values.json === true) for (const one of all) io.json(listed(one, runningClocks(one, regulations, now)))
  else if (all.length === 0) io.out('There are no incidents.')
  else
    for (const line of table([
      ['incident', '', 'status', 'title'],
      ...all.map((one) => [
        one.id,
        one.severity,
        one.damaged ? 'damaged' : `${one.status}${clocksText(runningDuties(one, regulations, now).length)}`,
        one.title,
      ]),
    ]))
      io.out(line)
  return 'ok'
}

function listed(state: Incident, clocks: readonly Clock[]): object {
  const { id, severity, title, kind, status, declaredAt, overAt, runs, damaged } = state
  const common = { id, severity, title, kind, status, declaredAt, overAt, damaged }
  return { ...common, runs: runs.map(({ run }) => run), clocks, folder: path.join('incidents', id) }
}

function clocksText(count: number): string {
  return count === 0 ? '' : `, ${count} ${count === 1 ? 'clock runs' : 'clocks run'}`
}
