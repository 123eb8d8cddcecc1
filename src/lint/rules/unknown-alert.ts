import { suggest } from '../../model/suggest.ts'
import { frontMatterPlace } from '../front-matter.ts'
import type { RunbookRule } from '../rule.ts'

export const unknownAlert: RunbookRule = {
  name: 'unknown-alert',
  level: 'error',
  scope: 'runbook',
  summary: 'An alert that leads to a runbook is one that a service declares: a renamed alert leads nowhere.',
  examples: {
    good: [{ title: 'an alert of the service', in: 'front-matter', text: 'triggers: [OrdersDatabaseDown]' }],
    bad: [
      {
        title: 'an alert that nothing sends',
        in: 'front-matter',
        text: 'triggers: [OrdersDatabaseDown, OrdersDbDown]',
        reports: [{ line: 1, column: 32, message: 'no service declares the alert "OrdersDbDown"' }],
      },
    ],
  },
  check(runbook, project) {
    const alerts = Object.values(project.plan.services).flatMap((service) => service.alerts)
    return runbook.triggers.flatMap((alert, index) =>
      alerts.includes(alert)
        ? []
        : [
            {
              ...frontMatterPlace(runbook, project, 'triggers', index),
              message: `no service declares the alert "${alert}"`,
              hint: suggest(alert, alerts),
            },
          ],
    )
  },
}
