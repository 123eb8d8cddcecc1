import { placeInFence } from '../../model/place-in-fence.ts'
import type { Problem } from '../../model/problem.ts'
import type { RunbookRule } from '../rule.ts'
import { openingOf, ownFences } from '../walk.ts'

const PARAMETER = /\$(\d+)/g

export const sqlParameters: RunbookRule = {
  name: 'sql-parameters',
  level: 'error',
  scope: 'runbook',
  summary:
    'Every value that bind= names is used as $1, $2 … and every parameter is bound: PostgreSQL refuses the rest.',
  examples: {
    good: [
      {
        title: 'one value, one parameter',
        in: 'body',
        text: '<Step id="note">\n\n## Note\n\n```sql run on=orders-db.primary bind=reason\ninsert into notes values ($1)\n```\n\n</Step>',
      },
    ],
    bad: [
      {
        title: 'one too many bound, one too many used',
        in: 'body',
        text: '<Step id="note">\n\n## Note\n\n```sql check on=orders-db.primary bind=reason\nselect true\n```\n\n```sql run on=orders-db.primary bind=reason\ninsert into notes values ($1, $2)\n```\n\n</Step>',
        reports: [
          { line: 5, column: 1, message: 'bind=reason: the statement does not use $1' },
          { line: 10, column: 31, message: '$2 is not bound: bind= names 1 value' },
        ],
      },
    ],
  },
  check: (runbook, { read }) =>
    ownFences(runbook)
      .filter(({ fence }) => fence.lang === 'sql')
      .flatMap((both): Problem[] => {
        const { step, fence } = both
        const used = parametersOf(fence.code)
        const unused = fence.bind.flatMap((name, index): Problem[] => {
          const message = `bind=${name}: the statement does not use $${index + 1}`
          return used.some(({ number }) => number === index + 1)
            ? []
            : [{ ...openingOf(both), step: step.id, message }]
        })
        const count = `${fence.bind.length} value${fence.bind.length === 1 ? '' : 's'}`
        const unbound = used
          .filter(({ number }) => number > fence.bind.length || number === 0)
          .map(({ number, line, column }) => ({
            ...placeInFence(fence, line, column, read(fence.place.file)),
            step: step.id,
            message: `$${number} is not bound: bind= names ${count}`,
          }))
        return [...unused, ...unbound]
      }),
}

/** Text and comments are blanked first: a `$1` in them is no parameter. */
function parametersOf(code: string): { number: number; line: number; column: number }[] {
  const statement = code.replace(
    /'(?:[^']|'')*'|"[^"]*"|--.*$|\/\*[\s\S]*?\*\/|(\$[a-z_]*\$)[\s\S]*?\1/gim,
    blank,
  )
  return statement
    .split('\n')
    .flatMap((text, line) =>
      [...text.matchAll(PARAMETER)].map((match) => ({ number: Number(match[1]), line, column: match.index })),
    )
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}
