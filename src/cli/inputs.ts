import { OperatorError } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import type { Runbook, Value } from '../model/runbook.ts'
import { executables } from '../model/runbook.ts'
import { readInput } from '../model/read-input.ts'
import { secretVariable } from '../model/secret.ts'

export type Given = { inputs: Record<string, Value>; choices: Map<string, string>; missing: string[] }

/** `--set name=value`: an input by its name, or a decision by its id. Everything that is wrong is reported at once. */
export function readSettings(runbook: Runbook, settings: readonly string[]): Given {
  const problems: Problem[] = []
  const given: Given = { inputs: {}, choices: new Map(), missing: [] }
  const decisions = new Map(
    executables(runbook.nodes).flatMap((node) =>
      node.kind === 'decision' ? [[node.id, node.choices.map((choice) => choice.value)]] : [],
    ),
  )
  const said = new Set<string>()
  for (const setting of settings) {
    const at = setting.indexOf('=')
    const name = at === -1 ? setting : setting.slice(0, at)
    const text = at === -1 ? '' : setting.slice(at + 1)
    if (said.has(name)) problems.push({ message: `--set ${name}: it is set twice` })
    said.add(name)
    const spec = Object.hasOwn(runbook.inputs, name) ? runbook.inputs[name] : undefined
    const choices = decisions.get(name)
    if (spec?.type === 'secret') problems.push(onCommandLine(name))
    else if (spec) {
      const value = readInput(spec, text)
      if (typeof value === 'object') problems.push({ message: `--set ${name}: ${value.problem}` })
      else given.inputs[name] = value
    } else if (choices?.includes(text)) given.choices.set(name, text)
    else
      problems.push({
        message: `--set ${choices ? setting : name}: ${expectedSetting(runbook, name, choices)}`,
      })
  }
  problems.push(...fillIn(runbook, given))
  if (problems.length > 0) throw new OperatorError('usage', problems)
  return given
}

/** What was not said on the command line: defaults, and secrets from the environment. */
function fillIn(runbook: Runbook, given: Given): Problem[] {
  return Object.entries(runbook.inputs).flatMap(([name, spec]) => {
    if (name in given.inputs) return []
    const variable = spec.type === 'secret' ? process.env[secretVariable(name)] : undefined
    const value = variable === undefined ? spec.default : readInput(spec, variable)
    if (typeof value === 'object') return [{ message: `${secretVariable(name)}: ${value.problem}` }]
    if (value === undefined) given.missing.push(name)
    else given.inputs[name] = value
    return []
  })
}

function onCommandLine(name: string): Problem {
  return {
    message: `--set ${name}: a secret may not stand on a command line, which every program on this machine can read`,
    hint: `Be asked for it, or: export ${secretVariable(name)}=…`,
  }
}

function expectedSetting(runbook: Runbook, name: string, choices: string[] | undefined): string {
  if (choices) return `expected ${name}=${choices.join('|')}`
  const names = Object.keys(runbook.inputs)
  return `this runbook has no input or decision "${name}": expected ${names.length === 0 ? 'none' : names.join(', ')}`
}

/** An unattended run asks nobody: every input has a value, or the run is refused. */
export function requireInputs(runbook: Runbook, { inputs, missing }: Given): Record<string, Value> {
  if (missing.length === 0) return inputs
  throw new OperatorError(
    'usage',
    missing.map((name) => ({
      message: `the input "${name}" has no value: ${runbook.inputs[name]?.prompt ?? ''}`,
      hint: runbook.inputs[name]?.type === 'secret' ? `export ${secretVariable(name)}=…` : `--set ${name}=…`,
    })),
  )
}

/** What may stand in a journal: a secret input is named, its value is not. */
export function recordedInputs(
  runbook: Runbook,
  inputs: Record<string, Value>,
): Record<string, Value | null> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      runbook.inputs[name]?.type === 'secret' ? null : value,
    ]),
  )
}
