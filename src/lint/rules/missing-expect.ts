import type { RunbookRule } from '../rule.ts'
import { ownSteps } from '../walk.ts'

export const missingExpect: RunbookRule = {
  name: 'missing-expect',
  level: 'warning',
  scope: 'runbook',
  summary: 'A step says how long it takes: without that the sum of the steps cannot be held against the RTO.',
  examples: {
    good: [
      {
        title: 'with an estimate',
        in: 'body',
        text: '<Step id="promote" expect="20s">\n\n## Promote\n\n</Step>',
      },
    ],
    bad: [
      {
        title: 'without an estimate',
        in: 'body',
        text: '<Step id="promote">\n\n## Promote\n\n</Step>',
        reports: [{ line: 1, column: 1, message: 'the step has no estimate' }],
      },
    ],
  },
  check: (runbook) =>
    ownSteps(runbook)
      .filter((step) => step.expectMs === undefined)
      .map((step) => ({
        ...step.place,
        step: step.id,
        message: 'the step has no estimate',
        hint: 'Add expect="…": how long it takes when all goes well. A drill measures it.',
      })),
}
