import type { RunbookRule } from '../rule.ts'
import { ownSteps } from '../walk.ts'

export const destructiveByHand: RunbookRule = {
  name: 'destructive-by-hand',
  level: 'warning',
  scope: 'runbook',
  summary:
    'What destroys data is a command that was reviewed and drilled, not something that is typed at 3 a.m.',
  examples: {
    good: [
      {
        title: 'a command',
        in: 'body',
        text: '<Step id="wipe" danger="destructive">\n\n## Wipe\n\n```sh run\nrm -r /srv/old\n```\n\n</Step>',
      },
    ],
    bad: [
      {
        title: 'prose only',
        in: 'body',
        text: '<Step id="wipe" danger="destructive">\n\n## Wipe\n\nRemove the old data.\n\n</Step>',
        reports: [
          { line: 1, column: 1, message: 'a destructive step without a run fence: it is done by hand' },
        ],
      },
    ],
  },
  check: (runbook) =>
    ownSteps(runbook)
      .filter((step) => step.danger === 'destructive' && !step.fences.some((fence) => fence.role === 'run'))
      .map((step) => ({
        ...step.place,
        step: step.id,
        message: 'a destructive step without a run fence: it is done by hand',
        hint: 'Put the exact command into a run fence.',
      })),
}
