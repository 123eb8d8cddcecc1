import { declaredTargets } from '../../document/plan-references.ts'
import type { Problem } from '../../model/problem.ts'
import { suggest } from '../../model/suggest.ts'
import { frontMatterPlace } from '../front-matter.ts'
import type { RunbookRule } from '../rule.ts'

export const unknownDrill: RunbookRule = {
  name: 'unknown-drill',
  level: 'error',
  scope: 'runbook',
  summary: 'A drill injects a fault that exists, on a target that a service declares.',
  examples: {
    good: [
      {
        title: 'a known fault on a declared target',
        in: 'front-matter',
        text: 'drill: { fault: postgres-kill, on: orders-db.primary }',
      },
    ],
    bad: [
      {
        title: 'neither the fault nor the target exists',
        in: 'front-matter',
        text: 'drill: { fault: postgres-kil, on: orders-db.main }',
        reports: [
          { line: 1, column: 17, message: 'there is no fault "postgres-kil"' },
          { line: 1, column: 35, message: 'no service declares the target "orders-db.main"' },
        ],
      },
    ],
  },
  check(runbook, project) {
    if (!runbook.drill) return []
    const { fault, on } = runbook.drill
    const targets = declaredTargets(project.plan.services)
    const problems: Problem[] = []
    if (project.faults && !project.faults.includes(fault))
      problems.push({
        ...frontMatterPlace(runbook, project, 'drill', 'fault'),
        message: `there is no fault "${fault}"`,
        hint: suggest(fault, project.faults),
      })
    if (!targets.has(on))
      problems.push({
        ...frontMatterPlace(runbook, project, 'drill', 'on'),
        message: `no service declares the target "${on}"`,
        hint: suggest(on, targets.keys()),
      })
    return problems
  },
}
