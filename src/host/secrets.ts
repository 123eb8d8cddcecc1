import { execa } from 'execa'
import { readFileSync, statSync } from 'node:fs'
import type { SecretSource } from '../model/environment.ts'
import { OperatorError } from '../model/problem.ts'

const COMMAND_TIMEOUT_MS = 20_000

/** Reads the named secrets, all at once; what is missing is reported together, by name, never by value. */
export async function readSecrets(sources: Record<string, SecretSource>): Promise<Record<string, string>> {
  const results = await Promise.all(
    Object.entries(sources).map(async ([name, source]) => ({ name, source, value: await readSecret(source) })),
  )
  const problems = results.flatMap(({ name, source, value }) =>
    'problem' in value ? [{ message: `the secret ${name} cannot be read: ${value.problem}`, hint: hintFor(source) }] : [],
  )
  if (problems.length > 0) throw new OperatorError('refused', problems)
  return Object.fromEntries(results.flatMap(({ name, value }) => ('text' in value ? [[name, value.text]] : [])))
}

type Read = { text: string } | { problem: string }

async function readSecret(source: SecretSource): Promise<Read> {
  if ('env' in source) {
    const text = process.env[source.env]
    return text === undefined || text === '' ? { problem: `the environment variable ${source.env} is not set` } : { text }
  }
  return 'file' in source ? readSecretFile(source.file) : await readFromCommand(source.command)
}

function readSecretFile(file: string): Read {
  try {
    if ((statSync(file).mode & 0o077) !== 0) return { problem: `${file} can be read by others: expected mode 0600` }
    return { text: readFileSync(file, 'utf8').trimEnd() }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

async function readFromCommand([program = '', ...args]: string[]): Promise<Read> {
  const result = await execa(program, args, { reject: false, timeout: COMMAND_TIMEOUT_MS, stdin: 'ignore' })
  if (result.exitCode === 0 && result.stdout !== '') return { text: result.stdout }
  // What the program printed may hold the secret; only how it ended is told.
  return { problem: result.timedOut ? `${program} did not answer within 20 s` : `${program} ended with ${result.exitCode ?? result.code ?? 'no output'}` }
}

function hintFor(source: SecretSource): string {
  if ('env' in source) return `export ${source.env}=… before you start.`
  return 'file' in source ? `Put it into ${source.file}, readable by you alone (chmod 600).` : `Try it by hand: ${source.command.join(' ')}`
}
