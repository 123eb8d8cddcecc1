import type { Condition, Decision, Node } from '../model/runbook.ts'
import { executables } from '../model/runbook.ts'

export type CriticalPath = {
  ms: number
  /** The choices that lead to it. */
  choices: Condition[]
  /** The parts of it, the longest first. */
  parts: { id: string; ms: number }[]
}

/** Beyond this many combinations of choices the sum over all nodes is taken: an upper bound. */
const MAX_COMBINATIONS = 20_000

type Chosen = ReadonlyMap<string, string>

/**
 * The longest way through the estimates: steps in a <Parallel> count as the longest of them, a <Use> as its nodes, and a decision as
 * whichever of its branches takes longest.
 */
export function criticalPath(nodes: readonly Node[]): CriticalPath {
  const flat = executables(nodes)
  const decisions = flat.filter((node) => node.kind === 'decision')
  const combinations = decisions.reduce((product, { choices }) => product * choices.length, 1)
  if (combinations > MAX_COMBINATIONS) return pathOf(flat, undefined)
  return allChoices(decisions)
    .map((chosen) => pathOf(flat, chosen))
    .reduce((longest, path) => (path.ms > longest.ms ? path : longest), { ms: -1, choices: [], parts: [] })
}

function allChoices(decisions: readonly Decision[]): Chosen[] {
  return decisions.reduce<Chosen[]>(
    (chosen, { id, choices }) =>
      chosen.flatMap((map) => choices.map(({ value }) => new Map(map).set(id, value))),
    [new Map()],
  )
}

/** `chosen` undefined: every node counts. */
function pathOf(flat: ReturnType<typeof executables>, chosen: Chosen | undefined): CriticalPath {
  const choices: Condition[] = []
  const parts: CriticalPath['parts'] = []
  const made = new Map<string, string>()
  for (const node of flat) {
    if (chosen && !node.when.every(({ decision, choice }) => made.get(decision) === choice)) continue
    const choice = node.kind === 'decision' ? chosen?.get(node.id) : undefined
    if (choice !== undefined) {
      made.set(node.id, choice)
      choices.push({ decision: node.id, choice })
    }
    parts.push({ id: node.id, ms: estimateOf(node) })
  }
  parts.sort((a, b) => b.ms - a.ms)
  return { ms: parts.reduce((sum, { ms }) => sum + ms, 0), choices, parts }
}

function estimateOf(node: ReturnType<typeof executables>[number]): number {
  if (node.kind !== 'parallel') return node.expectMs ?? 0
  return Math.max(0, ...node.steps.map((step) => step.expectMs ?? 0))
}
