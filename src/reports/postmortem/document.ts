import { createHash } from 'node:crypto'
import { stringify } from 'yaml'
import type { PostmortemMatter } from '../../model/postmortem.ts'
import { computedPart } from '../../model/regions.ts'
import { fillKeepingWritten } from '../keep-written.ts'
import type { Written } from '../keep-written.ts'
import type { Template } from '../template.ts'
import { postmortemData } from './data.ts'
import type { PostmortemData } from './data.ts'

/** The whole document: front matter, computed text, and what people wrote. A region that the template has no place for is refused, never dropped. */
export function postmortemDocument(
  matter: Omit<PostmortemMatter, 'computed'>,
  data: PostmortemData,
  template: Template,
  written: Written,
): string {
  const body = fillKeepingWritten(template, postmortemData, data, written)
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
