import Handlebars from 'handlebars'
import { z } from 'zod'
import type { Problem } from '../model/problem.ts'
import { suggest } from '../model/suggest.ts'
import { isBlock, isMustache, isPath, isSubExpression, syntaxError } from '../model/template-syntax.ts'

/** Checks templates against the schema of what they are filled in with: an unknown variable is found before the day, with its place. */

type JsonSchema = z.core.JSONSchema.JSONSchema
/** The schemas of `this`, and of what is around it for `../`; and the names of block parameters. */
type Scope = { stack: JsonSchema[]; names: Map<string, JsonSchema> }

const HELPERS = ['if', 'unless', 'each', 'with', 'lookup']
const DATA = new Set(['root', 'index', 'key', 'first', 'last'])

/** `file` is shown in problems. Every name in the template has to be one of the schema. */
export function checkTemplate(text: string, file: string, schema: z.ZodType): Problem[] {
  let program: hbs.AST.Program
  try {
    program = Handlebars.parse(text)
  } catch (error) {
    return [{ file, ...syntaxError(error) }]
  }
  const problems: Problem[] = []
  const root = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' })
  new Checker(file, root, problems).program(program, { stack: [root], names: new Map() })
  return problems
}

class Checker {
  readonly #file: string
  readonly #root: JsonSchema
  readonly #problems: Problem[]

  constructor(file: string, root: JsonSchema, problems: Problem[]) {
    this.#file = file
    this.#root = root
    this.#problems = problems
  }

  program({ body }: hbs.AST.Program, scope: Scope): void {
    for (const statement of body) this.#statement(statement, scope)
  }

  #statement(statement: hbs.AST.Statement, scope: Scope): void {
    if (isMustache(statement)) {
      const { path, params, hash } = statement
      if (params.length > 0) this.#helper(path)
      else this.#expression(path, scope)
      this.#all(params, hash, scope)
    } else if (isBlock(statement)) this.#block(statement, scope)
    else if (statement.type === 'PartialStatement' || statement.type === 'PartialBlockStatement')
      this.#report(statement, 'a partial: there are none; write the text itself')
  }

  #block({ path, params, hash, program, inverse }: hbs.AST.BlockStatement, scope: Scope): void {
    this.#helper(path)
    const [subject] = this.#all(params, hash, scope)
    const name = path.original
    const inner = name === 'each' ? elementOf(subject) : name === 'with' ? subject : undefined
    const names = new Map(scope.names)
    const [first, second] = program?.blockParams ?? []
    if (first !== undefined) names.set(first, inner ?? {})
    if (second !== undefined) names.set(second, {})
    if (program) this.program(program, { stack: inner ? [...scope.stack, inner] : scope.stack, names })
    if (inverse) this.program(inverse, scope)
  }

  #all(
    params: hbs.AST.Expression[],
    hash: hbs.AST.Hash | undefined,
    scope: Scope,
  ): (JsonSchema | undefined)[] {
    for (const { value } of hash?.pairs ?? []) this.#expression(value, scope)
    return params.map((param) => this.#expression(param, scope))
  }

  #helper(path: hbs.AST.PathExpression | hbs.AST.Literal | hbs.AST.SubExpression): void {
    const name = 'original' in path ? path.original : ''
    if (!HELPERS.includes(name)) this.#report(path, `there is no helper "${name}"`, suggest(name, HELPERS))
  }

  #expression(expression: hbs.AST.Expression | hbs.AST.Literal, scope: Scope): JsonSchema | undefined {
    if (isSubExpression(expression)) {
      this.#helper(expression.path)
      this.#all(expression.params, expression.hash, scope)
      return {}
    }
    return isPath(expression) ? this.#path(expression, scope) : {}
  }

  #path(path: hbs.AST.PathExpression, { stack, names }: Scope): JsonSchema | undefined {
    const [head, ...rest] = path.parts
    if (path.data) {
      if (head === 'root') return this.#walk(path, this.#root, rest)
      if (!DATA.has(head ?? '')) this.#report(path, `there is no "@${head}"`)
      return {}
    }
    const own = path.depth === 0 && head !== undefined ? names.get(head) : undefined
    if (own) return this.#walk(path, own, rest)
    return this.#walk(path, stack.at(-1 - path.depth) ?? {}, path.parts)
  }

  #walk(path: hbs.AST.PathExpression, from: JsonSchema, parts: readonly string[]): JsonSchema | undefined {
    let schema = from
    for (const part of parts) {
      const next = memberOf(schema, part)
      if (!next) {
        this.#report(path, `there is no variable "${path.original}"`, suggest(part, namesIn(schema)))
        return undefined
      }
      schema = next
    }
    return schema
  }

  #report({ loc }: hbs.AST.Node, message: string, hint?: string): void {
    this.#problems.push({
      file: this.#file,
      line: loc.start.line,
      column: loc.start.column + 1,
      message,
      hint,
    })
  }
}

/** Undefined when there is no such member; a schema that says nothing allows everything. */
function memberOf(schema: JsonSchema, name: string): JsonSchema | undefined {
  const variants = schema.anyOf ?? schema.oneOf
  if (variants) return variants.map((variant) => memberOf(asSchema(variant), name)).find((one) => one)
  const own =
    schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
  if (own !== undefined) return asSchema(own)
  if (schema.type === 'array')
    return name === 'length' ? {} : /^\d+$/.test(name) ? elementOf(schema) : undefined
  if (typeof schema.additionalProperties === 'object') return schema.additionalProperties
  return schema.type === undefined ? {} : undefined
}

function elementOf(schema: JsonSchema | undefined): JsonSchema {
  const items = schema?.items
  if (items !== undefined && !Array.isArray(items)) return asSchema(items)
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : {}
}

function namesIn(schema: JsonSchema): string[] {
  return Object.keys(schema.properties ?? {})
}

function asSchema(schema: JsonSchema | boolean): JsonSchema {
  return typeof schema === 'boolean' ? {} : schema
}
