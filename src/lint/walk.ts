import type { Fence, Node, Place, Runbook, Step } from '../model/runbook.ts'

/**
 * The nodes that stand in the runbook itself, those inside <Parallel> included. What a <Use> brings along is checked in its own
 * runbook, so that a mistake there is reported once.
 */
export function ownNodes(runbook: Runbook): Node[] {
  return runbook.nodes.flatMap((node): Node[] => (node.kind === 'parallel' ? [node, ...node.steps] : [node]))
}

export function ownSteps(runbook: Runbook): Step[] {
  return ownNodes(runbook).filter((node) => node.kind === 'step')
}

export type FenceInStep = { step: Step; fence: Fence }

export function ownFences(runbook: Runbook): FenceInStep[] {
  return ownSteps(runbook).flatMap((step) => step.fences.map((fence) => ({ step, fence })))
}

/** Where the attributes of a fence stand: the line that opens it, or the step when its text is in a script. */
export function openingOf({ step, fence }: FenceInStep): Place {
  return fence.script === undefined ? { ...fence.place, line: fence.place.line - 1 } : step.place
}

/** The names of the outputs that a node declares. */
function outputsOf(nodes: readonly Node[]): Step['outputs'] {
  return Object.fromEntries(nodes.flatMap((node) => Object.entries(declaredBy(node))))
}

function declaredBy(node: Node): Step['outputs'] {
  if (node.kind === 'step') return node.outputs
  if (node.kind === 'parallel') return outputsOf(node.steps)
  return node.kind === 'use' ? outputsOf(node.nodes) : {}
}

/** What the steps before this one declare; steps of the same <Parallel> run at the same time and do not count. */
export function outputsBefore(runbook: Runbook, step: Step): Step['outputs'] {
  const index = runbook.nodes.findIndex(
    (node) => node === step || (node.kind === 'parallel' && node.steps.includes(step)),
  )
  return outputsOf(runbook.nodes.slice(0, Math.max(0, index)))
}
