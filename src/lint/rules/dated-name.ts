import { placeInFence } from '../../model/place-in-fence.ts'
import type { Problem } from '../../model/problem.ts'
import type { RunbookRule } from '../rule.ts'
import { ownFences } from '../walk.ts'

const DATE = /(?<!\d)20\d{2}([-_.]?)(0[1-9]|1[0-2])\1(0[1-9]|[12]\d|3[01])(?!\d)/g
/** What stands beside a date that is part of a name; a date alone is a version of a protocol, or a value. */
const NAME_BEFORE = /[A-Za-z_./-]$/
const NAME_AFTER = /^(?:[A-Za-z_/-]|\.\w)/
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
      {
        title: 'the version of a protocol',
        in: 'body',
        text: '<Step id="allow">\n\n## Allow\n\n```sh run\ncurl -fsS -H "x-ms-version: 2021-08-06" "$INPUT_REASON" -d @- <<EOF\n{ "Version": "2012-10-17", "Statement": [] }\nEOF\n```\n\n</Step>',
      },
    ],
    bad: [
      {
        title: 'the backup of a day long gone',
        in: 'body',
        text: '<Step id="restore">\n\n## Restore\n\n```sh run\nrestore orders-20261005.dump\n```\n\n</Step>',
        reports: [{ line: 6, column: 16, message: 'the date 20261005 in a command' }],
      },
      {
        title: 'a snapshot, and a folder of one day',
        in: 'body',
        text: '<Step id="restore">\n\n## Restore\n\n```sh run\nrestore snap_20261101\nrestore s3://backups/2026-11-01/base.tar\n```\n\n</Step>',
        reports: [
          { line: 6, column: 14, message: 'the date 20261101 in a command' },
          { line: 7, column: 22, message: 'the date 2026-11-01 in a command' },
        ],
      },
    ],
  },
  check: (runbook, { read }) =>
    ownFences(runbook).flatMap(({ step, fence }) =>
      fence.code.split('\n').flatMap((text, index): Problem[] =>
        COMMENT.test(text)
          ? []
          : [...text.matchAll(DATE)].filter(isInName).map(({ index: offset, 0: date }) => ({
              ...placeInFence(fence, index, offset, read(fence.place.file)),
              step: step.id,
              message: `the date ${date} in a command`,
              hint: 'Look the newest one up, or ask for it as an input.',
            })),
      ),
    ),
}

function isInName({ index, 0: date, input }: RegExpExecArray): boolean {
  return NAME_BEFORE.test(input.slice(0, index)) || NAME_AFTER.test(input.slice(index + date.length))
}
