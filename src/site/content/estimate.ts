import type { Node, Step } from '../../model/runbook.ts'
import { executables } from '../../model/runbook.ts'
import { conditionKey } from '../remark/index-nodes.ts'

export type Estimate = {
  /** The longest way through: of alternatives the longest, of steps at the same time the longest. */
  criticalMs: number
  /** The work of everyone on that way, one after the other. */
  workMs: number
  /** How many nodes have no estimate, so that both are lower bounds. */
  without: number
}

export function estimate(nodes: readonly Node[]): Estimate {
  return {
    criticalMs: along(nodes, new Set(), longest),
    workMs: along(nodes, new Set(), sum),
    without: executables(nodes)
      .flatMap((node): { expectMs?: number }[] => (node.kind === 'parallel' ? node.steps : [node]))
      .filter((node) => node.expectMs === undefined).length,
  }
}

type Join = (steps: readonly Step[]) => number

function along(nodes: readonly Node[], above: ReadonlySet<string>, join: Join): number {
  let always = 0
  const answers = new Map<string, Map<string, number>>()
  for (const node of nodes) {
    const own = node.when.find((condition) => !above.has(conditionKey(condition)))
    const takes = cost(node, new Set([...above, ...node.when.map(conditionKey)]), join)
    if (own === undefined) always += takes
    else {
      const choices = answers.get(own.decision) ?? new Map<string, number>()
      choices.set(own.choice, (choices.get(own.choice) ?? 0) + takes)
      answers.set(own.decision, choices)
    }
  }
  const alternatives = [...answers.values()].map((choices) => Math.max(...choices.values()))
  return alternatives.reduce((total, longest) => total + longest, always)
}

function cost(node: Node, above: ReadonlySet<string>, join: Join): number {
  if (node.kind === 'parallel') return join(node.steps)
  if (node.kind === 'use') return along(node.nodes, above, join)
  return node.expectMs ?? 0
}

function longest(steps: readonly Step[]): number {
  return Math.max(0, ...steps.map((step) => step.expectMs ?? 0))
}

function sum(steps: readonly Step[]): number {
  return steps.reduce((total, step) => total + (step.expectMs ?? 0), 0)
}
