import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { systemClock } from '../../host/clock.ts'
import { bootId, isAlive } from '../../host/process-tree.ts'
import { Journal, START } from '../../journal/append.ts'
import { foldIncident, takeIncidentEvent } from '../../journal/fold-incident.ts'
import type { IncidentState } from '../../journal/fold-incident.ts'
import { isIncidentId, requireIncident } from '../../journal/incident-directory.ts'
import { acquireLock } from '../../journal/lock.ts'
import type { Holder } from '../../journal/lock.ts'
import { makeFolder } from '../../journal/make-folder.ts'
import { setTornLineAside } from '../../journal/torn.ts'
import type { IncidentEvent, IncidentEventBody } from '../../model/incident-event.ts'
import { OperatorError } from '../../model/problem.ts'
import { redact } from '../declare-secrets.ts'
import { thisHolder } from '../lock-holder.ts'
import { cleanIncidentEvent } from './clean-event.ts'

/** A change takes milliseconds: whoever comes meanwhile waits. */
const PATIENCE_MS = 10_000
/** A holder of another machine cannot be looked at; one that is older than this is gone. */
const ELSEWHERE_MS = 60_000

/** A journal of incident events that is open for appending: an incident's, or the outbox of a run. */
export type IncidentLog = {
  file: string
  events: IncidentEvent[]
  state: IncidentState
  append: (body: IncidentEventBody) => IncidentEvent
  commit: () => void
}

type Place = {
  /** The folder of runs. */
  runs: string
  operator: string
  file: string
  /** Id of the incident, or of the run. */
  of: string
}

/**
 * Opens a journal of incident events, does what is to be done with it, and lets others have it. One lock for all incidents:
 * no two can take the same run. What was appended is durable when this resolves; when it rejects, nothing was appended.
 */
export async function withIncidentLog<T>(place: Place, act: (log: IncidentLog) => T): Promise<T> {
  const { runs, file, of } = place
  const operator = redact(place.operator)
  makeFolder(path.dirname(file))
  const lock = await acquireLock(
    path.join(runs, 'locks', lockOf(of)),
    thisHolder(of, operator),
    lookAtWriter,
    {
      resuming: false,
      takeOver: false,
      patienceMs: PATIENCE_MS,
      refusal,
    },
  )
  try {
    const known = existsSync(file) ? requireIncident(file) : undefined
    if (known?.torn === true) setTornLineAside(file, known.validBytes)
    const journal = new Journal<IncidentEventBody, { of: string; operator: string }>(
      [file],
      { of, operator },
      known?.end ?? START,
      systemClock,
    )
    try {
      return await act(logOf(file, journal, known?.events ?? []))
    } finally {
      journal.close()
    }
  } finally {
    lock.release()
  }
}

function logOf(
  file: string,
  journal: Journal<IncidentEventBody, { of: string; operator: string }>,
  events: IncidentEvent[],
): IncidentLog {
  const state = foldIncident(events)
  const append = (body: IncidentEventBody): IncidentEvent => {
    const event = journal.append(cleanIncidentEvent(body))
    events.push(event)
    takeIncidentEvent(state, event)
    return event
  }
  return { file, events, state, append, commit: () => journal.commit() }
}

/** The outbox of a run waits for no incident. */
function lockOf(of: string): string {
  return isIncidentId(of) ? 'incidents' : `outbox~${of}`
}

export function lookAtWriter(holder: Holder): 'alive' | 'dead' | 'elsewhere' {
  if (holder.host !== hostname())
    return Date.now() - Date.parse(holder.since) > ELSEWHERE_MS ? 'dead' : 'elsewhere'
  if (holder.boot !== bootId()) return 'dead'
  return isAlive({ pid: holder.pid, startTime: holder.startTime }) ? 'alive' : 'dead'
}

function refusal(holder: Holder): OperatorError {
  return new OperatorError('refused', {
    message: `another process is writing to an incident: ${holder.operator} on ${holder.host} (process ${holder.pid}, since ${holder.since})`,
    hint: 'Nothing was recorded. Try again.',
  })
}
