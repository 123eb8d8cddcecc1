import Handlebars from 'handlebars'
import { z } from 'zod'
import { OperatorError } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import { suggest } from '../model/suggest.ts'
import { isBlock, isMustache, isPath, isSubExpression, syntaxError } from '../model/template-syntax.ts'
import { code, fence, link, prose } from './escape.ts'

/**
 * Handlebars for documents: every variable is known from the schema of the data and escaped where it stands. A template that names
 * anything else is refused with its file, line and column before anything is written.
 */
export type Template = { file: string; text: string }
type Schema = z.core.JSONSchema.JSONSchema

/** What a template can call, in words for its reference. */
export const HELPERS = {
  code: 'code within a line: `{{code step}}`',
  fence: 'a code block that holds anything: `{{fence output "text"}}`',
  link: 'a link: `{{link source.label source.href}}`',
  write:
    'a region that people write; it keeps its text when the document is written again: `{{#write "summary"}}{{owner}}{{/write}}`, with who is to write it inside',
} as const
const BUILT_IN = new Set(['if', 'unless', 'each', 'with'])

/** Text that is escaped wherever it is printed, and can still be had as it is. */
class Text {
  readonly raw: string
  constructor(raw: string) {
    this.raw = raw
  }
  toString(): string {
    return prose(this.raw)
  }
}

type Compiled = Handlebars.TemplateDelegate
/** A template is checked and compiled once, however many documents it makes. */
const compiled = new WeakMap<Template, Compiled>()

/** Fills in a template. `write` gives the text of a region from its name and who is to write it. */
export function fillTemplate(
  template: Template,
  schema: z.ZodType,
  data: Record<string, unknown>,
  write: (name: string, by: string) => string,
): string {
  const fill = compiled.get(template) ?? compile(template, schema)
  compiled.set(template, fill)
  const region = function (this: unknown, name: unknown, options: Handlebars.HelperOptions): string {
    return write(rawOf(name), textOf(options.fn(this)).trim())
  }
  const filled = textOf(fill(wrapped(data), { helpers: { write: region } }))
  return `${filled.replace(/\n{3,}/g, '\n\n').trim()}\n`
}

function compile(template: Template, schema: z.ZodType): Compiled {
  checkTemplate(template, z.toJSONSchema(schema, { io: 'output' }))
  const engine = Handlebars.create()
  engine.registerHelper('code', (value: unknown) => code(rawOf(value)))
  engine.registerHelper('fence', (value: unknown, language: unknown) =>
    fence(rawOf(value), typeof language === 'string' ? language : 'text'),
  )
  engine.registerHelper('link', (text: unknown, url: unknown) => link(rawOf(text), rawOf(url)))
  return engine.compile(template.text, { noEscape: true, strict: true })
}

/** A template that is one variable only gives that variable, whatever its types say. */
function textOf(filled: unknown): string {
  return String(filled)
}

function rawOf(value: unknown): string {
  return value instanceof Text ? value.raw : String(value)
}

function wrapped(value: unknown): unknown {
  // An empty text stays one, so that {{#if}} takes it for nothing.
  if (typeof value === 'string') return value === '' ? '' : new Text(value)
  if (Array.isArray(value)) return value.map(wrapped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, wrapped(member)]))
}

function checkTemplate({ file, text }: Template, schema: Schema): void {
  const problems: Problem[] = []
  try {
    new Checker(file, schema, problems).program(Handlebars.parse(text), [schema])
  } catch (error) {
    problems.push({ file, ...syntaxError(error) })
  }
  if (problems.length > 0) throw new OperatorError('usage', problems)
}

/** Walks a template as Handlebars would, with the schema of the data in place of the data. */
class Checker {
  readonly #file: string
  readonly #root: Schema
  readonly #problems: Problem[]

  constructor(file: string, root: Schema, problems: Problem[]) {
    this.#file = file
    this.#root = root
    this.#problems = problems
  }

  program({ body }: hbs.AST.Program, scopes: readonly Schema[]): void {
    for (const statement of body) this.#statement(statement, scopes)
  }

  #statement(statement: hbs.AST.Statement, scopes: readonly Schema[]): void {
    if (isBlock(statement)) this.#block(statement, scopes)
    else if (isMustache(statement)) this.#call(statement, scopes)
    else if (statement.type !== 'ContentStatement' && statement.type !== 'CommentStatement')
      this.#report(statement, `${statement.type} is not supported in a document template`)
  }

  #block(block: hbs.AST.BlockStatement, scopes: readonly Schema[]): void {
    const name = block.path.original
    const inside = this.#inside(block, scopes)
    if (inside) {
      this.program(block.program, inside)
      // Handlebars leaves it out where there is no {{else}}.
      const other: hbs.AST.Program | undefined = block.inverse
      if (other) this.program(other, scopes)
    } else
      this.#report(
        block,
        `unknown block "${name}"`,
        `Expected one of ${[...BUILT_IN, 'write'].join(', ')}; a list is {{#each ${name}}}.`,
      )
  }

  /** What names mean within a block; undefined for a block that there is not. */
  #inside(block: hbs.AST.BlockStatement, scopes: readonly Schema[]): readonly Schema[] | undefined {
    const name = block.path.original
    if (name === 'write') {
      const [region] = block.params
      if (!region || region.type !== 'StringLiteral' || !/^[a-z][a-z-]*$/.test(String(literal(region))))
        this.#report(block, 'expected the name of the region, such as {{#write "summary"}}')
      return scopes
    }
    if (!BUILT_IN.has(name)) return undefined
    const found = block.params.map((parameter) => this.#expression(parameter, scopes))[0]
    if (name === 'if' || name === 'unless') return scopes
    if (name === 'with') return [found ?? {}, ...scopes]
    if (found && found.type !== 'array') this.#report(block, 'expected a list after {{#each')
    return [itemsOf(found), ...scopes]
  }

  #call(call: hbs.AST.MustacheStatement | hbs.AST.SubExpression, scopes: readonly Schema[]): void {
    const isHelper = isPath(call.path) && Object.hasOwn(HELPERS, call.path.original)
    if (!isHelper && call.params.length > 0 && isPath(call.path))
      this.#report(
        call.path,
        `unknown helper "${call.path.original}"`,
        suggest(call.path.original, Object.keys(HELPERS)),
      )
    else if (!isHelper) this.#printed(call.path, scopes)
    for (const parameter of call.params) this.#expression(parameter, scopes)
  }

  /** A list or a map printed as such says `[object Object]` on the page. */
  #printed(path: hbs.AST.Expression, scopes: readonly Schema[]): void {
    const found = this.#expression(path, scopes)
    if (found?.type === 'array' || found?.type === 'object')
      this.#report(
        path,
        `"${isPath(path) ? path.original : ''}" is a ${found.type === 'array' ? 'list' : 'map'}, not a text`,
      )
  }

  #expression(expression: hbs.AST.Expression, scopes: readonly Schema[]): Schema | undefined {
    if (isSubExpression(expression)) this.#call(expression, scopes)
    return isPath(expression) ? this.#path(expression, scopes) : undefined
  }

  #path(path: hbs.AST.PathExpression, scopes: readonly Schema[]): Schema | undefined {
    const parts = path.parts.map(String)
    if (path.data && parts[0] !== 'root') {
      if (!/^(index|first|last|key)$/.test(parts[0] ?? ''))
        this.#report(path, `unknown variable "${path.original}"`)
      return {}
    }
    let schema = path.data ? this.#root : scopes[path.depth]
    if (!schema) {
      this.#report(path, `"${path.original}" leads out of the template`)
      return undefined
    }
    for (const part of path.data ? parts.slice(1) : parts) {
      const members = membersOf(schema)
      const next: Schema | undefined = Object.hasOwn(members, part) ? members[part] : undefined
      if (!next) {
        this.#report(path, `unknown variable "${path.original}"`, suggest(part, Object.keys(members)))
        return undefined
      }
      schema = next
    }
    return schema
  }

  #report({ loc }: hbs.AST.Node, message: string, hint?: string): void {
    const { line, column } = loc.start
    this.#problems.push({ file: this.#file, line, column: column + 1, message, hint })
  }
}

function literal(node: hbs.AST.Expression): unknown {
  return 'value' in node ? node.value : undefined
}

function membersOf(schema: Schema): Record<string, Schema> {
  if (schema.type === 'array') return { length: { type: 'number' } }
  const variants = [schema, ...(schema.anyOf ?? [])].filter((variant) => typeof variant === 'object')
  const members = variants.flatMap((variant) => Object.entries(variant.properties ?? {}))
  return Object.fromEntries(
    members.flatMap(([name, member]) => (typeof member === 'object' ? [[name, member]] : [])),
  )
}

function itemsOf(schema: Schema | undefined): Schema {
  const items = schema?.items
  return typeof items === 'object' && !Array.isArray(items) ? items : {}
}
