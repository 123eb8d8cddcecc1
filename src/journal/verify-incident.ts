import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { IncidentEvent } from '../model/incident-event.ts'
import { OperatorError } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import { sha256OfFile } from './hash-file.ts'
import { readIncident } from './incident-directory.ts'
import { readSeal } from './read-seal.ts'
import { journalFile } from './run-directory.ts'
import { sealPath } from './seal.ts'
import type { Verification } from './verify.ts'

/** What may follow the seal: the incident went on, a message that was on its way ended, or a duty to report did. */
const AFTER_SEAL: readonly IncidentEvent['event'][] = [
  'reopened',
  'message_sent',
  'message_failed',
  'clock_stopped',
]

/** Checks the chain of an incident, its seal, its messages, and that the runs it names are the ones that were attached. */
export function verifyIncident(directory: string): Verification {
  const file = journalFile(directory)
  if (!existsSync(file)) throw new OperatorError('usage', { file, message: 'there is no journal here' })
  const { events, problems, torn, end } = readIncident(file)
  const found = [...problems]
  const notes: string[] = []
  if (torn) notes.push('The last line was not finished: it does not count.')
  if (events[0]?.event !== 'declared' && problems.length === 0)
    found.push({ file, line: 1, message: 'the first event is not declared' })
  found.push(...changedMessages(directory, events), ...changedRuns(directory, events))
  const lines = readFileSync(file, 'utf8').split('\n')
  const open = events.findLast(({ event }) => event === 'declared_over' || event === 'reopened')
  if (open?.event === 'declared_over' || existsSync(sealPath(directory)))
    found.push(...checkSeal(directory, events, lines))
  else
    notes.push(
      'The incident is open, so it is not sealed: that nothing was cut off at the end cannot be told.',
    )
  return { lines: events.length, head: end.hash, problems: found, notes }
}

function checkSeal(directory: string, events: readonly IncidentEvent[], lines: readonly string[]): Problem[] {
  const file = journalFile(directory)
  const seal = readSeal(directory)
  const hint = 'If the machine stopped while it was being closed: reopen it and close it again.'
  if (seal === undefined) return [{ file: sealPath(directory), message: 'is missing', hint }]
  if (seal === 'damaged') return [{ file: sealPath(directory), message: 'is not a seal' }]
  const sealed = lines[seal.lines - 1]
  if (sealed === undefined || hashOf(sealed) !== seal.head)
    return [{ file, line: seal.lines, message: 'is not the line that was sealed, or it was cut off' }]
  const next = events[seal.lines]
  return next === undefined || AFTER_SEAL.includes(next.event)
    ? []
    : [{ file, line: next.seq, message: `${next.event} follows the seal` }]
}

function changedMessages(directory: string, events: readonly IncidentEvent[]): Problem[] {
  return events.flatMap((event): Problem[] => {
    if (event.event !== 'message_rendered') return []
    const file = path.join(directory, event.file)
    if (!existsSync(file)) return [{ file, message: `is missing; line ${event.seq} names it` }]
    return sha256OfFile(file) === event.sha256
      ? []
      : [{ file, message: `was changed; line ${event.seq} names it` }]
  })
}

/** An incident lies in runs/incidents: its runs are two folders up. */
function changedRuns(directory: string, events: readonly IncidentEvent[]): Problem[] {
  const file = journalFile(directory)
  return events.flatMap((event): Problem[] => {
    if (event.event !== 'run_attached') return []
    const run = journalFile(path.resolve(directory, '..', '..', event.run))
    const at = { file, line: event.seq }
    if (!existsSync(run)) return [{ ...at, message: `names the run ${event.run}, which is not there` }]
    const line = readFileSync(run, 'utf8').split('\n')[event.line - 1]
    return line !== undefined && hashOf(line) === event.sha256
      ? []
      : [
          {
            ...at,
            message: `names another line ${event.line} of ${event.run} than is there: the run was changed`,
          },
        ]
  })
}

function hashOf(line: string): string {
  return createHash('sha256').update(line).digest('hex')
}
