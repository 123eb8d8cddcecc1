import type { ActionItem } from '../../model/action-item.ts'
import { isOpen } from '../../model/action-item.ts'
import { placedActions, sampleActions } from '../actions.ts'
import type { ReportRule } from '../rule.ts'

const DAY_MS = 86_400_000
const MOST_DAYS: Record<ActionItem['priority'], number> = { p0: 14, p1: 30, p2: 90, p3: 180 }
const ENDLESS = /\b(always|never again|ongoing|continuously|all the time|everything|everywhere|any time)\b/i

export const actionUnbounded: ReportRule = {
  name: 'action-unbounded',
  level: 'warning',
  scope: 'report',
  summary:
    'An action item comes to an end, in the time its priority asks for: p0 14 days, p1 30, p2 90, p3 180.',
  examples: {
    good: [{ title: 'three weeks', in: 'postmortem', text: sampleActions() }],
    bad: [
      {
        title: 'urgent, and due next summer; and one that never ends',
        in: 'postmortem',
        text: sampleActions({ title: 'Watch the standby continuously', due: '2027-07-01' }),
        reports: [
          { line: 3, column: 12, message: '"continuously" has no end' },
          { line: 8, column: 10, message: 'a p1 is due within 30 days, this one after 223' },
        ],
      },
    ],
  },
  check: (report) =>
    placedActions(report).flatMap(({ item, at }) => {
      if (!isOpen(item)) return []
      const { priority, due, opened } = item
      const days = Math.round((Date.parse(due) - Date.parse(opened)) / DAY_MS)
      const [word] = ENDLESS.exec(item.title) ?? []
      return [
        ...(word === undefined
          ? []
          : [
              { ...at('title'), message: `"${word}" has no end`, hint: 'Say what is there when it is done.' },
            ]),
        ...(days <= MOST_DAYS[priority]
          ? []
          : [
              {
                ...at('due'),
                message: `a ${priority} is due within ${MOST_DAYS[priority]} days, this one after ${days}`,
                hint: 'Take a smaller piece of it, or say that it is less urgent.',
              },
            ]),
      ]
    }),
}
