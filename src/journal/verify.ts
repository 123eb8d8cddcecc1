import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { JournalEvent } from '../model/event.ts'
import { parseExerciseEvent } from '../model/exercise-event.ts'
import type { ExerciseEvent } from '../model/exercise-event.ts'
import { OperatorError } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import { UNSEALED, unsealed } from '../model/sealed-file.ts'
import { judgeSeal, UNNAMED, unnamedOutputs } from './chain.ts'
import { sha256OfFile } from './hash-file.ts'
import { isOwnFile } from './own-file.ts'
import { readChain, readJournal } from './read.ts'
import type { ReadJournal } from './read.ts'
import { journalFile } from './run-directory.ts'
import { readSeal } from './read-seal.ts'
import { sealPath } from './seal.ts'
import type { Seal } from './seal.ts'
import { signaturePath } from './signatures.ts'

const NOT_A_FILE = 'is not a regular file of this run'

export type Verification = { lines: number; head: string; problems: Problem[]; notes: string[] }

/** What tells the journals of one kind from those of another. */
type Kind<Event> = {
  /** What it is, in words. */
  name: string
  read: (file: string) => ReadJournal<Event>
  first: string
  last: string
  /** The files that the event names, when it is the seal. */
  sealed: (event: Event) => Record<string, string> | undefined
}

const RUN: Kind<JournalEvent> = {
  name: 'run',
  read: readJournal,
  first: 'run-started',
  last: 'run-finished',
  sealed: (event) => (event.event === 'run-sealed' ? event.files : undefined),
}

const EXERCISE: Kind<ExerciseEvent> = {
  name: 'exercise',
  read: (file) => readChain(file, parseExerciseEvent),
  first: 'exercise-started',
  last: 'exercise-ended',
  sealed: (event) => (event.event === 'exercise-sealed' ? event.files : undefined),
}

/** Checks the chain of a journal and, where the run was sealed, every file it left. */
export function verifyRun(directory: string): Verification {
  const { journal, ...result } = verifyJournal(directory, RUN)
  return { ...result, problems: [...result.problems, ...unnamedOutput(directory, journal)] }
}

/** As verifyRun, for a tabletop exercise. */
export function verifyExercise(directory: string): Verification {
  const { journal: _journal, ...result } = verifyJournal(directory, EXERCISE)
  return result
}

function verifyJournal<Event extends { event: string }>(
  directory: string,
  kind: Kind<Event>,
): Verification & { journal: ReadJournal<Event> } {
  const file = journalFile(directory)
  if (!existsSync(file)) throw new OperatorError('usage', { file, message: 'there is no journal here' })
  requireFiles(directory)
  const journal = kind.read(file)
  const problems = [...journal.problems]
  const notes: string[] = []
  if (journal.torn)
    notes.push(
      'The last line was not finished: the machine stopped while it was being written. It does not count.',
    )
  if (journal.events.length === 0 && problems.length === 0)
    notes.push(`Nothing was recorded: the ${kind.name} ended before its first line.`)
  else if (journal.events[0]?.event !== kind.first)
    problems.push({ file, line: 1, message: `the first event is not ${kind.first}` })
  const seal = readSeal(directory)
  if (seal === undefined && !journal.events.some((event) => event.event === kind.last))
    notes.push(
      `The ${kind.name} is not finished, so it is not sealed: that nothing was cut off at the end cannot be told.`,
    )
  else problems.push(...checkSeal(directory, journal, seal, kind))
  return { lines: journal.events.length, head: journal.end.hash, problems, notes, journal }
}

/** Of a copy from elsewhere nothing is read through a link. */
function requireFiles(directory: string): void {
  const names = [journalFile, sealPath, signaturePath].map((of) => path.basename(of(directory)))
  const problems = names
    .map((name) => ({ name, file: path.join(directory, name) }))
    .filter(({ name, file }) => existsSync(file) && !isOwnFile(directory, name))
    .map(({ file }) => ({ file, message: NOT_A_FILE }))
  if (problems.length > 0) throw new OperatorError('damaged', problems)
}

/** A fence is recorded before it can print anything: output without a record shows that lines are missing. */
function unnamedOutput(directory: string, { events }: ReadJournal): Problem[] {
  const folder = path.join(directory, 'output')
  const names = existsSync(folder) ? readdirSync(folder).sort() : []
  return unnamedOutputs(events, names).map((name) => ({ file: path.join(folder, name), message: UNNAMED }))
}

/** A finished run ends with the seal, the seal is its last line, and seal.json names that line. */
function checkSeal<Event>(
  directory: string,
  { events, end }: ReadJournal<Event>,
  seal: Seal | 'damaged' | undefined,
  kind: Kind<Event>,
): Problem[] {
  const last = events.at(-1)
  const files = last === undefined ? undefined : kind.sealed(last)
  const changed = files ? [...changedFiles(directory, files), ...addedFiles(directory, files)] : []
  const sealedAt = events.findIndex((event) => kind.sealed(event) !== undefined)
  const names = { journal: journalFile(directory), seal: sealPath(directory) }
  return [...changed, ...judgeSeal({ lines: events.length, sealedAt, end }, seal, names)]
}

function changedFiles(directory: string, files: Record<string, string>): Problem[] {
  return Object.entries(files).flatMap(([name, expected]) => {
    const file = path.join(directory, name)
    if (!existsSync(file)) return [{ file, message: 'is missing; the seal names it' }]
    // A link may lead anywhere, and a device never ends.
    if (!isOwnFile(directory, name)) return [{ file, message: NOT_A_FILE }]
    const actual = sha256OfFile(file)
    return actual === expected ? [] : [{ file, message: 'was changed after the run was sealed' }]
  })
}

/** Links are added files as well, and are not followed. */
function addedFiles(directory: string, files: Record<string, string>): Problem[] {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .sort()
  return unsealed(names, files).map((name) => ({ file: path.join(directory, name), message: UNSEALED }))
}
