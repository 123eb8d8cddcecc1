import type { Condition, Decision, Node } from '../../model/runbook.ts'
import type { NodeLink, ShownCondition } from '../../steps/view-words.ts'

/** What any node of a page may have to say about any other: numbers, links, and who follows which answer. */
export type NodeIndex = {
  links: Map<string, NodeLink>
  decisions: Map<string, Decision>
  leadsTo: Map<string, NodeLink[]>
}

export function indexNodes(nodes: readonly Node[]): NodeIndex {
  const index: NodeIndex = { links: new Map(), decisions: new Map(), leadsTo: new Map() }
  number(nodes, '', new Set(), index)
  return index
}

function number(nodes: readonly Node[], prefix: string, above: ReadonlySet<string>, index: NodeIndex): void {
  nodes.forEach((node, position) => {
    const link = { id: node.id, number: `${prefix}${position + 1}`, title: node.title }
    index.links.set(node.id, link)
    if (node.kind === 'decision') index.decisions.set(node.id, node)
    const own = node.when.map(conditionKey).filter((key) => !above.has(key))
    for (const key of own) index.leadsTo.set(key, [...(index.leadsTo.get(key) ?? []), link])
    const within = new Set([...above, ...own])
    if (node.kind === 'parallel') number(node.steps, `${link.number}.`, within, index)
    if (node.kind === 'use') number(node.nodes, `${link.number}.`, within, index)
  })
}

export function conditionKey({ decision, choice }: Condition): string {
  return `${decision}=${choice}`
}

export function linkTo(index: NodeIndex, id: string): NodeLink {
  const link = index.links.get(id)
  if (!link) throw new Error(`no node ${id} on this page: the parser should have refused it`)
  return link
}

/** The conditions of a node in the words of the decision. */
export function shownConditions(index: NodeIndex, node: Node): ShownCondition[] {
  return node.when.map(({ decision, choice }) => {
    const answers = index.decisions.get(decision)?.choices ?? []
    return {
      decision: linkTo(index, decision),
      value: choice,
      choice: answers.find((answer) => answer.value === choice)?.title ?? choice,
    }
  })
}
