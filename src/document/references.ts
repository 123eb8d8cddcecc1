import type { Problem } from '../model/problem.ts'
import type { InputSpec, Node, Step } from '../model/runbook.ts'

type Seen = {
  ids: Map<string, number>
  choices: Map<string, string[]>
  outputs: Set<string>
  /** Undefined when they could not be read: then any name may be one. */
  inputs: ReadonlySet<string> | undefined
}

/** Ids are unique, `when` names an earlier decision and one of its choices, `bind` names what exists by then. */
export function checkReferences(
  nodes: readonly Node[],
  inputs: Record<string, InputSpec> | undefined,
): Problem[] {
  const problems: Problem[] = []
  const seen: Seen = {
    ids: new Map(),
    choices: new Map(),
    outputs: new Set(),
    inputs: inputs && new Set(Object.keys(inputs)),
  }
  checkList(nodes, seen, problems)
  return problems
}

function checkList(nodes: readonly Node[], seen: Seen, problems: Problem[]): void {
  for (const node of nodes) {
    checkNode(node, seen, problems)
    if (node.kind === 'step') declareOutputs([node], seen, problems)
    if (node.kind === 'parallel') {
      for (const step of node.steps) checkNode(step, seen, problems)
      declareOutputs(node.steps, seen, problems)
    }
    if (node.kind === 'use') checkList(node.nodes, seen, problems)
  }
}

function checkNode(node: Node, seen: Seen, problems: Problem[]): void {
  checkId(node, seen, problems)
  checkConditions(node, seen, problems)
  if (node.kind === 'step') checkStep(node, seen, problems)
  if (node.kind !== 'decision') return
  const values = node.choices.map((choice) => choice.value)
  for (const value of duplicates(values))
    problems.push({ ...node.place, step: node.id, message: `choice ${value} stands twice` })
  seen.choices.set(node.id, values)
}

function checkId(node: Node, seen: Seen, problems: Problem[]): void {
  const line = seen.ids.get(node.id)
  if (line === undefined) seen.ids.set(node.id, node.place.line)
  else
    problems.push({
      ...node.place,
      message: `the id "${node.id}" stands twice: first on line ${line}`,
      hint: 'Every id is unique: runs are resumed by it.',
    })
}

function checkConditions(node: Node, seen: Seen, problems: Problem[]): void {
  for (const { decision, choice } of node.when) {
    const choices = seen.choices.get(decision)
    const text = `when="${decision}=${choice}"`
    if (!choices)
      problems.push({
        ...node.place,
        step: node.id,
        message: `${text}: no <Decision id="${decision}"> stands before it`,
      })
    else if (!choices.includes(choice))
      problems.push({
        ...node.place,
        step: node.id,
        message: `${text}: expected one of ${choices.join(', ')}`,
      })
  }
}

function checkStep(step: Step, seen: Seen, problems: Problem[]): void {
  checkBinds(step, seen, problems)
  const rolled = step.fences.filter((fence) => fence.role === 'rollback')
  if (rolled.length > 0 && !step.fences.some((fence) => fence.role === 'run'))
    problems.push({
      ...step.place,
      step: step.id,
      message: 'a rollback fence without a run fence: there is nothing to roll back',
    })
}

function checkBinds(step: Step, seen: Seen, problems: Problem[]): void {
  for (const { role, bind, place } of step.fences)
    for (const name of bind) {
      const isOwn = Object.hasOwn(step.outputs, name)
      const isThere = isOwn ? role === 'verify' || role === 'rollback' : seen.outputs.has(name)
      if (!seen.inputs || seen.inputs.has(name) || isThere) continue
      const message = isOwn
        ? `bind=${name}: a ${role} fence runs before this step sets that output`
        : `bind=${name}: no input and no earlier output has this name`
      problems.push({ ...place, step: step.id, message })
    }
}

/** After everything that reads outputs: the steps of a <Parallel> run at the same time and see none of each other's. */
function declareOutputs(steps: readonly Step[], seen: Seen, problems: Problem[]): void {
  for (const step of steps)
    for (const name of Object.keys(step.outputs)) {
      if (seen.outputs.has(name))
        problems.push({ ...step.place, step: step.id, message: `the output "${name}" is declared twice` })
      seen.outputs.add(name)
    }
}

function duplicates(values: string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index)
}
