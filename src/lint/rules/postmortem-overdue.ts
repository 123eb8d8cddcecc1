import { deadlines } from '../../model/postmortem.ts'
import type { ReportRule } from '../rule.ts'

export const postmortemOverdue: ReportRule = {
  name: 'postmortem-overdue',
  level: 'warning',
  scope: 'report',
  summary:
    'A post-mortem is reviewed within 3 days (sev1) or 5 business days, and complete within 7: after that nobody remembers.',
  examples: {
    good: [{ title: 'yesterday', in: 'postmortem', text: 'status: draft' }],
    bad: [
      {
        title: 'four days old, and nobody has reviewed it',
        in: 'postmortem',
        text: 'status: draft\nendedAt: 2026-11-17T10:00:00Z',
        reports: [{ line: 1, column: 9, message: 'its review was due on 2026-11-20, and it is a draft' }],
      },
    ],
  },
  check: ({ file, matter, locate }, { now }) =>
    matter === undefined
      ? []
      : deadlines(matter, now)
          .filter(({ overdue }) => overdue)
          .map(({ what, due }) => ({
            ...locate(['status']),
            file,
            message: `its ${what} was due on ${due.toISOString().slice(0, 10)}, and it is ${matter.status === 'draft' ? 'a draft' : matter.status.replace('_', ' ')}`,
            hint: 'npx drillbook postmortem status',
          })),
}
