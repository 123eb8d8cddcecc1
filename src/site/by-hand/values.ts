import { shName, shQuote } from '../../model/shell.ts'
import type { ShownInput } from '../content/card.ts'
import type { PageFence } from './page-nodes.ts'

/** What a person typed for the inputs of a runbook; an input that was not touched has its default. Never stored. */
export type Values = Record<string, string>

export function valueOf({ name, default: preset }: ShownInput, values: Values): string | undefined {
  const typed = values[name] ?? preset
  return typed === '' ? undefined : typed
}

/** What is wrong with a value, in words; undefined when nothing is. */
export function complaint(input: ShownInput, value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  if (input.type === 'number' && !Number.isFinite(Number(value))) return 'is not a number'
  if (input.pattern !== undefined && !new RegExp(`^(?:${input.pattern})$`, 'u').test(value))
    return `does not have the form ${input.pattern}`
  return undefined
}

type Known = { input: ShownInput; value: string }

/** The inputs with a value that could be used as it is. A secret never has one on a page. */
export function knownValues(inputs: readonly ShownInput[], values: Values): Known[] {
  return inputs.flatMap((input) => {
    const value = input.type === 'secret' ? undefined : valueOf(input, values)
    return value === undefined || complaint(input, value) !== undefined ? [] : [{ input, value }]
  })
}

/** `export INPUT_REASON='…'`: how the runner hands an input to a shell. */
export function assignment({ input, value }: Known): string {
  return `export INPUT_${shName(input.name)}=${shQuote(value)}`
}

/** `npm run runbook x -- --set reason='…'` */
export function commandWith(runbook: string, known: readonly Known[]): string {
  const settings = known.map(({ input, value }) => ` --set ${input.name}=${shQuote(value)}`)
  return `npm run runbook ${runbook} --${settings.join('')}`
}

/** What a fence reads of the values: lines to look at, and for a shell, text to execute before it. */
export function forFence(
  fence: Pick<PageFence, 'lang' | 'bind' | 'code'>,
  known: readonly Known[],
): { lines: string[]; shell?: string } {
  const { lang, bind, code } = fence
  if (lang === 'sql')
    return {
      lines: known.flatMap(({ input, value }) =>
        bind.flatMap((name, position) =>
          name === input.name ? [`$${position + 1} = ${JSON.stringify(value)}`] : [],
        ),
      ),
    }
  if (lang === 'ts')
    return {
      lines: known
        .filter(
          ({ input }) => mentions(code, `input.${input.name}`) || code.includes(`input['${input.name}']`),
        )
        .map(({ input, value }) => `input.${input.name} = ${literal(input, value)}`),
    }
  const lines = known.filter(({ input }) => mentions(code, `INPUT_${shName(input.name)}`)).map(assignment)
  return lines.length === 0 ? { lines } : { lines, shell: `${lines.join('\n')}\n${code}` }
}

function literal({ type }: ShownInput, value: string): string {
  return type === 'string' ? JSON.stringify(value) : value
}

/** As a word of its own: `input.id` is not in `input.identifier`. */
function mentions(code: string, word: string): boolean {
  return new RegExp(`(?<![\\w.])${word.replaceAll('.', '\\.')}(?!\\w)`).test(code)
}
