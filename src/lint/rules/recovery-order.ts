import { formatDuration } from '../../model/duration.ts'
import type { Problem } from '../../model/problem.ts'
import type { PlanRule } from '../rule.ts'

export const recoveryOrder: PlanRule = {
  name: 'recovery-order',
  level: 'error',
  scope: 'plan',
  summary: 'A service is recovered neither before nor faster than what it depends on.',
  examples: {
    good: [{ title: 'the database comes first', in: 'services', text: services(2, '30m') }],
    bad: [
      {
        title: 'the service comes before its database, and is promised sooner',
        in: 'services',
        text: services(0, '5m'),
        reports: [
          {
            line: 14,
            column: 17,
            message: 'orders is of tier 0, but orders-db, on which it depends, is only of tier 1',
          },
          {
            line: 14,
            column: 17,
            message: 'orders is promised in 5 m, but orders-db, on which it depends, in 15 m',
          },
        ],
      },
    ],
  },
  check: ({ plan, locate }) =>
    Object.entries(plan.services).flatMap(([name, service]) =>
      service.dependsOn.flatMap((other, index): Problem[] => {
        const needed = Object.hasOwn(plan.services, other) ? plan.services[other] : undefined
        if (!needed) return []
        const at = locate('services', ['services', name, 'dependsOn', index])
        const needs = `${other}, on which it depends,`
        const [own, its] = [service.objective.rto, needed.objective.rto]
        return [
          ...(service.tier < needed.tier
            ? [
                {
                  ...at,
                  message: `${name} is of tier ${service.tier}, but ${needs} is only of tier ${needed.tier}`,
                },
              ]
            : []),
          ...(own < its
            ? [
                {
                  ...at,
                  message: `${name} is promised in ${formatDuration(own)}, but ${needs} in ${formatDuration(its)}`,
                },
              ]
            : []),
        ]
      }),
    ),
}

function services(tier: number, rto: string): string {
  return `services:
  orders-db:
    title: Orders database
    description: PostgreSQL
    tier: 1
    owner: dba
    objective: { rto: 15m, rpo: 5m, approvedBy: ana, approvedAt: 2026-10-05 }
  orders:
    title: Orders service
    description: HTTP
    tier: ${tier}
    owner: dba
    objective: { rto: ${rto}, rpo: 5m, approvedBy: ana, approvedAt: 2026-10-05 }
    dependsOn: [orders-db]`
}
