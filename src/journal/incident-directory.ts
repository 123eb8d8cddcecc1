import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { parseIncidentEvent } from '../model/incident-event.ts'
import type { IncidentEvent } from '../model/incident-event.ts'
import { OperatorError } from '../model/problem.ts'
import { onlyId } from './find-one.ts'
import { makeFolder } from './make-folder.ts'
import { readChain } from './read.ts'
import type { ReadJournal } from './read.ts'
import { journalFile } from './run-directory.ts'
import { syncDirectory } from './sync-directory.ts'

const SLUG = 40

/** Incidents live beside the runs: `runs/incidents/<id>/journal.ndjson`. */
export function incidentsFolder(runs: string): string {
  return path.join(runs, 'incidents')
}

/** Sorts by time, says what it is about, and two of the same second do not meet. */
export function newIncidentId(title: string, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG)
    .replace(/^-+|-+$/g, '')
  return ['inc', stamp, slug, randomBytes(2).toString('hex')].filter((part) => part !== '').join('-')
}

export function createIncidentDirectory(runs: string, id: string): string {
  const directory = path.join(incidentsFolder(runs), id)
  makeFolder(directory)
  syncDirectory(runs)
  syncDirectory(incidentsFolder(runs))
  return directory
}

/** The ids of all incidents, oldest first. One whose first line was never written is none. */
export function listIncidents(runs: string): string[] {
  const folder = incidentsFolder(runs)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => existsSync(journalFile(path.join(folder, name))))
    .sort()
}

/** Whether this names an incident and not a run. */
export function isIncidentId(wanted: string): boolean {
  return wanted.startsWith('inc-')
}

/** The folder of an incident, by its id, the unambiguous beginning or end of one, or `last`. */
export function findIncident(runs: string, wanted: string): string {
  const words = { one: 'incident', many: 'incidents', hint: 'npm run incident list' }
  return path.join(incidentsFolder(runs), onlyId(wanted, listIncidents(runs), words))
}

/** Reads an incident's journal, or the outbox of a run; checks every line. */
export function readIncident(file: string): ReadJournal<IncidentEvent> {
  return readChain(file, parseIncidentEvent)
}

/** As readIncident, but a damaged journal is refused: OperatorError('damaged'). */
export function requireIncident(file: string): ReadJournal<IncidentEvent> {
  const journal = readIncident(file)
  if (journal.problems.length > 0) throw new OperatorError('damaged', journal.problems)
  return journal
}
