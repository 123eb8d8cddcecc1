import { existsSync } from 'node:fs'
import path from 'node:path'
import { foldIncident } from '../../journal/fold-incident.ts'
import type { IncidentState } from '../../journal/fold-incident.ts'
import { readIncident } from '../../journal/incident-directory.ts'
import { outboxJournal } from '../../journal/outbox.ts'
import type { UnsentMessage } from './status-lines.ts'

/** Messages of an incident, and of the runs that are part of it, that have not left by every channel. */
export function unsentOf(runs: string, directory: string, state: IncidentState): UnsentMessage[] {
  const own = undelivered(directory, state)
  return [...own, ...state.runs.flatMap(({ run }) => unsentOfRun(path.join(runs, run)))]
}

export function unsentOfRun(directory: string): UnsentMessage[] {
  const file = outboxJournal(directory)
  return existsSync(file) ? undelivered(directory, foldIncident(readIncident(file).events)) : []
}

function undelivered(where: string, { messages }: IncidentState): UnsentMessage[] {
  return messages.flatMap((message) =>
    message.deliveries
      .filter(({ state }) => state === 'pending' || state === 'failed')
      .map((delivery) => ({ where, message, delivery })),
  )
}
