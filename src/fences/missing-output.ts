import type { Outputs } from '../model/outcome.ts'
import type { Fence, Value } from '../model/runbook.ts'
import { shName } from '../model/shell.ts'

/** The outputs that a fence certainly needs and that are not there. What a ts fence needs is only known when it runs. */
export function missingOutputs(
  fence: Fence,
  declared: readonly string[],
  inputs: Record<string, Value>,
  outputs: Outputs,
): string[] {
  if (fence.lang === 'sql') return fence.bind.filter((name) => !(name in inputs) && !(name in outputs))
  if (fence.lang !== 'sh') return []
  const code = fence.code.replaceAll(/^\s*#.*$/gm, '')
  return declared.filter((name) => !(name in outputs) && isNeeded(`OUTPUT_${shName(name)}`, code))
}

/** Bash ends at a variable that is not set, unless the text has an answer to that: `${OUTPUT_X:-none}`, `[[ -v OUTPUT_X ]]`. */
function isNeeded(variable: string, code: string): boolean {
  const isRead = new RegExp(`\\$(?:${variable}|\\{#?${variable})(?!\\w)`).test(code)
  const isAnswered = new RegExp(`\\$\\{${variable}:?[-+=]|-v "?${variable}(?!\\w)`).test(code)
  return isRead && !isAnswered
}
