import { execa } from 'execa'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { allowedSigners, bareKey, readSignature } from '../journal/ssh-signature.ts'
import type { Person } from '../model/contact.ts'
import { OperatorError } from '../model/problem.ts'
import { NAMESPACES } from '../model/signed.ts'
import type { Purpose, SignatureClaim } from '../model/signed.ts'

const VERIFY_MS = 20_000
const AGENT_MS = 5000
/** Longer than any signature is: what comes from outside is not handed on without a limit. */
const MOST_CHARACTERS = 20_000

/** A key to sign with: a file of its own, or the public half of one that the agent holds. */
export type SigningKey = { file: string } | { agent: string }

type People = Record<string, Pick<Person, 'sshKeys'>>

/** Signs with ssh-keygen, which asks for a passphrase or a touch itself, at the terminal or by ssh-askpass. */
export async function sign(text: string, purpose: Purpose, key: SigningKey): Promise<string> {
  return await inPrivateFolder(async (write) => {
    const data = write('text', text)
    const file = 'file' in key ? key.file : write('key.pub', `${key.agent}\n`)
    const { exitCode, stderr } = await keygen(
      ['-q', '-Y', 'sign', '-f', file, '-n', NAMESPACES[purpose], data],
      {
        stdin: process.stdin.isTTY ? 'inherit' : 'ignore',
        // A security key says on stderr that it waits for a touch.
        stderr: process.stderr.isTTY ? ['pipe', 'inherit'] : 'pipe',
      },
    )
    const signature = `${data}.sig`
    if (exitCode === 0 && existsSync(signature)) return readFileSync(signature, 'utf8')
    throw new OperatorError('refused', {
      message: `ssh-keygen did not sign with ${nameOf(key)}: ${stderr.trim() || `it ended with ${String(exitCode)}`}`,
      hint: 'Is it the right key, and its passphrase? --key FILE names another; ssh-add puts one into the agent.',
    })
  })
}

export type Verification = {
  text: string
  signature: string
  principal: string
  allowedSigners: string
  purpose: Purpose
}

/** Undefined when the principal signed exactly this text for this purpose; otherwise why that is not so. */
export async function verify(claim: Verification): Promise<string | undefined> {
  const { text, signature, principal, purpose } = claim
  const read = signature.length > MOST_CHARACTERS ? undefined : readSignature(signature)
  if (!read) return 'it is not a signature of ssh-keygen'
  const namespace = NAMESPACES[purpose]
  if (read.namespace !== namespace)
    return `it was signed as ${JSON.stringify(read.namespace.slice(0, 60))}, not as ${namespace}`
  return await inPrivateFolder(async (write) => {
    const allowed = write('allowed_signers', claim.allowedSigners)
    const file = write('signature', signature)
    const args = ['-Y', 'verify', '-f', allowed, '-I', principal, '-n', namespace, '-s', file]
    const result = await keygen(args, { input: text, timeout: VERIFY_MS })
    if (result.exitCode === 0) return undefined
    const principals = await principalsIn(file, allowed)
    return principals.includes(principal)
      ? 'the signature is not of this text: something in it was changed'
      : `the key that signed is not one of ${principal}`
  })
}

/** Who may have made the signature, going by its key alone; whether it fits a text is for `verify` to say. */
export async function findPrincipals(signature: string, allowed: string): Promise<string[]> {
  if (signature.length > MOST_CHARACTERS || !readSignature(signature)) return []
  return await inPrivateFolder((write) =>
    principalsIn(write('signature', signature), write('allowed', allowed)),
  )
}

async function principalsIn(signatureFile: string, allowedFile: string): Promise<string[]> {
  const args = ['-Y', 'find-principals', '-s', signatureFile, '-f', allowedFile]
  const { exitCode, stdout } = await keygen(args, { stdin: 'ignore', timeout: VERIFY_MS })
  return exitCode === 0 ? stdout.split('\n').filter((line) => line !== '') : []
}

/** As `verify`, with the keys that contacts.yaml gives each person. */
export async function verifyPerson(claim: SignatureClaim, people: People): Promise<string | undefined> {
  return await verify({ ...claim, principal: claim.person, allowedSigners: allowedSigners(people) })
}

/** The key that the person can sign with: the one that is named, else one of theirs in the agent or in ~/.ssh. */
export async function keyOf(id: string, people: People, named: string | undefined): Promise<SigningKey> {
  if (named !== undefined) return { file: named }
  const own = people[id]?.sshKeys.map(bareKey) ?? []
  if (own.length === 0)
    throw new OperatorError('refused', {
      message: `${id} has no SSH key in docs/plan/contacts.yaml`,
      hint: `Add the line of ~/.ssh/id_ed25519.pub to sshKeys of ${id}, and let someone else review it.`,
    })
  const hands = await keysAtHand()
  const found = hands.find(({ key }) => own.includes(key))
  if (found) return found.use
  throw new OperatorError('refused', {
    message: `none of the keys of ${id} is at hand, neither in the SSH agent nor in ~/.ssh`,
    hint: 'ssh-add puts one into the agent; --key FILE names one.',
  })
}

/** Everybody whose key is at hand here: usually the person who sits here. */
export async function peopleAtHand(people: People, named: string | undefined): Promise<string[]> {
  const keys = named === undefined ? (await keysAtHand()).map(({ key }) => key) : publicHalf(named)
  return Object.entries(people).flatMap(([id, { sshKeys }]) =>
    sshKeys.some((key) => keys.includes(bareKey(key))) ? [id] : [],
  )
}

type AtHand = { key: string; use: SigningKey }

async function keysAtHand(): Promise<AtHand[]> {
  return [...(await agentKeys()), ...homeKeys()]
}

/** No agent is no mistake. */
async function agentKeys(): Promise<AtHand[]> {
  if (!process.env['SSH_AUTH_SOCK']) return []
  const { exitCode, stdout } = await execa('ssh-add', ['-L'], {
    reject: false,
    stdin: 'ignore',
    timeout: AGENT_MS,
  })
  if (exitCode !== 0) return []
  return stdout.split('\n').map((line) => ({ key: bareKey(line), use: { agent: bareKey(line) } }))
}

function homeKeys(): AtHand[] {
  const folder = path.join(homedir(), '.ssh')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.pub') && existsSync(path.join(folder, name.slice(0, -'.pub'.length))))
    .flatMap((name) => {
      const file = path.join(folder, name.slice(0, -'.pub'.length))
      return publicHalf(file).map((key) => ({ key, use: { file } }))
    })
}

function publicHalf(file: string): string[] {
  const half = file.endsWith('.pub') ? file : `${file}.pub`
  return existsSync(half) ? [bareKey(readFileSync(half, 'utf8'))] : []
}

function nameOf(key: SigningKey): string {
  return 'file' in key ? key.file : 'the key of the SSH agent'
}

type KeygenOptions = {
  stdin?: 'inherit' | 'ignore'
  stderr?: 'pipe' | ['pipe', 'inherit']
  input?: string
  timeout?: number
}

async function keygen(args: readonly string[], options: KeygenOptions) {
  const result = await execa('ssh-keygen', args, { ...options, reject: false })
  if (result.code !== 'ENOENT')
    return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr }
  throw new OperatorError('refused', {
    message: 'ssh-keygen is not on the PATH: signatures can neither be made nor checked',
    hint: 'It comes with OpenSSH (Debian and Ubuntu: apt-get install openssh-client).',
  })
}

/** Files that nobody else can read, and that are gone afterwards. */
async function inPrivateFolder<T>(
  act: (write: (name: string, text: string) => string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'drillbook-ssh-'))
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name)
    writeFileSync(file, text, { mode: 0o600 })
    return file
  }
  try {
    return await act(write)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
