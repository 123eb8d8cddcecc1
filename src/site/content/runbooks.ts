import { readFileSync } from 'node:fs'
import path from 'node:path'
import { loadRunbook } from '../../document/load.ts'
import { runbookIds } from '../../document/plan.ts'
import { sha256 } from '../../document/project-files.ts'
import type { Problem } from '../../model/problem.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Runbook } from '../../model/runbook.ts'
import { steps } from '../../model/runbook.ts'
import { onceInABuild } from './once.ts'
import { unshowable } from './showable.ts'

/** The id of the runbook that a file of the project is, or undefined when it is none. */
export function runbookIdOf(root: string, file: string): string | undefined {
  const relative = path.relative(path.join(root, 'runbooks'), file).split(path.sep).join('/')
  return relative.startsWith('../') || !relative.endsWith('.mdx')
    ? undefined
    : relative.slice(0, -'.mdx'.length)
}

/** One runbook, as the runner reads it. A mistake fails the build with its place. */
export const readRunbook = onceInABuild((root: string, id: string): Runbook => {
  const { runbook, problems } = loadRunbook(root, id)
  if (!runbook) throw new OperatorError('failed', problems)
  const shown = [
    ...steps(runbook.nodes).flatMap((step) => step.fences),
    ...importedScripts(root, runbook).map(({ file, code }) => ({
      code,
      place: { file, line: 1, column: 1 },
    })),
  ]
  const wrong = shown.flatMap(unshowable)
  if (wrong.length > 0) throw new OperatorError('failed', wrong)
  return runbook
})

/** The scripts that no fence names, but that one imports: they run, so they are shown. */
export function importedScripts(root: string, { nodes, sources }: Runbook): { file: string; code: string }[] {
  const named = new Set(steps(nodes).flatMap((step) => step.fences.map((fence) => fence.script)))
  return sources
    .filter(({ file }) => !RUNBOOK_OR_MESSAGE.test(file) && !named.has(file))
    .map(({ file, sha256: expected }) => {
      const code = readFileSync(path.join(root, file), 'utf8')
      if (sha256(code) === expected) return { file, code }
      throw new OperatorError('failed', { file, message: 'the file changed while it was read; build again' })
    })
}

/** What a digest covers besides scripts, and what a page shows in its own way. */
const RUNBOOK_OR_MESSAGE = /^(runbooks|templates)\//

/** Every runbook; the mistakes of all of them are reported at once. */
export function readAllRunbooks(root: string): Runbook[] {
  const problems: Problem[] = []
  const runbooks = runbookIds(root).flatMap((id) => {
    try {
      return [readRunbook(root, id)]
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error
      problems.push(...error.problems)
      return []
    }
  })
  if (problems.length > 0) throw new OperatorError('failed', withoutRepeats(problems))
  return runbooks
}

/** A mistake in a runbook that others use is found once for each of them. */
function withoutRepeats(problems: Problem[]): Problem[] {
  const seen = new Map(problems.toReversed().map((problem) => [key(problem), problem]))
  return problems.filter((problem) => seen.get(key(problem)) === problem)
}

function key({ file, line, column, message }: Problem): string {
  return JSON.stringify([file, line, column, message])
}

/** Where the page of a runbook is. */
export function runbookHref(id: string): string {
  return `/runbooks/${id}/`
}
