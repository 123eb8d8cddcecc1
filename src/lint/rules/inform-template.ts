import Handlebars from 'handlebars'
import type { Problem } from '../../model/problem.ts'
import type { Inform } from '../../model/runbook.ts'
import type { RunbookRule } from '../rule.ts'
import { ownNodes } from '../walk.ts'

export const informTemplate: RunbookRule = {
  name: 'inform-template',
  level: 'error',
  scope: 'runbook',
  summary: 'The template of an <Inform> says something to its audience, and can be filled in.',
  examples: {
    good: [
      {
        title: 'a template with text',
        in: 'body',
        text: '<Inform id="tell" audience="customers" template="outage">\n\n## Tell customers\n\n</Inform>',
      },
    ],
    bad: [
      {
        title: 'an empty template',
        in: 'body',
        text: '<Inform id="tell" audience="customers" template="empty">\n\n## Tell customers\n\n</Inform>',
        reports: [
          {
            line: 1,
            column: 1,
            message: 'templates/inform/empty.hbs is empty: customers would be told nothing',
          },
        ],
      },
      {
        title: 'a template with a block that is not closed',
        in: 'body',
        text: '<Inform id="tell" audience="customers" template="broken">\n\n## Tell customers\n\n</Inform>',
        reports: [
          {
            file: 'templates/inform/broken.hbs',
            line: 3,
            column: 1,
            message: 'the template cannot be filled in: unexpected end',
          },
        ],
      },
    ],
  },
  check: (runbook) =>
    ownNodes(runbook)
      .filter((node) => node.kind === 'inform')
      .flatMap(checkTemplate),
}

function checkTemplate({ id, place, audience, template, text }: Inform): Problem[] {
  const file = `templates/inform/${template}.hbs`
  if (text.trim() === '')
    return [{ ...place, step: id, message: `${file} is empty: ${audience} would be told nothing` }]
  try {
    Handlebars.parse(text)
    return []
  } catch (error) {
    const { why, ...at } = syntaxError(error instanceof Error ? error.message : String(error))
    return [{ file, ...at, step: id, message: `the template cannot be filled in: ${why}` }]
  }
}

/** Handlebars says `Parse error on line 2: …, got 'EOF'`, or `if doesn't match each - 2:3`. */
function syntaxError(message: string): { line: number; column: number; why: string } {
  const mismatch = /^(.*) - (\d+):(\d+)$/.exec(message)
  if (mismatch) return { line: Number(mismatch[2]), column: Number(mismatch[3]) + 1, why: mismatch[1] ?? '' }
  const line = Number(/on line (\d+)/.exec(message)?.[1] ?? 1)
  const token = /got '(\w+)'$/.exec(message)?.[1]
  const why = token === 'EOF' ? 'unexpected end' : `unexpected ${token ?? message}`
  return { line, column: 1, why }
}
