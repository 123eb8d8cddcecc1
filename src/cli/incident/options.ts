import type { ParseArgsConfig } from 'node:util'
import { OperatorError } from '../../model/problem.ts'
import { parseCommandLine } from '../arguments.ts'
import { STATEMENT_OPTIONS, statementOf } from './statement.ts'
import type { Statement, StatementValues } from './statement.ts'
import { surroundings } from './choose.ts'
import type { Surroundings } from './choose.ts'

const COMMON = {
  operator: { type: 'string' },
  json: { type: 'boolean' },
  ...STATEMENT_OPTIONS,
} as const

type Options = NonNullable<ParseArgsConfig['options']>

/** The command line of one part of `drillbook incident`. */
export function readOptions<const T extends Options>(what: string, argv: string[], options: T) {
  return readNewOptions(argv, { incident: { type: 'string' }, ...options })
}

/** As `readOptions`, where there is no incident yet that could be named. `-10m` after --at is a time, not an option. */
export function readNewOptions<const T extends Options>(argv: string[], options: T) {
  return parseCommandLine(`incident`, joined(argv), { ...COMMON, ...options })
}

function joined(argv: readonly string[]): string[] {
  const words: string[] = []
  for (const word of argv) {
    const last = words.at(-1)
    if ((last === '--at' || last === '--until') && word.startsWith('-'))
      words[words.length - 1] = `${last}=${word}`
    else words.push(word)
  }
  return words
}

/** Who says it, and when it happened. */
export function said(
  values: StatementValues & { operator?: string },
): Surroundings & { statement: Statement } {
  const around = surroundings(values.operator)
  return { ...around, statement: statementOf(values, around.operator) }
}

/** The words of a note, as one argument: of `npm run … --state open`, npm keeps the option, and leaves its value among the words. */
export function wordsOf(what: string, positionals: readonly string[]): string {
  const [text = '', ...more] = positionals.map((word) => word.trim())
  if (text !== '' && more.length === 0) return text
  throw new OperatorError('usage', {
    message:
      more.length === 0
        ? `expected the words: npm run incident ${what} "…"`
        : `expected the words in quotes, got ${positionals.length} arguments: ${positionals.join(' ')}`,
    hint: `npx drillbook incident ${what} "…"; npm run keeps options for itself, unless -- stands before them.`,
  })
}

export function required(what: string, option: string, value: string | undefined): string {
  if (value !== undefined && value.trim() !== '') return value
  throw new OperatorError('usage', {
    message: `incident ${what}: expected --${option}`,
    hint: 'npx drillbook incident --help',
  })
}

/** One of the words that are allowed. */
export function oneOf<const T extends string>(what: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value)
  if (found !== undefined) return found
  throw new OperatorError('usage', { message: `${what} "${value}": expected one of ${allowed.join(', ')}` })
}
