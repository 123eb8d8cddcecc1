import type { PlanRule } from '../rule.ts'

const DAY_MS = 86_400_000

export const objectiveUnapproved: PlanRule = {
  name: 'objective-unapproved',
  level: 'error',
  scope: 'plan',
  summary:
    'An objective was approved before it is relied on: a test against an unapproved one proves nothing.',
  examples: {
    good: [{ title: 'approved', in: 'services', text: service('2026-10-05') }],
    bad: [
      {
        title: 'approved on a day that has not come yet',
        in: 'services',
        text: service('2027-10-05'),
        reports: [
          {
            line: 7,
            column: 66,
            message: 'the objective of orders-db is not approved before 2027-10-05',
          },
        ],
      },
    ],
  },
  check: ({ plan, locate, now }) =>
    Object.entries(plan.services)
      .filter(([, { objective }]) => Date.parse(objective.approvedAt) > now.getTime() + DAY_MS)
      .map(([name, { objective }]) => ({
        ...locate('services', ['services', name, 'objective', 'approvedAt']),
        message: `the objective of ${name} is not approved before ${objective.approvedAt}`,
      })),
}

function service(approvedAt: string): string {
  return `services:
  orders-db:
    title: Orders database
    description: PostgreSQL
    tier: 1
    owner: dba
    objective: { rto: 15m, rpo: 5m, approvedBy: ana, approvedAt: ${approvedAt} }`
}
