import type { Code, Nodes, Root } from 'mdast'
import { visit } from 'unist-util-visit'
import type { Problem } from '../model/problem.ts'
import { readFence } from './fences.ts'

/**
 * Finds what would be shown but not run, or run but not shown: executable code blocks where no step takes them (in a list, a
 * quotation, outside every step), tags within a line, expressions within a line.
 */
export function sweep(tree: Root, taken: ReadonlySet<Code>, file: string): Problem[] {
  const problems: Problem[] = []
  visit(tree, (node: Nodes) => {
    const at = { file, line: node.position?.start.line ?? 1, column: node.position?.start.column ?? 1 }
    if (node.type === 'code' && !taken.has(node) && readFence(node, file, () => '', []))
      problems.push({
        ...at,
        message: `a ${node.meta?.split(/\s/)[0]} fence that belongs to no step: expected it directly inside a <Step>`,
      })
    if (node.type === 'mdxJsxTextElement')
      problems.push({
        ...at,
        message: `<${node.name ?? ''}> within a line: expected the tag on a line of its own`,
      })
    if (node.type === 'mdxTextExpression' && node.data?.estree?.body.length !== 0)
      problems.push({
        ...at,
        message: '{expression}: expected plain Markdown; write a literal brace in backticks',
      })
  })
  return problems
}
