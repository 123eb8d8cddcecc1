import type { PageChoice, PageNode } from './page-nodes.ts'
import { markOf } from './sheet.ts'
import type { Sheet } from './sheet.ts'

/** What a node of the page shows of its state, by hand or live. `out`: a decision was made otherwise. */
export type Standing = 'open' | 'started' | 'done' | 'failed' | 'skipped' | 'out' | 'unknown' | 'rolled-back'

export function standingOf(node: PageNode, sheet: Sheet): Standing {
  if (leftOut(node, sheet) !== undefined) return 'out'
  const { result, choice, startedAt } = markOf(sheet, node.id)
  if (choice !== undefined || result === 'passed') return 'done'
  return result ?? (startedAt === undefined ? 'open' : 'started')
}

/** The decision that leaves a node out, when one was made otherwise. */
export function leftOut({ when }: PageNode, sheet: Sheet): { decision: string; choice: string } | undefined {
  for (const { decision, choice } of when) {
    const made = markOf(sheet, decision).choice
    if (made !== undefined && made !== choice) return { decision, choice: made }
  }
  return undefined
}

/** The nodes that somebody does: what only holds others is left aside. */
export function doable(nodes: readonly PageNode[]): PageNode[] {
  return nodes.filter(({ desk }) => desk !== undefined)
}

/** The first node after `id`, or of all, that is still to be done. */
export function nextOpen(nodes: readonly PageNode[], sheet: Sheet, after?: string): PageNode | undefined {
  const from = nodes.findIndex(({ id }) => id === after) + 1
  return doable(nodes.slice(from)).find((node) => ['open', 'started'].includes(standingOf(node, sheet)))
}

/** Makes states visible on the page and in its contents; what they mean is in the stylesheet, and in words at the node. */
export function show(standings: ReadonlyMap<PageNode, Standing>): void {
  for (const [{ id, section }, standing] of standings) {
    section.dataset['standing'] = standing
    for (const link of document.querySelectorAll<HTMLElement>(`.contents-link[href="#${CSS.escape(id)}"]`))
      link.dataset['standing'] = standing
  }
}

/** `made` tells what a decision was answered with, when it was. */
export function showChoices(
  choices: readonly PageChoice[],
  made: (decision: string) => string | undefined,
): void {
  for (const { decision, value, block } of choices) {
    const answer = made(decision)
    block.dataset['chosen'] = answer === undefined ? 'open' : answer === value ? 'yes' : 'no'
  }
}
