import { MESSAGE_TEMPLATES, messageTemplateNames } from '../../document/message-templates.ts'
import { ProjectFiles } from '../../document/project-files.ts'
import { checkTemplate } from '../../document/template.ts'
import { messageFacts } from '../../model/message-facts.ts'
import type { MessageFacts } from '../../model/message-facts.ts'
import type { Phase } from '../../model/message-words.ts'
import { OperatorError } from '../../model/problem.ts'
import { suggest } from '../../model/suggest.ts'
import { fillIn } from '../../steps/inform/run.ts'
import { attributes } from '../../steps/inform/schema.ts'

export type MessageTemplate = { name: string; file: string; text: string }

/** The most specific one there is: for the audience, phase and severity; for audience and phase; for the audience. */
export function templateFor(
  root: string,
  wanted: { template: string | undefined; audience: string; phase: Phase; severity: string },
): MessageTemplate {
  const { template, audience, phase, severity } = wanted
  const candidates =
    template === undefined
      ? [`${audience}/${phase}.${severity}`, `${audience}/${phase}`, `${audience}/any`]
      : [named(template)]
  const files = new ProjectFiles(root)
  for (const name of candidates) {
    const file = `${MESSAGE_TEMPLATES}/${name}.hbs`
    const text = files.readIfThere(file)
    if (text !== undefined) return { name, file, text }
  }
  throw new OperatorError('usage', {
    file: `${MESSAGE_TEMPLATES}/${candidates[0]}.hbs`,
    message: 'there is no such template: nothing was sent',
    hint: suggest(template ?? `${audience}/${phase}`, messageTemplateNames(root)),
  })
}

/** What `<Inform template>` may name, and what is looked for by itself: those for one severity. */
function named(template: string): string {
  const { error } = attributes.shape.template.safeParse(template.replace(/\.sev[1-4]$/, ''))
  const [issue] = error?.issues ?? []
  if (!issue) return template
  throw new OperatorError('usage', {
    message: `--template ${template}: ${issue.message}; nothing was sent`,
  })
}

/** The message; a mistake in the template is told with its place, and nothing leaves. */
export function renderTemplate({ file, text }: MessageTemplate, facts: MessageFacts): string {
  const problems = checkTemplate(text, file, messageFacts)
  if (problems.length > 0) throw new OperatorError('usage', problems)
  try {
    return `${fillIn(text, facts).trim()}\n`
  } catch (error) {
    // Known to the schema, but not to this incident: an output of a step that has not run, say.
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    const [, line, column] = / - (\d+):(\d+)$/.exec(why) ?? []
    throw new OperatorError('usage', {
      file,
      line: line === undefined ? undefined : Number(line),
      column: column === undefined ? undefined : Number(column) + 1,
      message: `cannot be filled in: ${why.replace(/ - \d+:\d+$/, '')}`,
    })
  }
}
