import { z } from 'zod'
import { duration } from '../model/duration-schema.ts'
import type { Condition, ValueType } from '../model/runbook.ts'

/** Attribute values are text in the runbook; these turn the text into the model's types. */

export const id = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case letters, digits and dashes, such as fence-primary')
  .describe('Lower-case letters, digits and dashes; unique in the runbook.')

export const count = z
  .string()
  .regex(/^\d{1,2}$/, 'expected a whole number from 0 to 99')
  .transform(Number)

export const condition = z
  .string()
  .regex(/^[a-z][a-z0-9-]*=[a-z][a-z0-9-]*$/, 'expected decision=choice')
  .transform((text): Condition => {
    const [decision = '', choice = ''] = text.split('=')
    return { decision, choice }
  })
  .describe('Only when that choice was made: decision=choice, of a <Decision> before this node.')

const OUTPUT = /^([a-z][a-zA-Z0-9_]*)(?::(string|number|boolean))?$/

/** `candidate, lag_bytes:number` */
export const outputs = z.string().transform((text, context): Record<string, ValueType> => {
  const declared: Record<string, ValueType> = {}
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const match = OUTPUT.exec(part)
    if (match?.[1] === undefined) {
      context.addIssue({
        code: 'custom',
        message: 'expected names with an optional type, such as candidate, lag_bytes:number',
      })
      return z.NEVER
    }
    declared[match[1]] = match[2] === 'number' || match[2] === 'boolean' ? match[2] : 'string'
  }
  return declared
})

/** What every kind accepts. */
export const common = { id, when: condition.optional() }
export { duration }
