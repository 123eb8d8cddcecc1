import type { Root, Yaml } from 'mdast'
import { remark } from 'remark'
import remarkFrontmatter from 'remark-frontmatter'
import remarkGfm from 'remark-gfm'
import remarkMdx from 'remark-mdx'
import { VFileMessage } from 'vfile-message'
import type { Problem } from '../model/problem.ts'

/** Finds the front matter also of a document whose tags cannot be read. */
const plain = remark().use(remarkFrontmatter, ['yaml']).freeze()
const parser = remark().use(remarkFrontmatter, ['yaml']).use(remarkGfm).use(remarkMdx).freeze()

export type ParsedDocument = { tree: Root; frontMatter?: { text: string; firstLine: number } }

/** MDX text to its syntax tree, positions kept. What cannot be read at all is one located problem. */
export function parseDocument(
  text: string,
  file: string,
): ParsedDocument | (Pick<ParsedDocument, 'frontMatter'> & { problem: Problem }) {
  try {
    const tree = parser.parse(text)
    return { tree, ...frontMatterOf(tree) }
  } catch (error) {
    if (error instanceof VFileMessage)
      return { problem: syntaxProblem(error, file), ...frontMatterOf(plain.parse(text)) }
    throw error
  }
}

function frontMatterOf({ children }: Root): Pick<ParsedDocument, 'frontMatter'> {
  const yaml = children.find((node): node is Yaml => node.type === 'yaml')
  if (!yaml?.position) return {}
  return { frontMatter: { text: yaml.value, firstLine: yaml.position.start.line + 1 } }
}

/** Where a tag opens that is never closed: the parser itself only knows where it gave up. */
const UNCLOSED = /^(Expected a closing tag for `<[^`]*>`) \((\d+):(\d+)-[\d:]+\)(.*)$/

function syntaxProblem(error: VFileMessage, file: string): Problem {
  const [, what, line, column, rest] = UNCLOSED.exec(error.reason) ?? []
  const message = what === undefined ? error.reason : `${what}${rest}`
  return {
    file,
    line: Number(line ?? error.line ?? 1),
    column: Number(column ?? error.column ?? 1),
    message,
    rule: 'syntax',
    hint: 'In MDX every <Tag> is closed, and a literal < or { in prose stands in backticks.',
  }
}
