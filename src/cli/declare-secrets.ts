import { createRedactor } from '../host/redaction/index.ts'
import { declareSecrets as declare, redactShown } from '../host/redaction/declared.ts'
import { OperatorError } from '../model/problem.ts'
import type { Runbook, Value } from '../model/runbook.ts'

/** Everything that this process shows or writes from here on goes without these values. */
export function declareSecrets(secrets: readonly string[]): void {
  declare(secrets, (all) => createRedactor(all).redactText)
}

/** For all that is written down: tokens of well-known shapes are taken out also where nobody declared a secret. */
export function redact(text: string): string {
  declareSecrets([])
  return redactShown(text)
}

/** The values of the inputs that the runbook declares as secret. */
export function secretInputs(runbook: Runbook, inputs: Record<string, Value>): string[] {
  return Object.entries(inputs).flatMap(([name, value]) =>
    runbook.inputs[name]?.type === 'secret' ? [String(value)] : [],
  )
}

/** Inputs are kept in the journal as they are, because a resumed run needs them: one that holds a secret is refused instead. */
export function refuseSecretsInInputs(runbook: Runbook, inputs: Record<string, Value>): void {
  const problems = Object.entries(inputs)
    .filter(
      ([name, value]) => runbook.inputs[name]?.type !== 'secret' && redact(String(value)) !== String(value),
    )
    .map(([name]) => ({
      file: runbook.file,
      message: `the input "${name}" holds a secret, and inputs are kept in the journal: nothing was started`,
      hint: 'Give it without the secret, or declare the input with type: secret.',
    }))
  if (problems.length > 0) throw new OperatorError('refused', problems)
}
