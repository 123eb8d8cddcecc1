import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { JOB_VARIABLE } from '../model/shell.ts'
import type { SecretSource } from '../model/environment.ts'
import { OperatorError } from '../model/problem.ts'
import { MIN_SECRET_LENGTH } from '../model/secret.ts'
import type { Finding } from './preflight.ts'
import { endAll } from './running-job.ts'
import { formatBytes } from './text.ts'

const COMMAND_TIMEOUT_MS = 20_000
/** A key of the longest kind that is in use has a tenth of this. */
const LONGEST_SECRET = 128 * 1024
/** After a command has ended, how long the rest of its output is awaited when something else holds the pipe open. */
const DRAIN_MS = 200
const GRACE_MS = 1000

/** The secrets of an environment: read all at once, told by name, never by value. What was read is not read again. */
export class Secrets {
  readonly #sources: Record<string, SecretSource>
  readonly #commandTimeoutMs: number
  readonly #values = new Map<string, string>()

  constructor(sources: Record<string, SecretSource>, commandTimeoutMs = COMMAND_TIMEOUT_MS) {
    this.#sources = sources
    this.#commandTimeoutMs = commandTimeoutMs
  }

  /** What was read so far. */
  get values(): Record<string, string> {
    return Object.fromEntries(this.#values)
  }

  /** Reads what is still missing; may be repeated. */
  look = (): Promise<Finding[]> =>
    Promise.all(Object.entries(this.#sources).map((entry) => this.#read(...entry)))

  /** A person types what no look can find, such as a variable of the shell that started this; returns what is wrong with it. */
  give(name: string, text: string): string | undefined {
    const value = acceptable({ text, from: 'what was typed' })
    if ('problem' in value) return value.problem
    this.#values.set(name, value.text)
    return undefined
  }

  async #read(name: string, source: SecretSource): Promise<Finding> {
    const subject = `the secret ${name}`
    if (!this.#values.has(name)) {
      const value = acceptable(await readSecret(source, this.#commandTimeoutMs))
      if ('problem' in value)
        return {
          level: 'missing',
          subject,
          detail: `cannot be read: ${value.problem}`,
          hint: hintFor(source),
          ...('env' in source ? { typed: name } : {}),
        }
      this.#values.set(name, value.text)
    }
    return { level: 'ok', subject, detail: 'was read' }
  }
}

/** The values, or a refusal that names all that are missing: for what has no preflight. */
export async function readSecrets(sources: Record<string, SecretSource>): Promise<Record<string, string>> {
  const secrets = new Secrets(sources)
  const missing = (await secrets.look()).filter(({ level }) => level !== 'ok')
  if (missing.length === 0) return secrets.values
  throw new OperatorError(
    'refused',
    missing.map(({ subject, detail, hint }) => ({ message: `${subject} ${detail}`, hint })),
  )
}

/** Those that can be had without asking anybody: a program may ask a person. What is not set, or no secret, is passed over. */
export function secretsAtHand(sources: readonly SecretSource[]): string[] {
  return sources.flatMap((source) => {
    const value = 'command' in source ? undefined : acceptable(readAtHand(source))
    return value === undefined || 'problem' in value ? [] : [value.text]
  })
}

/** `from` names the place in messages. */
type Read = { text: string; from: string } | { problem: string }

async function readSecret(source: SecretSource, commandTimeoutMs: number): Promise<Read> {
  return 'command' in source ? await readFromCommand(source.command, commandTimeoutMs) : readAtHand(source)
}

type AtHand = Exclude<SecretSource, { command: unknown }>

function readAtHand(source: AtHand): Read {
  if ('file' in source) return readSecretFile(source.file)
  const from = `the environment variable ${source.env}`
  const text = process.env[source.env]
  return text === undefined ? { problem: `${from} is not set` } : { text, from }
}

/** Editors and commands end what they write with a line break that is not part of the secret. */
function acceptable(read: Read): Read {
  if ('problem' in read) return read
  const { from } = read
  const text = read.text.replace(/[\r\n]+$/, '')
  if (text.trim() === '') return { problem: `${from} is empty` }
  if (text.length < MIN_SECRET_LENGTH)
    return {
      problem: `${from} has less than ${MIN_SECRET_LENGTH} characters: it could not be kept out of the output`,
    }
  if (text.includes('\0')) return { problem: `${from} holds a NUL character, which no program can be given` }
  return { text, from }
}

/** What is looked at is what was opened: nobody can put another file there in between. A symbolic link is as good as its target. */
function readSecretFile(name: string): Read {
  const file = name.startsWith('~/') ? `${homedir()}${name.slice(1)}` : name
  let descriptor: number | undefined
  try {
    // A pipe that nobody writes to would otherwise be waited for.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    const status = fstatSync(descriptor)
    const self = process.getuid?.() ?? 0
    if (!status.isFile()) return { problem: `${file} is not a file` }
    if ((status.mode & 0o077) !== 0) return { problem: `${file} can be read by others: expected mode 0600` }
    if (self !== 0 && status.uid !== self && status.uid !== 0)
      return { problem: `${file} belongs to another account` }
    if (status.size > LONGEST_SECRET)
      return { problem: `${file} has ${formatBytes(status.size)}: that is no secret` }
    return decoded(readFileSync(descriptor), file)
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function decoded(bytes: Buffer, from: string): Read {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), from }
  } catch {
    return { problem: `${from} is not UTF-8 text` }
  }
}

/** Not in a session of its own: a password manager may ask at the terminal. What it started is found by its mark when it hangs. */
async function readFromCommand([program = '', ...args]: readonly string[], timeoutMs: number): Promise<Read> {
  const mark = `secret-${randomUUID()}`
  const end = await outputOf(program, args, { ...process.env, [JOB_VARIABLE]: mark }, timeoutMs)
  // What the program printed may hold the secret, also when it failed: only how it ended is told.
  if (typeof end.why === 'string') {
    await endAll(undefined, [mark], GRACE_MS)
    return { problem: `${program} ${end.why}` }
  }
  return decoded(end.printed, `what ${program} prints`)
}

type CommandEnd = { why: string } | { why: undefined; printed: Buffer }

function outputOf(
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  timeoutMs: number,
): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
    const printed: Buffer[] = []
    const finish = (end: CommandEnd): void => {
      clearTimeout(timer)
      child.stdout.destroy()
      resolve(end)
    }
    const timer = setTimeout(() => finish({ why: `did not answer within ${timeoutMs / 1000} s` }), timeoutMs)
    child.stdout.on('data', (chunk: Buffer) => {
      printed.push(chunk)
      if (Buffer.concat(printed).length > LONGEST_SECRET) finish({ why: 'prints more than any secret has' })
    })
    child.on('error', (error: NodeJS.ErrnoException) =>
      finish({ why: `could not be started (${error.code ?? error.message})` }),
    )
    child.on('exit', (code, signal) => {
      const drained = setTimeout(() => child.stdout.destroy(), DRAIN_MS)
      child.on('close', () => {
        clearTimeout(drained)
        if (code === 0) finish({ why: undefined, printed: Buffer.concat(printed) })
        else finish({ why: signal === null ? `ended with exit code ${code}` : `was ended by ${signal}` })
      })
    })
  })
}

function hintFor(source: SecretSource): string {
  if ('env' in source) return `export ${source.env}=… before you start.`
  return 'file' in source
    ? `Put it into ${source.file}, readable by you alone (chmod 600).`
    : `Try it by hand: ${source.command.join(' ')}`
}
