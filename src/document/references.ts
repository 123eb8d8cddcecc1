import type { Problem } from '../model/problem.ts'
import type { InputSpec, Node, Step } from '../model/runbook.ts'

type Seen = {
  ids: Map<string, number>
  choices: Map<string, string[]>
  outputs: Set<string>
  inputs: ReadonlySet<string>
}

/** Ids are unique, `when` names an earlier decision and one of its choices, `bind` names what exists by then. */
export function checkReferences(nodes: readonly Node[], inputs: Record<string, InputSpec>): Problem[] {
  const problems: Problem[] = []
  const seen: Seen = {
    ids: new Map(),
    choices: new Map(),
    outputs: new Set(),
    inputs: new Set(Object.keys(inputs)),
  }
  checkList(nodes, seen, problems)
  return problems
}

function checkList(nodes: readonly Node[], seen: Seen, problems: Problem[]): void {
  for (const node of nodes) {
    checkId(node, seen, problems)
    checkConditions(node, seen, problems)
    if (node.kind === 'step') checkStep(node, seen, problems)
    if (node.kind === 'decision') {
      duplicates(node.choices.map((choice) => choice.value)).forEach((value) =>
        problems.push({ ...node.place, step: node.id, message: `choice ${value} stands twice` }),
      )
      seen.choices.set(
        node.id,
        node.choices.map((choice) => choice.value),
      )
    }
    if (node.kind === 'parallel') checkList(node.steps, seen, problems)
    if (node.kind === 'use') checkList(node.nodes, seen, problems)
  }
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
  for (const fence of step.fences)
    for (const name of fence.bind)
      if (!seen.inputs.has(name) && !seen.outputs.has(name) && !(name in step.outputs))
        problems.push({
          ...fence.place,
          step: step.id,
          message: `bind=${name}: no input and no earlier output has this name`,
        })
  for (const name of Object.keys(step.outputs)) {
    if (seen.outputs.has(name))
      problems.push({ ...step.place, step: step.id, message: `the output "${name}" is declared twice` })
    seen.outputs.add(name)
  }
  const rolled = step.fences.filter((fence) => fence.role === 'rollback')
  if (rolled.length > 0 && !step.fences.some((fence) => fence.role === 'run'))
    problems.push({
      ...step.place,
      step: step.id,
      message: 'a rollback fence without a run fence: there is nothing to roll back',
    })
}

function duplicates(values: string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index)
}
