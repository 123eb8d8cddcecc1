import { exactNumber } from './exact-number.ts'
import type { InputSpec, Value } from './runbook.ts'
import { MIN_SECRET_LENGTH } from './secret.ts'

/** The typed value of an answer, or what is wrong with it. */
export function readInput(spec: InputSpec, text: string): Value | { problem: string } {
  return text === '' ? { problem: 'expected a value' } : convertInput(spec, text)
}

/** As readInput, but a default may be empty: nobody typed it. */
export function convertInput(spec: InputSpec, text: string): Value | { problem: string } {
  if (spec.choices && !spec.choices.includes(text))
    return { problem: `expected one of ${spec.choices.join(', ')}` }
  if (spec.pattern !== undefined && !new RegExp(`^(?:${spec.pattern})$`, 'u').test(text))
    return { problem: `expected text like /${spec.pattern}/` }
  if (spec.type === 'secret' && text.length < MIN_SECRET_LENGTH)
    return {
      problem: `a secret has at least ${MIN_SECRET_LENGTH} characters: a shorter one cannot be kept out of the output`,
    }
  if (spec.type === 'number') return exactNumber(text)
  if (spec.type === 'boolean')
    return text === 'true' || text === 'false' ? text === 'true' : { problem: 'expected true or false' }
  return text
}
