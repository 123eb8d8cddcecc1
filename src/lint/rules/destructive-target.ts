import type { RunbookRule } from '../rule.ts'
import { ownSteps } from '../walk.ts'

export const destructiveTarget: RunbookRule = {
  name: 'destructive-target',
  level: 'warning',
  scope: 'runbook',
  summary:
    'A destructive step names what it acts on: a protected environment asks for that name to be typed.',
  examples: {
    good: [
      {
        title: 'with its target',
        in: 'body',
        text: '<Step id="fence" danger="destructive" target="orders-db.primary">\n\n## Fence\n\n</Step>',
      },
    ],
    bad: [
      {
        title: 'without',
        in: 'body',
        text: '<Step id="fence" danger="destructive">\n\n## Fence\n\n</Step>',
        reports: [{ line: 1, column: 1, message: 'a destructive step that does not say what it acts on' }],
      },
    ],
  },
  check: (runbook) =>
    ownSteps(runbook)
      .filter((step) => step.danger === 'destructive' && step.target === undefined)
      .map((step) => ({
        ...step.place,
        step: step.id,
        message: 'a destructive step that does not say what it acts on',
        hint: 'Add target="<service>.<target>".',
      })),
}
