import { formatDuration } from '../../model/duration.ts'
import type { Problem } from '../../model/problem.ts'
import type { Service } from '../../model/service.ts'
import type { PlanRule } from '../rule.ts'

/** With these a write is acknowledged only when a standby has it. */
const SYNCHRONOUS: readonly Service['synchronousCommit'][] = ['remote_write', 'on', 'remote_apply']

export const backupInterval: PlanRule = {
  name: 'backup-interval',
  level: 'error',
  scope: 'plan',
  summary:
    'A database is backed up, and at least as often as its RPO says, unless each acknowledged write is also on a standby.',
  examples: {
    good: [
      {
        title: 'the log is archived every minute, for an RPO of 5 minutes',
        in: 'schedule',
        text: backup('1m'),
      },
    ],
    bad: [
      {
        title: 'a dump a day, for an RPO of 5 minutes',
        in: 'schedule',
        text: backup('1d'),
        reports: [
          {
            line: 6,
            column: 12,
            message: 'backed up every 24 h, but the RPO of orders-db is 5 m',
          },
        ],
      },
    ],
  },
  check: ({ plan, locate }) =>
    Object.entries(plan.services).flatMap(([name, service]): Problem[] => {
      if (!Object.values(service.targets).includes('postgres')) return []
      const [most] = Object.entries(plan.schedule.backups)
        .filter(([, entry]) => entry.service === name)
        .sort(([, a], [, b]) => a.every - b.every)
      if (!most)
        return [
          { ...locate('services', ['services', name]), message: `${name} has no backup in schedule.yaml` },
        ]
      const [id, { every }] = most
      const { rpo } = service.objective
      if (every <= rpo || SYNCHRONOUS.includes(service.synchronousCommit)) return []
      return [
        {
          ...locate('schedule', ['backups', id, 'every']),
          message: `backed up every ${formatDuration(every)}, but the RPO of ${name} is ${formatDuration(rpo)}`,
          hint: 'Archive the write-ahead log, replicate synchronously, or have another RPO approved.',
        },
      ]
    }),
}

function backup(every: string): string {
  return `backups:
  orders-db:
    title: Orders database
    service: orders-db
    method: pg_dump
    every: ${every}
    keep: 30d
    storedAt: Object store of another region
    owner: dba`
}
