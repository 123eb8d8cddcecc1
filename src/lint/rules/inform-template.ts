import { z } from 'zod'
import { checkTemplate } from '../../document/template.ts'
import { messageFacts } from '../../model/message-facts.ts'
import type { Problem } from '../../model/problem.ts'
import type { Inform, Runbook } from '../../model/runbook.ts'
import { executables, steps } from '../../model/runbook.ts'
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
        title: 'a template that names what the runbook does not have',
        in: 'body',
        text: '<Inform id="tell" audience="customers" template="unknown">\n\n## Tell customers\n\n</Inform>',
        reports: [
          {
            file: 'templates/inform/unknown.hbs',
            line: 1,
            column: 13,
            message: 'there is no variable "outputs.regoin"',
          },
        ],
      },
      {
        title: 'a template that asks about a step the runbook does not have',
        in: 'body',
        text: '<Inform id="tell" audience="customers" template="undone">\n\n## Tell customers\n\n</Inform>',
        reports: [
          {
            file: 'templates/inform/undone.hbs',
            line: 1,
            column: 7,
            message: 'there is no variable "done.promot"',
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
      .flatMap((node) => checkInform(node, factsOf(runbook))),
}

/** What this runbook's message can name: the steps, inputs, outputs and decisions are its own. */
function factsOf(runbook: Runbook): z.ZodType {
  const own = steps(runbook.nodes)
  const outputs = own.flatMap((step) => Object.keys(step.outputs))
  const decisions = executables(runbook.nodes).flatMap((node) => (node.kind === 'decision' ? [node.id] : []))
  return messageFacts.extend({
    input: named(Object.keys(runbook.inputs)),
    outputs: named(outputs),
    done: named(own.map(({ id }) => id)),
    decisions: named(decisions),
  })
}

function named(names: readonly string[]): z.ZodType {
  return z.strictObject(Object.fromEntries(names.map((name) => [name, z.string()])))
}

function checkInform({ id, place, audience, template, text }: Inform, facts: z.ZodType): Problem[] {
  const file = `templates/inform/${template}.hbs`
  if (text.trim() === '')
    return [{ ...place, step: id, message: `${file} is empty: ${audience} would be told nothing` }]
  return checkTemplate(text, file, facts).map((problem) => ({ ...problem, step: id }))
}
