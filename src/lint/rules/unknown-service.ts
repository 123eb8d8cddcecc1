import { suggest } from '../../model/suggest.ts'
import { frontMatterPlace } from '../front-matter.ts'
import type { RunbookRule } from '../rule.ts'

export const unknownService: RunbookRule = {
  name: 'unknown-service',
  level: 'error',
  scope: 'runbook',
  summary:
    'A runbook recovers a service of services.yaml: from there come its objective, its owner and its targets.',
  examples: {
    good: [{ title: 'a service of the plan', in: 'front-matter', text: 'service: orders-db' }],
    bad: [
      {
        title: 'a service that is not in the plan',
        in: 'front-matter',
        text: 'service: order-db',
        reports: [
          { line: 1, column: 10, message: 'there is no service "order-db" in docs/plan/services.yaml' },
        ],
      },
    ],
  },
  check(runbook, project) {
    const { services } = project.plan
    if (Object.hasOwn(services, runbook.service)) return []
    return [
      {
        ...frontMatterPlace(runbook, project, 'service'),
        message: `there is no service "${runbook.service}" in docs/plan/services.yaml`,
        hint: suggest(runbook.service, Object.keys(services)),
      },
    ]
  },
}
