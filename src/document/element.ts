import type { Code, Heading, RootContent } from 'mdast'
import { toString } from 'mdast-util-to-string'
import type { MdxFlowExpression } from 'mdast-util-mdx-expression'
import type { MdxJsxFlowElement } from 'mdast-util-mdx-jsx'
import type { z } from 'zod'
import type { Problem } from '../model/problem.ts'
import type { Place } from '../model/runbook.ts'
import { describeIssue } from './yaml.ts'

/** What every reader of an element works with. */
export type Reading = { file: string; source: string; problems: Problem[] }

export function placeOf(node: RootContent, file: string): Place {
  return { file, line: node.position?.start.line ?? 1, column: node.position?.start.column ?? 1 }
}

/**
 * Checks the attributes of `<Tag …>` against its schema: literals only, nothing unknown. Beside a wrong attribute the right ones are
 * still returned, so that one mistake does not bring others with it: with any problem no runbook is returned.
 */
export function readAttributes<T>(
  node: MdxJsxFlowElement,
  schema: z.ZodType<T>,
  reading: Reading,
): T | undefined {
  const { values, places, broken } = literals(node, reading)
  const parsed = schema.safeParse(values)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [String(issue.path[0])]
    const at = places[keys[0] ?? ''] ?? placeOf(node, reading.file)
    if (!broken.has(keys[0] ?? ''))
      reading.problems.push({ ...at, message: `<${node.name}> ${attributeMessage(issue, schema)}` })
    for (const key of keys) delete values[key]
  }
  return schema.safeParse(values).data
}

type Literals = { values: Record<string, string>; places: Record<string, Place>; broken: Set<string> }

function literals(node: MdxJsxFlowElement, { file, problems }: Reading): Literals {
  const read: Literals = { values: {}, places: {}, broken: new Set() }
  for (const attribute of node.attributes) {
    const { line, column } = attribute.position?.start ?? placeOf(node, file)
    const at = { file, line, column }
    if (attribute.type === 'mdxJsxAttribute' && typeof attribute.value === 'string') {
      if (Object.hasOwn(read.values, attribute.name))
        problems.push({ ...at, message: `<${node.name}>: attribute ${attribute.name} stands twice` })
      read.values[attribute.name] = attribute.value
      read.places[attribute.name] = at
    } else {
      if (attribute.type === 'mdxJsxAttribute') read.broken.add(attribute.name)
      problems.push({ ...at, message: nonLiteral(node, attribute) })
    }
  }
  return read
}

function nonLiteral(node: MdxJsxFlowElement, attribute: MdxJsxFlowElement['attributes'][number]): string {
  const name = attribute.type === 'mdxJsxAttribute' ? attribute.name : '{...}'
  return `<${node.name}> attribute ${name}: expected a literal, such as ${name}="…"; nothing on the page is evaluated to know what runs`
}

function attributeMessage(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  if (issue.code === 'unrecognized_keys') {
    const known =
      'shape' in schema && typeof schema.shape === 'object' && schema.shape !== null
        ? Object.keys(schema.shape)
        : []
    return `unknown attribute ${issue.keys.map((key) => `"${key}"`).join(', ')}: expected ${known.join(', ')}`
  }
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return `needs the attribute ${issue.path.map(String).join('.')}`
  return `attribute ${describeIssue(issue)}`
}

/** The parts of an element: its heading, its code blocks, its nested elements, and the prose between them. */
export type Parts = { heading?: Heading; code: Code[]; elements: MdxJsxFlowElement[]; prose: RootContent[] }

export function partsOf(children: readonly RootContent[], reading: Reading): Parts {
  const parts: Parts = { code: [], elements: [], prose: [] }
  for (const child of children) {
    if (child.type === 'heading' && parts.heading === undefined) parts.heading = child
    else if (child.type === 'mdxJsxFlowElement') parts.elements.push(child)
    else if (isEvaluated(child)) reading.problems.push(evaluatedProblem(child, reading.file))
    else {
      if (child.type === 'code') parts.code.push(child)
      parts.prose.push(child)
    }
  }
  return parts
}

export function isEvaluated(node: RootContent): boolean {
  if (node.type === 'mdxFlowExpression') return !isComment(node)
  return node.type === 'mdxjsEsm'
}

/** An MDX comment is an expression without any statement. */
function isComment(node: MdxFlowExpression): boolean {
  return node.data?.estree?.body.length === 0
}

export function evaluatedProblem(node: RootContent, file: string): Problem {
  const what = node.type === 'mdxjsEsm' ? 'import or export' : '{expression}'
  return {
    ...placeOf(node, file),
    message: `${what}: expected plain Markdown; nothing in a runbook is evaluated to read it`,
  }
}

/** The source text of the nodes, as written; executable code blocks are left out. */
export function proseText(
  nodes: readonly RootContent[],
  leaveOut: ReadonlySet<RootContent>,
  source: string,
): string {
  return nodes
    .filter((node) => !leaveOut.has(node))
    .map((node) => source.slice(node.position?.start.offset, node.position?.end.offset))
    .join('\n\n')
}

/** Not the format's own tags in small letters. */
const HTML = /^(?!(?:step|decision|choice|parallel|inform|use|inject|expect)$)[a-z]/

/** What to say of a tag such as `<kbd>`; undefined for the name of anything that is not HTML. */
export function htmlTag(name: string | null): string | undefined {
  if (name === null || !HTML.test(name)) return undefined
  return `<${name}>: HTML is no part of the format; expected Markdown, such as \`code\` or **bold**`
}

export function headingText(parts: Parts, node: MdxJsxFlowElement, reading: Reading): string {
  const text = parts.heading ? toString(parts.heading) : ''
  if (text.trim() === '')
    reading.problems.push({
      ...placeOf(parts.heading ?? node, reading.file),
      message: `<${node.name}> needs a heading${parts.heading ? ' with words' : ''}: it is what the operator is asked`,
    })
  return text
}
