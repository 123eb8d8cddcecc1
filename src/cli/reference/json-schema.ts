import { z } from 'zod'
import { DURATION_PATTERN } from '../../model/duration.ts'

export type JsonSchema = z.core.JSONSchema.JSONSchema

/** What an author writes, before anything is computed from it. */
export function jsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      if (!(zodSchema instanceof z.ZodDefault)) return
      const written = asWritten(zodSchema.def.defaultValue, jsonSchema)
      if (written !== undefined) jsonSchema.default = written
    },
  })
}

/** Defaults are values of the program: milliseconds are written as a duration, and numbers of an attribute as text. */
function asWritten(value: unknown, schema: JsonSchema): unknown {
  if (schema.type === 'string' && typeof value === 'number')
    return isDuration(schema) ? (value === 0 ? '0s' : `${value}ms`) : String(value)
  if (schema.type === 'string') return typeof value === 'string' ? value : undefined
  return schema.default
}

function isDuration({ pattern }: JsonSchema): boolean {
  return pattern === DURATION_PATTERN.source
}

export type Row = {
  name: string
  type: string
  required: boolean
  default: string | undefined
  description: string
}

/** The members of an object: one row for each, those of nested objects and lists after it, as `objective.rto`, `methods[].kind`. */
export function rowsOf(schema: JsonSchema, prefix = ''): Row[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const nested = asSchema(member)
    const row = {
      name: `${prefix}${name}`,
      type: typeOf(nested),
      required: (schema.required ?? []).includes(name) && nested.default === undefined,
      default: nested.default === undefined ? undefined : JSON.stringify(nested.default),
      description: nested.description ?? '',
    }
    return [row, ...inside(nested, `${prefix}${name}`)]
  })
  return own
}

function inside(schema: JsonSchema, name: string): Row[] {
  if (schema.properties) return rowsOf(schema, `${name}.`)
  if (schema.items !== undefined && !Array.isArray(schema.items))
    return inside(asSchema(schema.items), `${name}[]`)
  const values = schema.additionalProperties
  if (typeof values === 'object') return inside(values, `${name}.<name>`)
  return (schema.oneOf ?? schema.anyOf ?? []).flatMap((variant) => variantRows(asSchema(variant), name))
}

/** Variants that a `kind` tells apart are shown by it; of others exactly one is written. */
function variantRows(schema: JsonSchema, name: string): Row[] {
  const kind = asSchema(schema.properties?.['kind'] ?? {}).const
  if (typeof kind === 'string') return inside(schema, `${name} (${kind})`)
  const description = schema.description ?? ''
  return inside(schema, name).map((row) => ({
    ...row,
    required: false,
    description: row.description || description,
  }))
}

function asSchema(schema: JsonSchema | boolean): JsonSchema {
  return typeof schema === 'boolean' ? {} : schema
}

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(', ')
  const variants = schema.oneOf ?? schema.anyOf
  if (variants) return [...new Set(variants.map((variant) => typeOf(asSchema(variant))))].join(' or ')
  if (schema.type === 'array') return `list of ${itemType(schema)}`
  if (schema.type === 'object') return schema.properties ? 'map' : 'map by name'
  if (schema.type === 'string') return textType(schema)
  return Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'any')
}

function itemType({ items }: JsonSchema): string {
  return items === undefined || Array.isArray(items) ? 'anything' : typeOf(asSchema(items))
}

function textType(schema: JsonSchema): string {
  if (isDuration(schema)) return 'duration'
  if (schema.format === 'uri') return 'URL'
  return schema.format ?? 'text'
}
