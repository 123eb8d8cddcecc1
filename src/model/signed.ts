/** Texts that people sign with their SSH keys, and what each kind of signature is for. */

/** The namespaces of ssh-keygen -Y: a signature made for one purpose is refused for any other. */
export const NAMESPACES = {
  journal: 'drillbook-journal@v1',
  approval: 'drillbook-approval@v1',
  identity: 'drillbook-identity@v1',
} as const
export type Purpose = keyof typeof NAMESPACES

/** Somebody claims to have signed a text. */
export type SignatureClaim = { purpose: Purpose; text: string; person: string; signature: string }

/** One `name: value` a line, so that what is signed can be read. */
export function statement(title: string, fields: Record<string, string | number>): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`)
  return `${title}, version 1\n${lines.join('')}`
}

export type IdentityClaim = {
  run: string
  person: string
  environment: string
  host: string
  provedAt: string
}

export function identityStatement({ run, person, environment, host, provedAt }: IdentityClaim): string {
  return statement('Drillbook identity', { run, operator: person, environment, host, at: provedAt })
}

export function journalStatement(journal: { run: string; lines: number; head: string }): string {
  return statement('Drillbook journal', journal)
}

/** An instant to the second, as signed texts hold it. */
export function instantText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
