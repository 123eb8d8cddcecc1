import { LineCounter, isNode, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import type { z } from 'zod'
import type { Problem } from '../model/problem.ts'

export type Parsed<T> = { value: T; problems: [] } | { value: undefined; problems: Problem[] }

/**
 * Parses YAML with a schema. Every mistake carries the line and column of the value it is about.
 * `firstLine` is the line of the file on which `text` begins (front matter does not begin at 1).
 */
export function parseYaml<T>(text: string, schema: z.ZodType<T>, file: string, firstLine = 1): Parsed<T> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): { file: string; line: number; column: number } => {
    const position = lines.linePos(offset)
    return { file, line: position.line + firstLine - 1, column: position.col }
  }
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      ...at(error.pos[0]),
      message: `not valid YAML: ${error.message}`,
    }))
    return { value: undefined, problems }
  }
  const result = schema.safeParse(document.toJS())
  if (result.success) return { value: result.data, problems: [] }
  const problems = result.error.issues.map((issue) => ({
    ...at(offsetOf(document, issue.path)),
    message: describeIssue(issue),
  }))
  return { value: undefined, problems }
}

/** Where the value at `path` stands, or the nearest thing above it when it is missing. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return isNode(document.contents) && document.contents.range ? document.contents.range[0] : 0
}

/** `inputs.reason.type: expected "string", received …` */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.')
  const prefix = path === '' ? '' : `${path}: `
  if (issue.code === 'unrecognized_keys')
    return `${prefix}unknown ${issue.keys.map((key) => `"${key}"`).join(', ')}`
  return `${prefix}${issue.message}`
}
