import type { Problem } from '../../model/problem.ts'
import type { RunbookRule } from '../rule.ts'
import { ownFences } from '../walk.ts'

const DATE = /(?<!\d)20\d{2}([-_.]?)(0[1-9]|1[0-2])\1(0[1-9]|[12]\d|3[01])(?!\d)/g
const COMMENT = /^\s*(#|\/\/|--|\*)/

export const datedName: RunbookRule = {
  name: 'dated-name',
  level: 'error',
  scope: 'runbook',
  summary:
    'No command names a backup or snapshot of one day: by the time it is needed another one is the newest.',
  examples: {
    good: [
      {
        title: 'the newest is looked up',
        in: 'body',
        text: '<Step id="restore">\n\n## Restore\n\n```sh run\n# Since 2026-10-05 they are sorted by name.\nrestore "$(ls backups | tail -n 1)"\n```\n\n</Step>',
      },
    ],
    bad: [
      {
        title: 'the backup of a day long gone',
        in: 'body',
        text: '<Step id="restore">\n\n## Restore\n\n```sh run\nrestore orders-20261005.dump\n```\n\n</Step>',
        reports: [{ line: 6, column: 16, message: 'the date 20261005 in a command' }],
      },
    ],
  },
  check: (runbook) =>
    ownFences(runbook).flatMap(({ step, fence }) =>
      fence.code.split('\n').flatMap((text, index): Problem[] =>
        COMMENT.test(text)
          ? []
          : [...text.matchAll(DATE)].map(({ index: offset, 0: date }) => ({
              file: fence.place.file,
              line: fence.place.line + index,
              column: fence.place.column + offset,
              step: step.id,
              message: `the date ${date} in a command`,
              hint: 'Look the newest one up, or ask for it as an input.',
            })),
      ),
    ),
}
