import { OperatorError } from '../model/problem.ts'
import { readInput } from '../model/read-input.ts'
import type { InputSpec, Runbook, Value } from '../model/runbook.ts'
import { secretVariable } from '../model/secret.ts'
import { prompter } from './prompter.ts'

/** A person is asked for everything that was not said on the command line; a default is only offered. */
export function inputsToAsk(runbook: Runbook, settings: readonly string[]): string[] {
  const said = new Set(settings.map((setting) => setting.split('=')[0]))
  const isSaid = (name: string): boolean =>
    said.has(name) ||
    (runbook.inputs[name]?.type === 'secret' && process.env[secretVariable(name)] !== undefined)
  return Object.keys(runbook.inputs).filter((name) => !isSaid(name))
}

export async function askInputs(
  runbook: Runbook,
  inputs: Record<string, Value>,
  names: readonly string[],
  json: boolean,
): Promise<Record<string, Value>> {
  if (names.length === 0) return inputs
  const answers: Record<string, Value> = { ...inputs }
  for (const name of names) {
    const spec = runbook.inputs[name]
    if (!spec) continue
    const validate = (text: string): boolean | string => {
      const value = readInput(spec, text)
      return typeof value === 'object' ? value.problem : true
    }
    const text = await askText(spec, validate, json)
    const value = readInput(spec, text)
    // A select cannot refuse an answer; nothing else may run in its place.
    if (typeof value === 'object') throw new OperatorError('usage', { message: `${name}: ${value.problem}` })
    answers[name] = value
  }
  return answers
}

async function askText(
  spec: InputSpec,
  validate: (text: string) => boolean | string,
  json: boolean,
): Promise<string> {
  const prompt = await prompter({ json })
  const message = spec.prompt
  const offered = spec.default === undefined ? {} : { default: String(spec.default) }
  if (spec.choices)
    return (await prompt([{ type: 'select', name: 'text', message, choices: spec.choices, ...offered }])).text
  if (spec.type === 'secret')
    return (await prompt([{ type: 'password', name: 'text', message, mask: '*', validate }])).text
  return (await prompt([{ type: 'input', name: 'text', message, validate, ...offered }])).text
}
