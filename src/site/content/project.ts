import { placeInFrontMatter } from '../../document/front-matter-place.ts'
import type { Plan } from '../../document/plan.ts'
import { ProjectFiles } from '../../document/project-files.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Problem } from '../../model/problem.ts'
import type { Runbook } from '../../model/runbook.ts'
import { suggest } from '../../model/suggest.ts'
import { readPlan } from './plan.ts'
import { readAllRunbooks } from './runbooks.ts'

/** Everything that pages are made of. All mistakes are thrown as one OperatorError, each with its place and what to do. */
export function readProject(root: string): { plan: Plan; runbooks: Runbook[] } {
  const problems: Problem[] = []
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error
      problems.push(...error.problems)
      return undefined
    }
  }
  const runbooks = attempt(() => readAllRunbooks(root))
  const found = attempt(() => readPlan(root))
  if (found && runbooks) {
    problems.push(...withoutService(root, found.plan, runbooks))
    if (problems.length === 0) return { plan: found.plan, runbooks }
  }
  throw new OperatorError('failed', problems)
}

/** Without its service a runbook has no objective, no owner and nobody to call. */
function withoutService(root: string, { services }: Plan, runbooks: Runbook[]): Problem[] {
  const { read } = new ProjectFiles(root)
  return runbooks
    .filter(({ service }) => !Object.hasOwn(services, service))
    .map(({ file, service }) => ({
      ...placeInFrontMatter(file, read(file) ?? '', 'service'),
      message: `there is no service "${service}" in docs/plan/services.yaml`,
      hint: suggest(service, Object.keys(services)),
    }))
}
