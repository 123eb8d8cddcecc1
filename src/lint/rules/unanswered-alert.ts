import type { PlanRule } from '../rule.ts'

export const unansweredAlert: PlanRule = {
  name: 'unanswered-alert',
  level: 'warning',
  scope: 'plan',
  summary: 'Every alert leads to a runbook: whoever it wakes has something to do.',
  examples: {
    good: [
      {
        title: 'the runbook of the service names the alert under triggers',
        in: 'services',
        text: service('OrdersDatabaseDown'),
      },
    ],
    bad: [
      {
        title: 'an alert that no runbook names',
        in: 'services',
        text: service('OrdersDatabaseSlow'),
        reports: [{ line: 8, column: 14, message: 'the alert OrdersDatabaseSlow leads to no runbook' }],
      },
    ],
  },
  check({ plan, locate, runbooks }) {
    const read = new Set(runbooks.map(({ id }) => id))
    const answered = new Set(runbooks.flatMap(({ triggers }) => triggers))
    return Object.entries(plan.services)
      .filter(([, service]) => service.runbooks.every((id) => read.has(id)))
      .flatMap(([name, { alerts }]) =>
        alerts.flatMap((alert, index) =>
          answered.has(alert)
            ? []
            : [
                {
                  ...locate('services', ['services', name, 'alerts', index]),
                  message: `the alert ${alert} leads to no runbook`,
                  hint: 'Add it to the triggers of a runbook, or write one: what does the person do whom it wakes?',
                },
              ],
        ),
      )
  },
}

function service(alert: string): string {
  return `services:
  orders-db:
    title: Orders database
    description: PostgreSQL
    tier: 1
    owner: dba
    objective: { rto: 15m, rpo: 5m, approvedBy: ana, approvedAt: 2026-10-05 }
    alerts: [${alert}]
    runbooks: [example]`
}
