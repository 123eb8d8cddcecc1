import path from 'node:path'
import { loadRunbook } from '../../document/load.ts'
import { runbookIds } from '../../document/plan.ts'
import type { Problem } from '../../model/problem.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Runbook } from '../../model/runbook.ts'
import { steps } from '../../model/runbook.ts'
import { unshowable } from './showable.ts'

/** The id of the runbook that a file of the project is, or undefined when it is none. */
export function runbookIdOf(root: string, file: string): string | undefined {
  const relative = path.relative(path.join(root, 'runbooks'), file).split(path.sep).join('/')
  return relative.startsWith('../') || !relative.endsWith('.mdx')
    ? undefined
    : relative.slice(0, -'.mdx'.length)
}

/** One runbook, as the runner reads it. A mistake fails the build with its place. */
export function readRunbook(root: string, id: string): Runbook {
  const { runbook, problems } = loadRunbook(root, id)
  if (!runbook) throw new OperatorError('failed', problems)
  const wrong = steps(runbook.nodes).flatMap((step) => step.fences.flatMap(unshowable))
  if (wrong.length > 0) throw new OperatorError('failed', wrong)
  return runbook
}

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
  if (problems.length > 0) throw new OperatorError('failed', problems)
  return runbooks
}

/** Where the page of a runbook is. */
export function runbookHref(id: string): string {
  return `/runbooks/${id}/`
}
