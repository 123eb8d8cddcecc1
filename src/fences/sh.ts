import type { Outputs } from '../model/outcome.ts'
import type { ValueType } from '../model/runbook.ts'
import type { FenceJob } from '../runner/ports.ts'

/** Names what a job started, in every process it started, so that all of it can be found and ended. */
export const JOB_VARIABLE = 'DRILLBOOK_JOB'

/** The text of the fence goes to bash as it stands; values reach it as environment variables, never as text. */
export function shCommand(job: FenceJob): { program: string; args: string[] } {
  return {
    program: 'bash',
    args: ['-euo', 'pipefail', '-c', job.fence.code, `${job.fence.place.file}:${job.fence.place.line}`],
  }
}

/** `INPUT_REASON`, `OUTPUT_CANDIDATE`, `TARGET_ORDERS_DB_PRIMARY_HOST` … */
export function shEnvironment(job: FenceJob, outputFile: string): Record<string, string> {
  const { input, outputs, targets, run } = job.context
  const variables: Record<string, string> = {
    DRILLBOOK_OUTPUT: outputFile,
    DRILLBOOK_RUN: run.id,
    DRILLBOOK_STEP: run.step,
    DRILLBOOK_ENVIRONMENT: run.environment,
  }
  for (const [name, value] of Object.entries(input)) variables[`INPUT_${shName(name)}`] = String(value)
  for (const [name, value] of Object.entries(outputs)) variables[`OUTPUT_${shName(name)}`] = String(value)
  for (const [name, target] of Object.entries(targets))
    for (const [field, value] of Object.entries(target))
      if (field !== 'name') variables[`TARGET_${shName(name)}_${shName(field)}`] = String(value)
  return variables
}

/** `orders-db.primary` → `ORDERS_DB_PRIMARY`, `dataDirectory` → `DATA_DIRECTORY` */
function shName(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]/g, '_')
    .toUpperCase()
}

/** The `name=value` lines that a fence wrote to $DRILLBOOK_OUTPUT; a line that is not one of the declared outputs is refused. */
export function parseOutputs(
  text: string,
  declares: Record<string, ValueType>,
): { outputs: Outputs } | { reason: string } {
  const outputs: Outputs = {}
  for (const line of text.split('\n').filter((candidate) => candidate !== '')) {
    const at = line.indexOf('=')
    const name = line.slice(0, at)
    const type = at === -1 ? undefined : declares[name]
    if (type === undefined)
      return {
        reason: `$DRILLBOOK_OUTPUT holds "${line}": expected name=value, where name is one of: ${Object.keys(declares).join(', ') || 'none declared'}`,
      }
    const value = convert(line.slice(at + 1), type)
    if (value === undefined)
      return { reason: `$DRILLBOOK_OUTPUT: ${name} is "${line.slice(at + 1)}", expected a ${type}` }
    outputs[name] = value
  }
  return requireOutputs(outputs, declares)
}

function convert(text: string, type: ValueType): string | number | boolean | undefined {
  if (type === 'string') return text
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}

/** Values of declared outputs, in whatever language they were set, checked against their declared types. */
export function requireOutputs(
  outputs: Record<string, unknown>,
  declares: Record<string, ValueType>,
): { outputs: Outputs } | { reason: string } {
  const checked: Outputs = {}
  for (const [name, value] of Object.entries(outputs)) {
    const type = declares[name]
    if (type === undefined) return { reason: `the output "${name}" is not declared by the step: outputs="…"` }
    if (
      (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') ||
      typeof value !== type ||
      // Numbers that JSON does not know would be null in the journal.
      (typeof value === 'number' && !Number.isFinite(value))
    )
      return { reason: `the output "${name}" is ${shown(value)}, expected a ${type}` }
    checked[name] = value
  }
  return { outputs: checked }
}
