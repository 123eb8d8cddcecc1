import type { Target } from '../fences/api.ts'
import type { Outputs } from '../model/outcome.ts'
import { DANGER_MARKS } from '../model/runbook.ts'
import type { Danger, Executable, Fence, Step, Value } from '../model/runbook.ts'

export type Resolved = {
  targets: Record<string, Target>
  inputs: Record<string, Value>
  outputs: Outputs
  secretInputs: ReadonlySet<string>
}

/** What a node would execute, with where and with which values; nothing is executed and nothing is recorded. */
export function dryRunLines(node: Executable, resolved: Resolved): string[] {
  switch (node.kind) {
    case 'step':
      return stepLines(node, resolved)
    case 'parallel':
      return node.steps.flatMap((step) => [
        `at the same time: ${step.title}  ${step.id}${dangerText(step)}`,
        ...stepLines(step, resolved),
      ])
    case 'decision':
      return [`a decision: ${node.choices.map((choice) => choice.value).join(' or ')}`]
    case 'inform':
      return [`a message to ${node.audience} from templates/inform/${node.template}.hbs`]
  }
}

/** What stands beside the title of a dangerous step: the mark, and what it acts on. */
export function dangerText({ danger, target }: { danger: Danger; target?: string | undefined }): string {
  if (danger === 'safe') return ''
  return `  ${DANGER_MARKS[danger]}${target === undefined ? '' : ` for ${target}`}`
}

function stepLines(step: Step, resolved: Resolved): string[] {
  if (step.fences.length === 0) return ['done by hand; nothing is executed']
  return step.fences.flatMap((fence) => [
    `would ${fence.role} (${fence.lang}) ${fence.script ?? `${fence.place.file}:${fence.place.line}`}${whereabouts(fence, resolved)}`,
    ...fence.code.split('\n').map((line) => `    ${line}`),
  ])
}

function whereabouts(fence: Fence, { targets, inputs, outputs, secretInputs }: Resolved): string {
  if (fence.lang !== 'sql') return ''
  const target = targets[fence.on ?? '']
  const address =
    target?.kind === 'postgres'
      ? `${target.host}:${target.port}/${target.database}`
      : 'not in this environment'
  const values = fence.bind.map((name, index) => {
    const value = secretInputs.has(name) ? '(secret)' : (inputs[name] ?? outputs[name])
    return `$${index + 1} = ${value === undefined ? `(output ${name}, not known yet)` : JSON.stringify(value)}`
  })
  return [` on ${fence.on} at ${address}`, ...values].join(', ')
}
