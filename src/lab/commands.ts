import { spawn } from 'node:child_process'
import { delimiter } from 'node:path'
import { OperatorError } from '../model/problem.ts'
import type { Account } from './state.ts'

export type CommandResult = { code: number | null; signal: NodeJS.Signals | null; output: string }

const OUTPUT_LIMIT = 64_000

/** What a process of the lab sees: nothing that an operator's shell or a test runner set for itself. */
export function cleanEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const path = process.env['PATH'] ?? ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter)
  return { PATH: path, LC_ALL: 'C', TZ: 'UTC', ...extra }
}

/** Node's spawn options that make a child run as the account that owns the databases. */
export function asAccount(account: Account): { uid?: number; gid?: number } {
  return account.switched ? { uid: account.uid, gid: account.gid } : {}
}

/** Runs a short program to its end. Rejects only when it cannot be started or is aborted. */
export async function run(
  file: string,
  words: string[],
  options: { account: Account; cwd: string; signal?: AbortSignal | undefined },
): Promise<CommandResult> {
  const child = spawn(file, words, {
    ...asAccount(options.account),
    cwd: options.cwd,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.signal === undefined ? {} : { signal: options.signal, killSignal: 'SIGKILL' as const }),
  })
  let output = ''
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-OUTPUT_LIMIT)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, output }))
  })
}

/** Runs a program that has to succeed; its own words are in the error when it does not. */
export async function runOrThrow(...call: Parameters<typeof run>): Promise<void> {
  const [file, words] = call
  const result = await run(...call)
  if (result.code === 0) return
  throw new OperatorError('failed', {
    message: `${file} ended with ${result.code ?? result.signal}:\n${result.output.trim()}`,
    hint: `It was started as: ${[file, ...words].join(' ')}`,
  })
}
