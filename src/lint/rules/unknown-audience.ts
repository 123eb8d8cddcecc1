import { MESSAGE_FILES } from '../../document/communications.ts'
import { suggest } from '../../model/suggest.ts'
import type { RunbookRule } from '../rule.ts'
import { ownNodes } from '../walk.ts'

export const unknownAudience: RunbookRule = {
  name: 'unknown-audience',
  level: 'warning',
  scope: 'runbook',
  summary:
    'The audience of an <Inform> is one of communications.yaml: a message to any other reaches nobody, it only goes to a file. Without that file every message does, and nothing is reported.',
  examples: {
    good: [
      {
        title: 'an audience of the plan',
        in: 'body',
        text: '<Inform id="tell" audience="customers" template="outage">\n\n## Tell customers\n\n</Inform>',
      },
    ],
    bad: [
      {
        title: 'an audience that is not in the plan',
        in: 'body',
        text: '<Inform id="tell" audience="custmers" template="outage">\n\n## Tell customers\n\n</Inform>',
        reports: [
          {
            line: 1,
            column: 1,
            message:
              'there is no audience "custmers" in docs/plan/communications.yaml: the message would only go to a file',
          },
        ],
      },
    ],
  },
  check(runbook, { audiences }) {
    if (audiences === undefined) return []
    return ownNodes(runbook)
      .filter((node) => node.kind === 'inform')
      .filter(({ audience }) => !audiences.includes(audience))
      .map(({ place, id, audience }) => ({
        ...place,
        step: id,
        message: `there is no audience "${audience}" in ${MESSAGE_FILES.communications}: the message would only go to a file`,
        hint: suggest(audience, audiences),
      }))
  },
}
