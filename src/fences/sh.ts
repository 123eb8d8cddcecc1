import { exactNumber } from '../model/exact-number.ts'
import type { Outputs } from '../model/outcome.ts'
import type { ValueType } from '../model/runbook.ts'
import { JOB_VARIABLE, shName } from '../model/shell.ts'
import type { FenceJob } from '../runner/ports.ts'

/** What a waiting shell is told last: a message without it was cut off, and nothing of it is executed. */
const COMPLETE = 'complete'
/** Of a shell that was told nothing, or not everything. */
export const CUT_OFF = 125
/**
 * One line, so that line numbers in messages are those of the fence. It takes its message from descriptor 3: a separator, then what to
 * call itself, the fence, `name=value` to export, and COMPLETE. Nothing of it is ever parsed but the fence itself. It is read in
 * one piece and split, because up to a delimiter bash reads a socket byte by byte.
 */
const WAIT = [
  'IFS= read -rN 2147483647 -u 3 __drillbook || :',
  'exec 3<&-',
  'set -f',
  'IFS=${__drillbook:0:1}',
  '__drillbook=($__drillbook)',
  `IFS=$' \\t\\n'`,
  'set +f',
  `((\${#__drillbook[@]} > 4)) && [[ \${__drillbook[-1]} == ${COMPLETE} ]] || exit ${CUT_OFF}`,
  'export -- "${__drillbook[@]:3:${#__drillbook[@]}-4}"',
  'BASH_ARGV0=${__drillbook[1]}',
  'SECONDS=0',
  // Whatever BASH_ENV has made of it.
  'set -euo pipefail',
  'eval "unset __drillbook; ${__drillbook[2]}"',
].join('; ')

/** A shell that was started ahead of time, and waits for `shMessage`. */
export function shWaiting(): { program: string; args: string[] } {
  return { program: 'bash', args: ['-euo', 'pipefail', '-c', WAIT] }
}

/** The text of the fence reaches bash as it stands; values reach it as environment variables, never as text. */
export function shMessage(job: FenceJob, outputFile: string): Buffer {
  const variables = { ...shEnvironment(job, outputFile), [JOB_VARIABLE]: job.id }
  const exported = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  const { code, place } = job.fence
  const parts = [`${place.file}:${place.line}`, code, ...exported, COMPLETE]
  for (const part of parts) requirePossible(part)
  const separator = SEPARATORS.find((character) => !parts.some((part) => part.includes(character)))
  if (separator === undefined) throw new Error('no process is given values that hold every control character')
  return Buffer.from(['', ...parts].join(separator))
}

/** Control characters but white space and those that mean something inside bash; the one that is made for it first. */
const SEPARATORS = Array.from({ length: 30 }, (_, index) => String.fromCharCode(31 - index)).filter(
  (character) => !'\t\n\v\f\r'.includes(character),
)

/** What the kernel takes: a longer value could be exported, but no program could be started with it. */
const LONGEST_PART = 128 * 1024

function requirePossible(part: string): void {
  const name = part.slice(0, 80).split('=')[0]
  if (part.includes('\0')) throw new Error(`no process can be given a NUL character: ${name}`)
  const length = Buffer.byteLength(part)
  if (length >= LONGEST_PART) throw new Error(`no process can be given a value of ${length} bytes: ${name}`)
}

/** `INPUT_REASON`, `OUTPUT_CANDIDATE`, `TARGET_ORDERS_DB_PRIMARY_HOST` … */
function shEnvironment(job: FenceJob, outputFile: string): Record<string, string> {
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

/** The `name=value` lines that a fence wrote to $DRILLBOOK_OUTPUT; a line that is not one of the declared outputs is refused. */
export function parseOutputs(
  text: string,
  declares: Record<string, ValueType>,
): { outputs: Outputs } | { reason: string } {
  const outputs: Outputs = {}
  for (const line of text.split('\n').filter((candidate) => candidate !== '')) {
    const at = line.indexOf('=')
    const name = line.slice(0, at)
    const type = at === -1 ? undefined : typeOf(name, declares)
    if (type === undefined)
      return {
        reason: `$DRILLBOOK_OUTPUT holds "${line}": expected name=value, where name is one of: ${Object.keys(declares).join(', ') || 'none declared'}`,
      }
    const value = convert(line.slice(at + 1), type)
    if (typeof value === 'object')
      return { reason: `$DRILLBOOK_OUTPUT: ${name} is "${line.slice(at + 1)}", ${value.problem}` }
    outputs[name] = value
  }
  return requireOutputs(outputs, declares)
}

/** Names that every object has, such as __proto__, are not declared by that. */
function typeOf(name: string, declares: Record<string, ValueType>): ValueType | undefined {
  return Object.hasOwn(declares, name) ? declares[name] : undefined
}

function convert(text: string, type: ValueType): string | number | boolean | { problem: string } {
  if (type === 'string') return text
  if (type === 'number') return exactNumber(text)
  return text === 'true' || text === 'false' ? text === 'true' : { problem: 'expected a boolean' }
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
    const type = typeOf(name, declares)
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
