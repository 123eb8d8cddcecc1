import { isOpen } from '../../model/action-item.ts'
import { placedActions, sampleActions } from '../actions.ts'
import type { ReportRule } from '../rule.ts'

/** What no verb in the imperative begins with. */
const NO_VERB =
  /^(the|a|an|we|our|they|it|this|that|there|more|better|no|not|maybe|perhaps|should|must|need|needs|could|someone|somebody|all|every)$|(ing|tion|sion|ment|ness|ity|ed)$/i
/** Verbs that look as if they were none. */
const VERBS =
  /^(implement|document|mention|condition|position|audit|need|feed|embed|seed|bring|ping|string)$/i

export const actionVerb: ReportRule = {
  name: 'action-verb',
  level: 'warning',
  scope: 'report',
  summary: 'An action item begins with its verb: a topic is nobody’s work.',
  examples: {
    good: [{ title: 'somebody can begin', in: 'postmortem', text: sampleActions() }],
    bad: [
      {
        title: 'a topic',
        in: 'postmortem',
        text: sampleActions({ title: 'Monitoring of the standby' }),
        reports: [{ line: 3, column: 12, message: '"Monitoring" is no verb that says what to do' }],
      },
    ],
  },
  check: (report) =>
    placedActions(report).flatMap(({ item, at }) => {
      const [word = ''] = item.title.split(/[\s,:;]+/)
      if (!isOpen(item) || VERBS.test(word) || !NO_VERB.test(word)) return []
      return [
        {
          ...at('title'),
          message: `"${word}" is no verb that says what to do`,
          hint: 'Begin with what somebody does: Alert, Add, Remove, Rehearse, Document …',
        },
      ]
    }),
}
