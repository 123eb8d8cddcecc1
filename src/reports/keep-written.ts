import type { z } from 'zod'
import { OperatorError } from '../model/problem.ts'
import { isUnwritten, regionBlock } from '../model/regions.ts'
import type { Region } from '../model/regions.ts'
import { fillTemplate } from './template.ts'
import type { Template } from './template.ts'

/** What people have already written: where, and in which regions. */
export type Written = { file: string; regions: readonly Region[] }

/** The filled template with what people wrote in its regions. A region that the template has no place for is refused, never dropped. */
export function fillKeepingWritten(
  template: Template,
  schema: z.ZodType,
  data: Record<string, unknown>,
  written: Written,
): string {
  const used = new Set<string>()
  const body = fillTemplate(template, schema, data, (name, by) => {
    if (used.has(name))
      throw new OperatorError('usage', { file: template.file, message: `writes the region "${name}" twice` })
    used.add(name)
    const known = written.regions.find((region) => region.name === name)?.text ?? ''
    return regionBlock(name, isUnwritten(known) ? `*To be written by ${by}.*` : known)
  })
  const lost = written.regions.filter(({ name, text }) => !used.has(name) && !isUnwritten(text))
  if (lost.length > 0)
    throw new OperatorError(
      'usage',
      lost.map(({ name, line }) => ({
        file: written.file,
        line,
        message: `somebody wrote "${name}", and ${template.file} has no such region: nothing was changed`,
        hint: `Add {{#write "${name}"}}…{{/write}} to the template, or empty the region.`,
      })),
    )
  return body
}
