import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { OperatorError } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import { readJournal } from './read.ts'
import { journalFile } from './run-directory.ts'

export type Verification = { lines: number; head: string; problems: Problem[]; notes: string[] }

/** Checks the chain of a journal and, where the run was sealed, every file it left. */
export function verifyRun(directory: string): Verification {
  const file = journalFile(directory)
  if (!existsSync(file)) throw new OperatorError('usage', { file, message: 'there is no journal here' })
  const journal = readJournal(file)
  const problems = [...journal.problems]
  const notes: string[] = []
  if (journal.torn)
    notes.push(
      'The last line was not finished: the machine stopped while it was being written. It does not count.',
    )
  const last = journal.events.at(-1)
  if (journal.events[0]?.event !== 'run-started')
    problems.push({ file, line: 1, message: 'the first event is not run-started' })
  const sealedAt = journal.events.findIndex((event) => event.event === 'run-sealed')
  if (last?.event === 'run-sealed') problems.push(...changedFiles(directory, last.files))
  else if (sealedAt !== -1) problems.push({ file, line: sealedAt + 2, message: 'lines follow the seal' })
  else if (journal.events.some((event) => event.event === 'run-finished'))
    problems.push({ file, message: 'the run finished, but its seal is missing: the end was cut off' })
  else
    notes.push(
      'The run is not finished, so it is not sealed: that nothing was cut off at the end cannot be told.',
    )
  return { lines: journal.events.length, head: journal.end.hash, problems, notes }
}

function changedFiles(directory: string, files: Record<string, string>): Problem[] {
  return Object.entries(files).flatMap(([name, expected]) => {
    const file = path.join(directory, name)
    if (!existsSync(file)) return [{ file, message: 'is missing; the seal names it' }]
    const actual = createHash('sha256').update(readFileSync(file)).digest('hex')
    return actual === expected ? [] : [{ file, message: 'was changed after the run was sealed' }]
  })
}
