import type { RootContent } from 'mdast'
import type { Node } from '../../model/runbook.ts'
import { DANGER } from '../../steps/view-words.ts'
import { literal } from './elements.ts'
import type { NodeIndex } from './index-nodes.ts'
import { linkTo } from './index-nodes.ts'

export type TocItem = { value: string; id: string; level: number }

/** `export const toc`: one entry a node. Docusaurus keeps an export of this name and adds none of its own. */
export function tocExport(nodes: readonly Node[], index: NodeIndex, appendix: TocItem[]): RootContent {
  return {
    type: 'mdxjsEsm',
    value: '',
    data: {
      estree: {
        type: 'Program',
        sourceType: 'module',
        comments: [],
        body: [
          {
            type: 'ExportNamedDeclaration',
            attributes: [],
            specifiers: [],
            source: null,
            declaration: {
              type: 'VariableDeclaration',
              kind: 'const',
              declarations: [
                {
                  type: 'VariableDeclarator',
                  id: { type: 'Identifier', name: 'toc' },
                  init: literal([...tocItems(nodes, 2, index), ...appendix]),
                },
              ],
            },
          },
        ],
      },
    },
  }
}

function tocItems(nodes: readonly Node[], level: number, index: NodeIndex): TocItem[] {
  return nodes.flatMap((node) => [
    { value: entry(node, index), id: node.id, level },
    ...(node.kind === 'parallel' ? tocItems(node.steps, level + 1, index) : []),
    ...(node.kind === 'use' ? tocItems(node.nodes, level + 1, index) : []),
  ])
}

/** Docusaurus sets this text as HTML. */
function entry(node: Node, index: NodeIndex): string {
  const number = linkTo(index, node.id).number
  const danger = node.kind === 'step' && node.danger !== 'safe' ? DANGER[node.danger] : undefined
  const mark =
    danger === undefined
      ? ''
      : ` <span class="mark" role="img" aria-label="${danger.word}">${danger.mark}</span>`
  return `<span class="number">${number}</span> ${escapeHtml(node.title)}${mark}`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
