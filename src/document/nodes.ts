import type { Code, RootContent } from 'mdast'
import type { MdxJsxFlowElement } from 'mdast-util-mdx-jsx'
import { visit } from 'unist-util-visit'
import { attributes as decisionAttributes, choiceAttributes } from '../steps/decision/schema.ts'
import { attributes as informAttributes } from '../steps/inform/schema.ts'
import { attributes as parallelAttributes } from '../steps/parallel/schema.ts'
import { attributes as stepAttributes, DEFAULT_TIMEOUT_MS } from '../steps/step/schema.ts'
import { attributes as useAttributes } from '../steps/use/schema.ts'
import { timerDuration } from '../model/duration-schema.ts'
import { phase as phases } from '../model/message-words.ts'
import type { Phase } from '../model/message-words.ts'
import type {
  Choice,
  Condition,
  Decision,
  Fence,
  Inform,
  Node,
  Parallel,
  Step,
  Use,
} from '../model/runbook.ts'
import type { Reading } from './element.ts'
import {
  evaluatedProblem,
  headingText,
  htmlTag,
  isEvaluated,
  partsOf,
  placeOf,
  proseText,
  readAttributes,
} from './element.ts'
import { readFence } from './fences.ts'

/** What a node may ask of the project around its document. */
type Surroundings = {
  /** The text of a file of the project, or undefined; whatever is read becomes part of the digest. */
  readFile: (path: string) => string | undefined
  /** The code blocks that a step took as its fences; any other block with a role is a mistake. */
  taken: Set<Code>
}

export type ReadContext = Reading & Surroundings

const TAGS = ['Step', 'Decision', 'Parallel', 'Inform', 'Use']

export function readNodes(children: readonly RootContent[], context: ReadContext): Node[] {
  const nodes: Node[] = []
  for (const child of children) {
    if (isEvaluated(child)) context.problems.push(evaluatedProblem(child, context.file))
    if (child.type !== 'mdxJsxFlowElement') continue
    const node = readNode(child, context)
    if (node) nodes.push(node)
  }
  return nodes
}

function readNode(node: MdxJsxFlowElement, context: ReadContext): Node | undefined {
  switch (node.name) {
    case 'Step':
      return readStep(node, context)
    case 'Decision':
      return readDecision(node, context)
    case 'Parallel':
      return readParallel(node, context)
    case 'Inform':
      return readInform(node, context)
    case 'Use':
      return readUse(node, context)
    default:
      // Its fences are not reported one by one: the tag is what is wrong.
      visit(node, 'code', (code) => void context.taken.add(code))
      context.problems.push({
        ...placeOf(node, context.file),
        message:
          htmlTag(node.name) ??
          `unknown kind <${node.name ?? ''}>: expected ${TAGS.map((tag) => `<${tag}>`).join(', ')}`,
      })
      return undefined
  }
}

/** As written, but for a timeout that could not be kept: it would end the step at once. */
const keptAttributes = stepAttributes.extend({ timeout: timerDuration.optional() })

function readStep(node: MdxJsxFlowElement, context: ReadContext): Step | undefined {
  const values = readAttributes(node, keptAttributes, context)
  const parts = partsOf(node.children, context)
  const title = headingText(parts, node, context)
  refuse(parts.elements, 'Step', context)
  const executable = new Set<RootContent>()
  const fences: Fence[] = []
  for (const code of parts.code) {
    const fence = readFence(code, context.file, context.readFile, context.problems)
    context.taken.add(code)
    if (!fence) continue
    fences.push(fence)
    executable.add(code)
  }
  if (!values) return undefined
  const { role, expect, timeout, when, target, ...rest } = values
  return {
    kind: 'step',
    ...rest,
    ...(role === undefined ? {} : { role }),
    ...(expect === undefined ? {} : { expectMs: expect }),
    ...(target === undefined ? {} : { target }),
    timeoutMs: timeout ?? DEFAULT_TIMEOUT_MS,
    ...condition(when),
    title,
    fences,
    prose: proseText(parts.prose, executable, context.source),
    place: placeOf(node, context.file),
  }
}

function readDecision(node: MdxJsxFlowElement, context: ReadContext): Decision | undefined {
  const values = readAttributes(node, decisionAttributes, context)
  const parts = partsOf(node.children, context)
  const title = headingText(parts, node, context)
  const choices = parts.elements.flatMap((element) => readChoice(element, context))
  if (choices.length < 2)
    context.problems.push({
      ...placeOf(node, context.file),
      message: '<Decision> needs at least two <Choice value="…">',
    })
  if (!values) return undefined
  const { role, expect, when, default: chosen, id } = values
  if (chosen !== undefined && !choices.some((choice) => choice.value === chosen))
    context.problems.push({
      ...placeOf(node, context.file),
      message: `default="${chosen}": expected one of ${choices.map((choice) => choice.value).join(', ')}`,
    })
  return {
    kind: 'decision',
    id,
    title,
    ...(role === undefined ? {} : { role }),
    ...(expect === undefined ? {} : { expectMs: expect }),
    ...(chosen === undefined ? {} : { default: chosen }),
    ...condition(when),
    choices,
    prose: proseText(parts.prose, new Set(), context.source),
    place: placeOf(node, context.file),
  }
}

function readChoice(node: MdxJsxFlowElement, context: ReadContext): Choice[] {
  if (node.name !== 'Choice') {
    context.problems.push({
      ...placeOf(node, context.file),
      message: `<${node.name ?? ''}> in <Decision>: expected <Choice>`,
    })
    return []
  }
  const values = readAttributes(node, choiceAttributes, context)
  const parts = partsOf(node.children, context)
  refuse(parts.elements, 'Choice', context)
  if (!values) return []
  const prose = proseText(parts.prose, new Set(), context.source)
  return [
    { value: values.value, title: values.title ?? values.value, prose, place: placeOf(node, context.file) },
  ]
}

function readParallel(node: MdxJsxFlowElement, context: ReadContext): Parallel | undefined {
  const values = readAttributes(node, parallelAttributes, context)
  const parts = partsOf(node.children, context)
  const title = headingText(parts, node, context)
  const children = readNodes(parts.elements, context)
  const steps = children.filter((child): child is Step => child.kind === 'step')
  for (const child of children)
    if (child.kind !== 'step')
      context.problems.push({
        ...child.place,
        message: `a ${child.kind} in <Parallel>: expected only <Step>`,
      })
  for (const step of steps)
    for (const { decision, choice } of step.when)
      context.problems.push({
        ...step.place,
        step: step.id,
        message: `when="${decision}=${choice}" in <Parallel>: its steps begin together`,
        hint: 'Put the condition on the <Parallel>, or the step before or after it.',
      })
  if (steps.length < 2)
    context.problems.push({ ...placeOf(node, context.file), message: '<Parallel> needs at least two <Step>' })
  if (!values) return undefined
  const prose = proseText(parts.prose, new Set(), context.source)
  return {
    kind: 'parallel',
    id: values.id,
    title,
    ...condition(values.when),
    steps,
    prose,
    place: placeOf(node, context.file),
  }
}

function readInform(node: MdxJsxFlowElement, context: ReadContext): Inform | undefined {
  const values = readAttributes(node, informAttributes, context)
  const parts = partsOf(node.children, context)
  const title = headingText(parts, node, context)
  refuse(parts.elements, 'Inform', context)
  if (!values) return undefined
  const path = `templates/inform/${values.template}.hbs`
  const text = context.readFile(path)
  if (text === undefined)
    context.problems.push({
      ...placeOf(node, context.file),
      message: `template="${values.template}": there is no ${path}`,
    })
  const { id, audience, template, expect, when } = values
  const phase = values.phase ?? phaseNamed(template)
  return {
    kind: 'inform',
    id,
    title,
    audience,
    template,
    text: text ?? '',
    ...(phase === undefined ? {} : { phase }),
    ...(expect === undefined ? {} : { expectMs: expect }),
    ...condition(when),
    prose: proseText(parts.prose, new Set(), context.source),
    place: placeOf(node, context.file),
  }
}

/** `internal/identified` says which phase it is for. */
function phaseNamed(template: string): Phase | undefined {
  return phases.options.find((one) => template.endsWith(`/${one}`))
}

function readUse(node: MdxJsxFlowElement, context: ReadContext): Use | undefined {
  const values = readAttributes(node, useAttributes, context)
  const parts = partsOf(node.children, context)
  refuse(parts.elements, 'Use', context)
  if (!values) return undefined
  const title = parts.heading ? headingText(parts, node, context) : values.runbook
  const prose = proseText(parts.prose, new Set(), context.source)
  return {
    kind: 'use',
    id: values.id,
    title,
    runbook: values.runbook,
    ...condition(values.when),
    nodes: [],
    prose,
    place: placeOf(node, context.file),
  }
}

function condition(when: Condition | undefined): { when: Condition[] } {
  return { when: when === undefined ? [] : [when] }
}

function refuse(elements: readonly MdxJsxFlowElement[], parent: string, context: ReadContext): void {
  for (const element of elements)
    context.problems.push({
      ...placeOf(element, context.file),
      message:
        htmlTag(element.name) ?? `<${element.name ?? ''}> in <${parent}>: expected prose and fences only`,
    })
}
