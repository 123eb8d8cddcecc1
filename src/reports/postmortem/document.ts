import { createHash } from 'node:crypto'
import { stringify } from 'yaml'
import { OperatorError } from '../../model/problem.ts'
import type { PostmortemMatter } from '../../model/postmortem.ts'
import { computedPart, isUnwritten, regionBlock } from '../../model/regions.ts'
import type { Region } from '../../model/regions.ts'
import { fillTemplate } from '../template.ts'
import type { Template } from '../template.ts'
import { postmortemData } from './data.ts'
import type { PostmortemData } from './data.ts'

/** What people have already written: where, and in which regions. */
export type Written = { file: string; regions: readonly Region[] }

/** The whole document: front matter, computed text, and what people wrote. A region that the template has no place for is refused, never dropped. */
export function postmortemDocument(
  matter: Omit<PostmortemMatter, 'computed'>,
  data: PostmortemData,
  template: Template,
  written: Written,
): string {
  const used = new Set<string>()
  const body = fillTemplate(template, postmortemData, data, (name, by) => {
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
  return `${frontMatter({ ...matter, computed: computedHash(body) })}\n${body}`
}

/** Of the text without front matter: changes when anything outside the regions does. */
export function computedHash(body: string): string {
  return createHash('sha256').update(computedPart(body)).digest('hex')
}

/** Every text is quoted: what reads the page takes `no`, `12:30` and `2026-11-21` for something else. */
function frontMatter(matter: PostmortemMatter): string {
  const text = stringify(matter, {
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    lineWidth: 0,
  })
  return `---\n${text}---\n`
}
