import type { Root, Yaml } from 'mdast'
import { remark } from 'remark'
import remarkFrontmatter from 'remark-frontmatter'
import remarkMdx from 'remark-mdx'
import { VFileMessage } from 'vfile-message'
import type { Problem } from '../model/problem.ts'

const parser = remark().use(remarkFrontmatter, ['yaml']).use(remarkMdx).freeze()

export type ParsedDocument = { tree: Root; frontMatter?: { text: string; firstLine: number } }

/** MDX text to its syntax tree, positions kept. What cannot be read at all is one located problem. */
export function parseDocument(text: string, file: string): ParsedDocument | { problem: Problem } {
  try {
    const tree = parser.parse(text)
    const yaml = tree.children.find((node): node is Yaml => node.type === 'yaml')
    if (!yaml?.position) return { tree }
    return { tree, frontMatter: { text: yaml.value, firstLine: yaml.position.start.line + 1 } }
  } catch (error) {
    if (error instanceof VFileMessage) return { problem: syntaxProblem(error, file) }
    throw error
  }
}

function syntaxProblem(error: VFileMessage, file: string): Problem {
  return {
    file,
    line: error.line ?? 1,
    column: error.column ?? 1,
    message: error.reason,
    rule: 'syntax',
    hint: 'In MDX every <Tag> is closed, and a literal < or { in prose stands in backticks.',
  }
}
