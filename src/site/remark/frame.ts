import type { PhrasingContent } from 'mdast'
import type { MdxJsxFlowElement } from 'mdast-util-mdx-jsx'
import { DANGER } from '../../steps/view-words.ts'
import type { Common } from '../../steps/view-words.ts'
import type { Node, Runbook } from '../../model/runbook.ts'
import { element, headingWithId, span } from './elements.ts'
import type { Flow, Json } from './elements.ts'
import { linkTo, shownConditions } from './index-nodes.ts'
import type { NodeIndex } from './index-nodes.ts'

/** Everything that showing one node needs to know of the page around it. */
export type Page = {
  root: string
  runbook: Runbook
  index: NodeIndex
  readFile: (file: string) => string | undefined
}

/** 2 for a node of the page, 3 inside `Parallel` or `Use`, 4 inside those. */
export type Level = 2 | 3 | 4

/** The title, the facts, then whatever the author wrote, in order. */
export function frame(
  name: string,
  node: Node,
  level: Level,
  page: Page,
  from: MdxJsxFlowElement,
  facts: Record<string, Json | undefined>,
  body: Flow[],
): MdxJsxFlowElement {
  const shown = { ...common(node, page), ...facts }
  const heading = from.children.find((child) => child.type === 'heading')
  const title: PhrasingContent[] = heading?.children ?? [{ type: 'text', value: node.title }]
  const head = headingWithId(level, node.id, [
    span('number', linkTo(page.index, node.id).number),
    { type: 'text', value: ' ' },
    ...title,
    ...dangerBadge(node),
  ])
  return element(name, { shown }, [head, element(`${name}Facts`, { shown }), ...body])
}

/** What stands in an element besides its title. */
export function bodyOf(from: MdxJsxFlowElement): Flow[] {
  const heading = from.children.find((child) => child.type === 'heading')
  return from.children.filter((child) => child !== heading)
}

function common(node: Node, page: Page): Common {
  return {
    id: node.id,
    number: linkTo(page.index, node.id).number,
    when: shownConditions(page.index, node),
  }
}

function dangerBadge(node: Node): PhrasingContent[] {
  if (node.kind !== 'step' || node.danger === 'safe') return []
  const { mark, word } = DANGER[node.danger]
  return [{ type: 'text', value: ' ' }, span(`badge badge-${node.danger}`, `${mark} ${word}`)]
}
