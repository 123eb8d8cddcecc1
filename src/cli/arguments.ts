import { parseArgs } from 'node:util'
import type { ParseArgsConfig } from 'node:util'
import { OperatorError } from '../model/problem.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/** node:util's parseArgs, its complaints as usage errors that point to the command's help. */
export function parseCommandLine<const T extends Options>(verb: string, argv: string[], options: T) {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true, strict: true })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new OperatorError('usage', { message, hint: `npx drillbook ${verb} --help lists what it takes.` })
  }
}

/** Exactly one positional argument; `list` is the command that names those there are. */
export function oneArgument(verb: string, positionals: string[], what: string, list?: string): string {
  const [only] = positionals
  if (only !== undefined && positionals.length === 1) return only
  throw new OperatorError('usage', {
    message: `expected one ${what}, got ${positionals.length === 0 ? 'none' : positionals.join(' ')}`,
    hint: `${list === undefined ? '' : `${list} names those there are. `}npx drillbook ${verb} --help`,
  })
}
