import { frontMatterPlace } from '../front-matter.ts'
import type { RunbookRule } from '../rule.ts'

export const unlistedRunbook: RunbookRule = {
  name: 'unlisted-runbook',
  level: 'error',
  scope: 'runbook',
  summary: 'The service that a runbook recovers names that runbook: nobody finds it at 3 a.m. otherwise.',
  examples: {
    good: [
      { title: 'the service names it', in: 'front-matter', text: 'service: orders-db' },
      {
        title: 'a service that does not exist: unknown-service reports it',
        in: 'front-matter',
        text: 'service: payments',
      },
    ],
    bad: [
      {
        title: 'the service does not name it',
        in: 'front-matter',
        text: 'service: edge',
        reports: [{ line: 1, column: 10, message: 'the service edge does not name this runbook' }],
      },
    ],
  },
  check(runbook, project) {
    const service = Object.hasOwn(project.plan.services, runbook.service)
      ? project.plan.services[runbook.service]
      : undefined
    if (!service || service.runbooks.includes(runbook.id)) return []
    return [
      {
        ...frontMatterPlace(runbook, project, 'service'),
        message: `the service ${runbook.service} does not name this runbook`,
        hint: `Add ${runbook.id} to services.${runbook.service}.runbooks in docs/plan/services.yaml.`,
      },
    ]
  },
}
