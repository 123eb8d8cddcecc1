import type { z } from 'zod'
import { frontMatter } from '../../document/front-matter.ts'
import { exerciseMatter } from '../../model/exercise.ts'
import { commands } from './commands.ts'
import { exerciseFormat } from './exercise-format.ts'
import { DOCUMENT_SCHEMAS, postmortemTemplate } from './documents.ts'
import { exitCodes } from './exit-codes.ts'
import { jsonSchema } from './json-schema.ts'
import { lintRules } from './lint-rules.ts'
import { messageVariables } from './message-variables.ts'
import { PLAN_SCHEMAS, planFiles } from './plan-files.ts'
import { runbookFormat } from './runbook-format.ts'

export const REFERENCE = 'docs/reference'

/** Every generated file, by its path in the project. */
export async function referenceFiles(): Promise<Map<string, string>> {
  const schemas = {
    ...PLAN_SCHEMAS,
    ...DOCUMENT_SCHEMAS,
    runbook: { schema: frontMatter, summary: 'The front matter of a runbook.' },
    exercise: { schema: exerciseMatter, summary: 'The front matter of a tabletop exercise.' },
  }
  return new Map([
    [`${REFERENCE}/runbook-format.md`, runbookFormat()],
    [`${REFERENCE}/exercise-format.md`, exerciseFormat()],
    [`${REFERENCE}/plan-files.md`, planFiles()],
    [`${REFERENCE}/message-variables.md`, messageVariables()],
    [`${REFERENCE}/lint-rules.md`, lintRules()],
    [`${REFERENCE}/postmortem-template.md`, postmortemTemplate()],
    [`${REFERENCE}/commands.md`, await commands()],
    [`${REFERENCE}/exit-codes.md`, exitCodes()],
    ...Object.entries(schemas).map(([name, entry]): [string, string] => [
      `${REFERENCE}/${name}.schema.json`,
      schemaFile(entry.schema, entry.summary),
    ]),
  ])
}

function schemaFile(schema: z.ZodType, summary: string): string {
  const { $schema, ...rest } = jsonSchema(schema)
  return `${JSON.stringify({ $schema, description: summary, ...rest }, undefined, 2)}\n`
}
