import type { Root, RootContent } from 'mdast'
import type { MdxJsxFlowElement } from 'mdast-util-mdx-jsx'
import { readFence } from '../../document/fences.ts'
import type { Decision, Fence, Inform, Node, Parallel, Step, Use } from '../../model/runbook.ts'
import { executables } from '../../model/runbook.ts'
import { readRunbook, runbookHref } from '../content/runbooks.ts'
import { readTree } from './document.ts'
import { element } from './elements.ts'
import type { Flow } from './elements.ts'
import { bodyOf, frame } from './frame.ts'
import type { Level, Page } from './frame.ts'
import { tokensOf } from './highlight.ts'
import { conditionKey } from './index-nodes.ts'
import { isFlow, showProse } from './prose.ts'

/** Every element becomes the view of the node that the parser read from it: both stand in the same order. */
export function showElements(
  children: readonly RootContent[],
  nodes: readonly Node[],
  level: Level,
  page: Page,
): RootContent[] {
  const next = inOrder(nodes, page)
  const shown = children.flatMap((child) =>
    child.type === 'mdxJsxFlowElement' ? [showNode(child, next.take(), level, page)] : showProse(child),
  )
  next.end()
  return shown
}

/** Hands out what was read, one by one. More or fewer than the page has is a defect, and stops the build. */
function inOrder<T>(read: readonly T[], page: Page): { take: () => T; end: () => void } {
  const rest = [...read]
  const differ = (): never => {
    throw new Error(`${page.runbook.file}: the page and the parser disagree about what stands where`)
  }
  return {
    take: () => rest.shift() ?? differ(),
    end: () => (rest.length > 0 ? differ() : undefined),
  }
}

function showNode(from: MdxJsxFlowElement, node: Node, level: Level, page: Page): MdxJsxFlowElement {
  if (node.kind === 'step') return showStep(from, node, level, page)
  if (node.kind === 'decision') return showDecision(from, node, level, page)
  if (node.kind === 'parallel') return showParallel(from, node, level, page)
  if (node.kind === 'inform') return showInform(from, node, level, page)
  return showUse(from, node, level, page)
}

function showStep(from: MdxJsxFlowElement, step: Step, level: Level, page: Page): MdxJsxFlowElement {
  const { danger, role, target, expectMs, timeoutMs, retries, approvals, outputs } = step
  const manual = !step.fences.some((fence) => fence.role === 'run')
  const facts = { danger, role, target, expectMs, timeoutMs, retries, approvals, outputs, manual }
  const next = inOrder(step.fences, page)
  const body = bodyOf(from).flatMap((child): Flow[] => {
    const executable =
      child.type === 'code' && readFence(child, step.place.file, page.readFile, []) !== undefined
    return executable ? [showFence(next.take())] : showProse(child)
  })
  next.end()
  return frame('Step', step, level, page, from, facts, body)
}

/** What a fence shows is the parser's: its code, and where that is from. */
function showFence(fence: Fence): MdxJsxFlowElement {
  const { code, ...rest } = fence
  return element('Fence', { fence: rest, tokens: tokensOf(code, fence.lang) })
}

function showDecision(from: MdxJsxFlowElement, node: Decision, level: Level, page: Page): MdxJsxFlowElement {
  const { role, expectMs, default: chosen } = node
  const next = inOrder(node.choices, page)
  const body = bodyOf(from).flatMap((child): Flow[] => {
    if (child.type !== 'mdxJsxFlowElement') return showProse(child)
    const { value, title } = next.take()
    const leadsTo = page.index.leadsTo.get(conditionKey({ decision: node.id, choice: value })) ?? []
    return [element('Choice', { shown: { value, title, leadsTo } }, child.children.flatMap(showProse))]
  })
  next.end()
  return frame('Decision', node, level, page, from, { role, expectMs, default: chosen }, body)
}

function showParallel(from: MdxJsxFlowElement, node: Parallel, level: Level, page: Page): MdxJsxFlowElement {
  const next = inOrder(node.steps, page)
  const lanes: Flow[] = []
  const prose = bodyOf(from).flatMap((child): Flow[] => {
    if (child.type !== 'mdxJsxFlowElement') return showProse(child)
    lanes.push(showStep(child, next.take(), deeper(level), page))
    return []
  })
  next.end()
  const body = [...prose, element('Lanes', {}, lanes)]
  return frame('Parallel', node, level, page, from, { count: node.steps.length }, body)
}

function showInform(from: MdxJsxFlowElement, node: Inform, level: Level, page: Page): MdxJsxFlowElement {
  const { audience, template, text, expectMs } = node
  const body = bodyOf(from).flatMap((child): Flow[] => showProse(child))
  return frame('Inform', node, level, page, from, { audience, template, text, expectMs }, body)
}

/** The nodes of the used runbook in the place of the `<Use>`, from the tree of its own file. */
function showUse(from: MdxJsxFlowElement, node: Use, level: Level, page: Page): MdxJsxFlowElement {
  const tree: Root = readTree(page.root, page.runbook, node.runbook)
  const first = tree.children.findIndex((child) => child.type === 'mdxJsxFlowElement')
  const inner = showElements(tree.children.slice(Math.max(first, 0)), node.nodes, deeper(level), page)
  const own = bodyOf(from).flatMap((child): Flow[] => showProse(child))
  const facts = {
    runbook: node.runbook,
    title: readRunbook(page.root, node.runbook).title,
    href: runbookHref(node.runbook),
    count: executables(node.nodes).length,
  }
  const used = element('Used', { count: facts.count }, inner.filter(isFlow))
  return frame('Use', node, level, page, from, facts, [...own, used])
}

function deeper(level: Level): Level {
  return level === 2 ? 3 : 4
}
