import type { Code, Nodes, Parents, Root } from 'mdast'
import { visit } from 'unist-util-visit'
import type { Problem } from '../model/problem.ts'
import { htmlTag } from './element.ts'
import { readFence } from './fences.ts'

/**
 * Finds what would be shown but not run, or run but not shown: executable code blocks and tags where no step takes them (in a list, a
 * quotation, outside every step), tags within a line, expressions.
 */
export function sweep(tree: Root, taken: ReadonlySet<Code>, file: string): Problem[] {
  const problems: Problem[] = []
  visit(tree, (node, _index, parent) => {
    const message = whatIsWrong(node, parent, taken, file)
    const { line, column } = node.position?.start ?? { line: 1, column: 1 }
    if (message !== undefined) problems.push({ file, line, column, message })
  })
  return problems
}

function whatIsWrong(
  node: Nodes,
  parent: Parents | undefined,
  taken: ReadonlySet<Code>,
  file: string,
): string | undefined {
  const isNested = !isTopLevel(parent)
  switch (node.type) {
    case 'code':
      return (
        strangeSpace(node) ??
        (taken.has(node) || !readFence(node, file, () => '', []) ? undefined : strayFence(node))
      )
    case 'mdxJsxTextElement':
      return htmlTag(node.name) ?? `<${node.name ?? ''}> within a line: expected the tag on a line of its own`
    case 'mdxJsxFlowElement':
      return isNested
        ? (htmlTag(node.name) ??
            `<${node.name ?? ''}> in a ${parent?.type}: expected the tag outside of lists and quotations`)
        : undefined
    case 'mdxTextExpression':
      return isComment(node) ? undefined : EXPRESSION
    case 'mdxFlowExpression':
      return isNested && !isComment(node) ? EXPRESSION : undefined
    default:
      return undefined
  }
}

/** Where the reader of nodes sees it: directly in the document, or in a tag. */
function isTopLevel(parent: Parents | undefined): boolean {
  return parent === undefined || parent.type === 'root' || parent.type === 'mdxJsxFlowElement'
}

const EXPRESSION = '{expression}: expected plain Markdown; write a literal brace in backticks'

function isComment(node: Extract<Nodes, { type: 'mdxTextExpression' | 'mdxFlowExpression' }>): boolean {
  return node.data?.estree?.body.length === 0
}

/** What looks like a space, or like nothing, and separates no words. */
const STRANGE_SPACE = /(?! )[\p{Z}\p{Cf}]/u

function strangeSpace({ lang, meta }: Code): string | undefined {
  const [found] = STRANGE_SPACE.exec(`${lang ?? ''} ${meta ?? ''}`) ?? []
  const code = found?.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')
  return code === undefined ? undefined : `the line that opens the fence holds U+${code}: expected a space`
}

function strayFence({ meta }: Code): string {
  return `a ${meta?.split(/\s/)[0]} fence that belongs to no step: expected it directly inside a <Step>`
}
