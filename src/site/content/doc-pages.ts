import { readFileSync } from 'node:fs'
import path from 'node:path'
import { toString } from 'mdast-util-to-string'
import { remark } from 'remark'
import remarkFrontmatter from 'remark-frontmatter'
import remarkGfm from 'remark-gfm'
import { z } from 'zod'

/** What plugin-content-docs tells of the pages of docs/: their addresses are its to know. */
const loaded = z.object({
  loadedVersions: z.array(
    z.object({ docs: z.array(z.object({ permalink: z.string(), title: z.string(), source: z.string() })) }),
  ),
})

/** The pages of docs/ with their text, from `allContent` of Docusaurus. */
export function docPages(root: string, content: unknown): { href: string; title: string; text: string }[] {
  const reader = remark().use(remarkFrontmatter).use(remarkGfm)
  return loaded
    .parse(content)
    .loadedVersions.flatMap(({ docs }) => docs)
    .map(({ permalink, title, source }) => {
      const text = readFileSync(path.join(root, source.replace('@site/', '')), 'utf8')
      const blocks = reader.parse(text).children.filter(({ type }) => type !== 'yaml')
      return { href: permalink, title, text: blocks.map((block) => toString(block)).join('\n') }
    })
}
