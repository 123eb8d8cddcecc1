import type { PlanRule } from '../rule.ts'

export const backupUnproved: PlanRule = {
  name: 'backup-unproved',
  level: 'warning',
  scope: 'plan',
  summary: 'At least one backup of each service is restored regularly: one that nobody restored is a hope.',
  examples: {
    good: [
      {
        title: 'restored every week',
        in: 'schedule',
        text: `${backup()}
verifications:
  weekly:
    title: Restore
    backup: orders-db
    every: 7d
    owner: dba
    proves: Row counts`,
      },
    ],
    bad: [
      {
        title: 'never restored',
        in: 'schedule',
        text: backup(),
        reports: [{ line: 2, column: 3, message: 'no verification restores a backup of orders-db' }],
      },
    ],
  },
  check({ plan, locate }) {
    const { backups, verifications } = plan.schedule
    const proved = new Set(Object.values(verifications).map(({ backup }) => backups[backup]?.service))
    const reported = new Set<string>()
    return Object.entries(backups).flatMap(([id, { service }]) => {
      if (proved.has(service) || reported.has(service)) return []
      reported.add(service)
      return [
        {
          ...locate('schedule', ['backups', id]),
          message: `no verification restores a backup of ${service}`,
          hint: 'Add one under verifications, and say what it proves.',
        },
      ]
    })
  },
}

function backup(): string {
  return `backups:
  orders-db:
    title: Orders database
    service: orders-db
    method: pg_dump
    every: 1m
    keep: 30d
    storedAt: Object store of another region
    owner: dba`
}
