import type { Problem } from '../model/problem.ts'
import { openCondition, setsOnlyWhen } from './conditions.ts'
import type { Condition, FenceRole, InputSpec, Node, Step } from '../model/runbook.ts'
import { shClash } from '../model/shell.ts'

type Seen = {
  ids: Map<string, number>
  choices: Map<string, string[]>
  decisions: Map<string, Condition[]>
  outputs: Map<string, Step>
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
    decisions: new Map(),
    outputs: new Map(),
    inputs: inputs && new Set(Object.keys(inputs)),
  }
  checkList(nodes, seen, problems)
  return problems
}

function checkList(nodes: readonly Node[], seen: Seen, problems: Problem[]): void {
  for (const node of nodes) {
    checkNode(node, seen, problems)
    if (node.kind === 'step') followOutputs([node], seen, problems)
    if (node.kind === 'parallel') {
      for (const step of node.steps) checkNode(step, seen, problems)
      const members = node.steps.map((step) => ({ ...step, when: [...node.when, ...step.when] }))
      followOutputs(members, seen, problems)
    }
    if (node.kind === 'use') checkList(node.nodes, seen, problems)
  }
}

function checkNode(node: Node, seen: Seen, problems: Problem[]): void {
  checkId(node, seen, problems)
  checkConditions(node, seen, problems)
  if (node.kind === 'step') checkStep(node, problems)
  if (node.kind !== 'decision') return
  const values = node.choices.map((choice) => choice.value)
  for (const [index, { value, place }] of node.choices.entries())
    if (values.indexOf(value) !== index)
      problems.push({ ...place, step: node.id, message: `choice ${value} stands twice` })
  seen.choices.set(node.id, values)
  seen.decisions.set(node.id, node.when)
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

function checkStep(step: Step, problems: Problem[]): void {
  const rolled = step.fences.filter((fence) => fence.role === 'rollback')
  if (rolled.length > 0 && !step.fences.some((fence) => fence.role === 'run'))
    problems.push({
      ...step.place,
      step: step.id,
      message: 'a rollback fence without a run fence: there is nothing to roll back',
    })
}

/** The steps of a <Parallel> run at the same time and see none of each other's outputs. */
function followOutputs(steps: readonly Step[], seen: Seen, problems: Problem[]): void {
  for (const step of steps) checkBinds(step, seen, problems)
  declareOutputs(steps, seen, problems)
}

function checkBinds(step: Step, seen: Seen, problems: Problem[]): void {
  for (const { role, bind, place } of step.fences)
    for (const name of bind) {
      if (!seen.inputs || seen.inputs.has(name)) continue
      const reason = Object.hasOwn(step.outputs, name)
        ? ownOutputMissing(role)
        : earlierOutputMissing(name, step, seen)
      if (reason !== undefined) problems.push({ ...place, step: step.id, message: `bind=${name}: ${reason}` })
    }
}

function ownOutputMissing(role: FenceRole): string | undefined {
  if (role === 'verify' || role === 'rollback') return undefined
  return `a ${role} fence runs before this step sets that output`
}

function earlierOutputMissing(name: string, step: Step, seen: Seen): string | undefined {
  const setter = seen.outputs.get(name)
  if (!setter) return 'no input and no earlier output has this name'
  const open = openCondition(setter.when, step.when, seen.decisions)
  return open && setsOnlyWhen(setter.id, open)
}

function declareOutputs(steps: readonly Step[], seen: Seen, problems: Problem[]): void {
  for (const step of steps)
    for (const name of Object.keys(step.outputs)) {
      if (seen.outputs.has(name))
        problems.push({ ...step.place, step: step.id, message: `the output "${name}" is declared twice` })
      const clash = shClash('OUTPUT', name, [...seen.outputs.keys()])
      if (clash !== undefined) problems.push({ ...step.place, step: step.id, message: clash })
      seen.outputs.set(name, step)
    }
}
