import type { Verification } from '../journal/verify.ts'
import type { ExitName } from '../model/exit-code.ts'
import { formatProblem } from '../model/problem.ts'
import type { Io } from './command.ts'

/** What was found, in the words and with the exit code that are the same for every kind of journal. */
export function sayVerified(
  result: Verification & { signedBy?: string | null },
  json: boolean,
  io: Io,
): ExitName {
  const { problems, notes, lines, signedBy } = result
  if (json) io.json({ signedBy: null, ...result })
  else {
    for (const problem of problems) io.err(formatProblem(problem))
    for (const note of notes) io.out(note)
    const by = signedBy === undefined || signedBy === null ? '' : ` Signed by ${signedBy}.`
    io.out(
      problems.length === 0 ? `${lines} lines, unchanged.${by}` : `CHANGED: ${problems.length} findings.`,
    )
  }
  return problems.length === 0 ? 'ok' : 'damaged'
}
