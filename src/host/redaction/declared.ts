/**
 * What this process knows to be secret. Kept here for the whole process, because errors are shown where nobody knows what they are
 * about. Small, because every command loads it; the redactor itself comes with the first secret.
 */
type Redact = (text: string) => string

const values = new Set<string>()
let build: ((secrets: readonly string[]) => Redact) | undefined
let current: Redact | undefined

/** Everything that this process shows or writes from here on goes without these values. */
export function declareSecrets(secrets: readonly string[], redactorOf: typeof build): void {
  const { size } = values
  for (const secret of secrets) values.add(secret)
  // The redactor is costly to make, and there may be nothing new to know.
  if (build !== undefined && values.size === size) return
  build = redactorOf
  current = undefined
}

/** For what is shown: the text without secrets; as it is while none was declared. What is written down goes through `redact` of the CLI. */
export function redactShown(text: string): string {
  if (text === '') return text
  current ??= build?.([...values])
  return current === undefined ? text : current(text)
}
