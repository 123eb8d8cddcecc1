import type { FenceRole } from '../../model/runbook.ts'
import type { RunbookRule } from '../rule.ts'
import { ownSteps } from '../walk.ts'

const NEEDED: { role: FenceRole; why: string }[] = [
  { role: 'check', why: 'nothing proves beforehand that it may be done' },
  { role: 'verify', why: 'nothing proves afterwards that it was done' },
]

export const destructiveUnproved: RunbookRule = {
  name: 'destructive-unproved',
  level: 'error',
  scope: 'runbook',
  summary: 'A destructive step has a check before it and a verification after it: exit code 0 is no proof.',
  examples: {
    good: [
      {
        title: 'checked and verified',
        in: 'body',
        text: `<Step id="fence" danger="destructive">

## Fence the old primary

\`\`\`sh check
test -n "$INPUT_REASON"
\`\`\`

\`\`\`sh run
pg_ctl stop -m immediate
\`\`\`

\`\`\`sh verify
! pg_isready
\`\`\`

</Step>`,
      },
    ],
    bad: [
      {
        title: 'neither',
        in: 'body',
        text: `<Step id="fence" danger="destructive">

## Fence the old primary

\`\`\`sh run
pg_ctl stop -m immediate
\`\`\`

</Step>`,
        reports: [
          {
            line: 1,
            column: 1,
            message: 'a destructive step without a check: nothing proves beforehand that it may be done',
          },
          {
            line: 1,
            column: 1,
            message: 'a destructive step without a verify: nothing proves afterwards that it was done',
          },
        ],
      },
    ],
  },
  check: (runbook) =>
    ownSteps(runbook)
      .filter((step) => step.danger === 'destructive')
      .flatMap((step) =>
        NEEDED.filter(({ role }) => !step.fences.some((fence) => fence.role === role)).map(
          ({ role, why }) => ({
            ...step.place,
            step: step.id,
            message: `a destructive step without a ${role}: ${why}`,
            hint: `Add a ts, sh or sql fence with the role ${role}.`,
          }),
        ),
      ),
}
