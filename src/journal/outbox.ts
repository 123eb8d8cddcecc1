import path from 'node:path'
import { isIncidentId } from './incident-directory.ts'
import { journalFile } from './run-directory.ts'

/** Where the messages of an incident or run are recorded: an incident has one journal; that of a run is sealed before they have all left. */
export function outboxJournal(directory: string): string {
  return isIncidentId(path.basename(directory))
    ? journalFile(directory)
    : path.join(directory, 'outbox', 'journal.ndjson')
}
