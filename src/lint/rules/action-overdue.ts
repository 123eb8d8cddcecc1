import { ageInDays, isOverdue } from '../../model/action-item.ts'
import { placedActions, sampleActions } from '../actions.ts'
import type { ReportRule } from '../rule.ts'

export const actionOverdue: ReportRule = {
  name: 'action-overdue',
  level: 'warning',
  scope: 'report',
  summary: 'What was promised after the last failure is done by the day it was promised for.',
  examples: {
    good: [{ title: 'not due yet', in: 'postmortem', text: sampleActions() }],
    bad: [
      {
        title: 'due yesterday',
        in: 'postmortem',
        text: sampleActions({ opened: '2026-11-01', due: '2026-11-20' }),
        reports: [
          { line: 8, column: 10, message: 'alert-on-lag was due on 2026-11-20; ana has had it for 20 days' },
        ],
      },
    ],
  },
  check: (report, { now }) =>
    placedActions(report).flatMap(({ item, at }) =>
      isOverdue(item, now)
        ? [
            {
              ...at('due'),
              message: `${item.id} was due on ${item.due}; ${item.owner} has had it for ${ageInDays(item, now)} days`,
              hint: `npx drillbook actions close ${report.id}/${item.id}, or a new day that somebody stands by.`,
            },
          ]
        : [],
    ),
}
