import type { ActionItem } from '../../model/action-item.ts'
import { isOpen } from '../../model/action-item.ts'
import { placedActions, sampleActions } from '../actions.ts'
import type { ReportRule } from '../rule.ts'

const VAGUE =
  /\b(improve|investigate|look into|think about|consider|be more careful|pay attention|raise awareness|as soon as possible|asap|if possible|where needed|etc|try to|make sure|works? better|be better)\b/i
const FEWEST_WORDS = 4

export const actionVague: ReportRule = {
  name: 'action-vague',
  level: 'warning',
  scope: 'report',
  summary: 'An action item says what changes, and its doneWhen what can be seen then.',
  examples: {
    good: [{ title: 'something can be seen', in: 'postmortem', text: sampleActions() }],
    bad: [
      {
        title: 'nobody can tell whether it is done',
        in: 'postmortem',
        text: sampleActions({ title: 'Improve the monitoring', doneWhen: 'It is done' }),
        reports: [
          { line: 3, column: 12, message: '"Improve" can mean anything' },
          { line: 9, column: 15, message: 'does not say what can be seen' },
        ],
      },
    ],
  },
  check: (report) =>
    placedActions(report)
      .filter(({ item }) => isOpen(item))
      .flatMap(({ item, at }) =>
        (['title', 'doneWhen'] as const).flatMap((key) => {
          const message = whatIsVague(item, key)
          return message === undefined ? [] : [{ ...at(key), message, hint: HINT }]
        }),
      ),
}

const HINT = 'Name the thing that changes, and a check that fails today and passes then.'

function whatIsVague(item: ActionItem, key: 'title' | 'doneWhen'): string | undefined {
  const [word] = VAGUE.exec(item[key]) ?? []
  if (word !== undefined) return `"${word}" can mean anything`
  const words = item.doneWhen.split(/\s+/).length
  const same = item.doneWhen.toLowerCase() === item.title.toLowerCase()
  return key === 'doneWhen' && (words < FEWEST_WORDS || same) ? 'does not say what can be seen' : undefined
}
