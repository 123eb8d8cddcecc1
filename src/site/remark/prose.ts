import type { Code, Nodes, RootContent } from 'mdast'
import type { MdxJsxFlowElement } from 'mdast-util-mdx-jsx'
import { SKIP, visit } from 'unist-util-visit'
import { element } from './elements.ts'
import type { Flow } from './elements.ts'
import { tokensOf } from './highlight.ts'

/** A code block that is only shown. */
function codeElement(code: Code): MdxJsxFlowElement {
  const lang = code.lang ?? ''
  return element('Code', { lang, tokens: tokensOf(code.value, lang) })
}

/** Prose as written, with its code blocks coloured; comments are left out. */
export function showProse<T extends RootContent>(node: T): (T | MdxJsxFlowElement)[] {
  if (node.type === 'code') return [codeElement(node)]
  if (node.type === 'mdxFlowExpression' || node.type === 'yaml') return []
  colourCode(node)
  return [node]
}

/** Replaces every code block below a node. */
export function colourCode(tree: Nodes): void {
  visit(tree, 'code', (code, position, parent) => {
    if (!parent || position === undefined) return undefined
    parent.children.splice(position, 1, codeElement(code))
    return [SKIP, position + 1]
  })
}

export function isFlow(node: RootContent): node is Flow {
  return node.type !== 'yaml' && node.type !== 'mdxjsEsm'
}
