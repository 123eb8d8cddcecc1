import path from 'node:path'
import {
  findIncident,
  incidentsFolder,
  listIncidents,
  readIncident,
  requireIncident,
} from '../../journal/incident-directory.ts'
import { foldIncident } from '../../journal/fold-incident.ts'
import type { IncidentState } from '../../journal/fold-incident.ts'
import { journalFile } from '../../journal/run-directory.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { OperatorError } from '../../model/problem.ts'
import { operatorName } from '../identity.ts'
import { declareKnownSecrets } from '../known-secrets.ts'
import { projectRoot } from '../project-root.ts'
import { withIncidentLog } from './log.ts'
import type { IncidentLog } from './log.ts'

export type Surroundings = { root: string; runs: string; operator: string }

export function surroundings(operator: string | undefined): Surroundings {
  const root = projectRoot()
  return { root, runs: runsFolder(root, process.env), operator: operatorName(operator) }
}

/** The incident that is meant: the one named, that of DRILLBOOK_INCIDENT, or the only one that is open. Its folder. */
export function chooseIncident(runs: string, wanted = process.env['DRILLBOOK_INCIDENT']): string {
  if (wanted !== undefined && wanted !== '') return findIncident(runs, wanted)
  const open = incidents(runs).filter(({ status }) => status === 'open')
  const [only] = open
  if (only && open.length === 1) return path.join(incidentsFolder(runs), only.id)
  throw new OperatorError(
    'usage',
    open.length === 0
      ? { message: 'no incident is open', hint: 'npm run incident declare   or name one: --incident ID' }
      : {
          message: `${open.length} incidents are open: ${open.map(({ id }) => id).join(', ')}`,
          hint: 'Say which: --incident ID, or export DRILLBOOK_INCIDENT=ID',
        },
  )
}

export type Incident = IncidentState & { damaged: boolean }

/** What every incident's journal says, as far as it can be read; oldest first. */
export function incidents(runs: string): Incident[] {
  return listIncidents(runs).map((id) => {
    const journal = readIncident(journalFile(path.join(incidentsFolder(runs), id)))
    return { ...foldIncident(journal.events), id, damaged: journal.problems.length > 0 }
  })
}

/** Changes the incident that is meant, which has to be open. */
export async function changeIncident<T>(
  around: Surroundings,
  wanted: string | undefined,
  act: (log: IncidentLog) => T,
): Promise<T> {
  return await changeAnyIncident(around, wanted, (log) => {
    requireOpen(log)
    return act(log)
  })
}

/** The same for what may still be told of an incident that is over. */
export async function changeAnyIncident<T>(
  { root, runs, operator }: Surroundings,
  wanted: string | undefined,
  act: (log: IncidentLog) => T,
): Promise<T> {
  const directory = chooseIncident(runs, wanted)
  const of = path.basename(directory)
  await declareKnownSecrets(root)
  return await withIncidentLog({ runs, operator, file: journalFile(directory), of }, (log) => {
    if (log.state.status === 'open') requireOpen(log)
    return act(log)
  })
}

/** The id of an incident that runs can be attached to. */
export function requireOpenIncident(wanted: string): string {
  const { runs } = surroundings(undefined)
  const directory = findIncident(runs, wanted)
  const file = journalFile(directory)
  const { events } = requireIncident(file)
  requireOpen({ file, events, state: foldIncident(events) })
  return path.basename(directory)
}

export function requireOpen({ state, events, file }: Pick<IncidentLog, 'state' | 'events' | 'file'>): void {
  if (state.status === 'open' && events.length > 0) return
  const line = events.findLast(({ event }) => event === 'declared_over')?.seq
  throw new OperatorError('refused', {
    file,
    line,
    message: `${state.id} was declared over at ${state.overAt}: nothing was recorded`,
    hint: `npm run incident reopen -- --incident ${state.id} --text "why"`,
  })
}
