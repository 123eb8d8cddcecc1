import type { Condition, Decision, Node } from './runbook.ts'
import { executables } from './runbook.ts'

export type CriticalPath = {
  ms: number
  /** The choices that lead to it. */
  choices: Condition[]
  /** The parts of it, the longest first. `workMs` is the work of everyone, when several act at the same time. */
  parts: { id: string; ms: number; workMs: number }[]
}

export type Estimate = {
  /** The longest way through: of alternatives the longest, of steps at the same time the longest. */
  criticalMs: number
  /** The work of everyone on that way, one after the other. */
  workMs: number
  /** How many nodes have no estimate, so that both are lower bounds. */
  without: number
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
    const estimates = node.kind === 'parallel' ? node.steps.map(expected) : [expected(node)]
    parts.push({ id: node.id, ms: Math.max(0, ...estimates), workMs: total(estimates) })
  }
  parts.sort((a, b) => b.ms - a.ms)
  return { ms: total(parts.map(({ ms }) => ms)), choices, parts }
}

function expected({ expectMs }: { expectMs?: number }): number {
  return expectMs ?? 0
}

function total(amounts: readonly number[]): number {
  return amounts.reduce((sum, one) => sum + one, 0)
}

/** What a page says of the time that a runbook takes. */
export function estimate(nodes: readonly Node[]): Estimate {
  const { ms, parts } = criticalPath(nodes)
  const estimated = executables(nodes).flatMap((node): { expectMs?: number }[] =>
    node.kind === 'parallel' ? node.steps : [node],
  )
  return {
    criticalMs: ms,
    workMs: total(parts.map(({ workMs }) => workMs)),
    without: estimated.filter(({ expectMs }) => expectMs === undefined).length,
  }
}
