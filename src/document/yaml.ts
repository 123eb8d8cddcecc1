import {
  LineCounter,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  parseDocument,
  visit,
} from 'yaml'
import type { Document } from 'yaml'
import type { z } from 'zod'
import type { Problem } from '../model/problem.ts'
import type { Place } from '../model/runbook.ts'

type Path = readonly PropertyKey[]

/** Where a value stands: a scalar itself, the key of anything larger, the nearest thing above what is missing. */
export type Locate = (path: Path, part?: 'key' | 'value') => Place

export type Parsed<T> = { locate: Locate } & (
  | { value: T; problems: [] }
  | { value: undefined; problems: Problem[] }
)

/**
 * Parses YAML with a schema. Every mistake carries the line and column of the value it is about.
 * `firstLine` is the line of the file on which `text` begins (front matter does not begin at 1).
 */
export function parseYaml<T>(text: string, schema: z.ZodType<T>, file: string, firstLine = 1): Parsed<T> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): Place => {
    const position = lines.linePos(offset)
    return { file, line: position.line + firstLine - 1, column: position.col }
  }
  const locate: Locate = (path, part = 'value') => at(offsetOf(document, path, part))
  const failed = (problems: Problem[]): Parsed<T> => ({ value: undefined, problems, locate })
  if (document.errors.length > 0)
    return failed(
      document.errors.map((error) => ({ ...at(error.pos[0]), message: `not valid YAML: ${error.message}` })),
    )
  const keys = wrongKeys(document)
  if (keys.length > 0) return failed(keys.map(({ offset, ...problem }) => ({ ...at(offset), ...problem })))
  const plain = toPlain(document)
  if ('refused' in plain)
    return failed([{ ...at(unresolvedAlias(document)), message: `not valid YAML: ${plain.refused}` }])
  const result = schema.safeParse(plain.value)
  if (result.success) return { value: result.data, problems: [], locate }
  return failed(result.error.issues.flatMap((issue) => problemsOf(issue, locate)))
}

/** A file that could not be read at all. */
export function unread<T>(file: string, problems: Problem[]): Parsed<T> {
  return { value: undefined, problems, locate: () => ({ file, line: 1, column: 1 }) }
}

type WrongKey = { offset: number; message: string; hint?: string }

/** Keys that no object can have: a list or a mapping, which would become its own text, and the one that no schema is told of. */
function wrongKeys(document: Document): WrongKey[] {
  const wrong: WrongKey[] = []
  visit(document, {
    Pair: (_, pair, above) => {
      const { key } = pair
      const offset = (isNode(key) ? key.range?.[0] : undefined) ?? 0
      const named: unknown = isAlias(key) ? key.resolve(document) : key
      if (isCollection(named))
        wrong.push({
          offset,
          message: `expected a word as a key, found ${isMap(named) ? 'a mapping' : 'a list'}`,
          hint: 'Text that begins with { or [ stands in quotes.',
        })
      if (isScalar(named) && named.value === '__proto__')
        wrong.push({ offset, message: `${nameOf([...above, pair])}: this name is reserved` })
    },
  })
  return wrong
}

/** `inputs.reason`, of the pairs that lead to it. */
function nameOf(nodes: readonly unknown[]): string {
  return nodes
    .flatMap((node) => (isPair(node) && isScalar(node.key) ? [String(node.key.value)] : []))
    .join('.')
}

/** Aliases that do not resolve, or multiply without end, are found only here. */
function toPlain(document: Document): { value: unknown } | { refused: string } {
  try {
    return { value: document.toJS() }
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) }
  }
}

/** Where the alias stands that has no anchor before it; the beginning, where there is none. */
function unresolvedAlias(document: Document): number {
  let offset = 0
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document)) return undefined
      offset = alias.range?.[0] ?? 0
      return visit.BREAK
    },
  })
  return offset
}

/** All unknown keys of a map are one issue, but each stands on its own line. */
function problemsOf(issue: z.core.$ZodIssue, locate: Locate): Problem[] {
  if (issue.code !== 'unrecognized_keys') return [{ ...locate(issue.path), message: describeIssue(issue) }]
  return issue.keys.map((key) => ({
    ...locate([...issue.path, key], 'key'),
    message: describeIssue({ ...issue, keys: [key] }),
  }))
}

function offsetOf(document: Document, path: Path, part: 'key' | 'value'): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    const key = keyOffset(document, path.slice(0, length))
    const value = isNode(node) && node.range ? node.range[0] : undefined
    const found = part === 'key' || isCollection(node) ? (key ?? value) : (value ?? key)
    if (found !== undefined) return found
  }
  return isNode(document.contents) && document.contents.range ? document.contents.range[0] : 0
}

function keyOffset(document: Document, path: Path): number | undefined {
  const above: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!isMap(above)) return undefined
  for (const { key } of above.items)
    if (isScalar(key) && String(key.value) === String(path.at(-1))) return key.range?.[0]
  return undefined
}

/** `inputs.reason.type: expected "string", received …` */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.')
  const prefix = path === '' ? '' : `${path}: `
  if (issue.code === 'unrecognized_keys')
    return `${prefix}unknown key ${issue.keys.map((key) => `"${key}"`).join(', ')}`
  return `${prefix}${reasonOf(issue)}`
}

const EXPECTED = /^Invalid input: expected (.*?)(?:, received (.*))?$/
const or = new Intl.ListFormat('en-GB', { type: 'disjunction' })

/** What is wrong with a key stands one level deeper, and so does what each kind of a value would have to be. */
function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue.message
  const first = issue.errors.flatMap(([one]) => one ?? [])
  const missing = first.flatMap(({ path }) => (path[0] === undefined ? [] : [String(path[0])]))
  if (missing.length > 0) return `expected the key ${or.format(new Set(missing))}`
  const kinds = first.flatMap(({ message }) => EXPECTED.exec(message)?.slice(1, 2) ?? [])
  if (kinds.length === 0) return issue.message
  const received = EXPECTED.exec(first[0]?.message ?? '')?.[2]
  return `expected ${or.format(new Set(kinds))}${received === undefined ? '' : `, received ${received}`}`
}
