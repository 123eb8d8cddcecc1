import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import type { Plan } from '../document/plan.ts'
import type { SigningKey } from '../host/ssh.ts'
import { readSeal } from '../journal/read-seal.ts'
import { signaturePath } from '../journal/signatures.ts'
import { fingerprint, readSignature } from '../journal/ssh-signature.ts'
import { OperatorError } from '../model/problem.ts'
import { journalStatement } from '../model/signed.ts'

export type Signing = {
  directory: string
  run: string
  plan: Plan
  operator: string
  /** Undefined: whichever key of the operator is at hand. */
  key: SigningKey | undefined
}

/** Signs the head of a sealed journal with the operator's key. The signature stands beside the seal; returns what to tell. */
export async function signJournal({ directory, run, plan, operator, key }: Signing): Promise<string> {
  const { keyOf, sign, verifyPerson } = await import('../host/ssh.ts')
  const { people } = plan.contacts
  const seal = readSeal(directory)
  if (seal === undefined || seal === 'damaged')
    throw new OperatorError('refused', { message: `${run} is not sealed, so it cannot be signed` })
  const text = journalStatement({ run, lines: seal.lines, head: seal.head })
  const signature = await sign(text, 'journal', key ?? (await keyOf(operator, people, undefined)))
  const claim = { purpose: 'journal', text, person: operator, signature } as const
  const wrong = await verifyPerson(claim, people)
  if (wrong !== undefined)
    throw new OperatorError('refused', {
      message: `this is no signature of ${operator}: ${wrong}`,
      hint: 'The key has to be one of sshKeys in docs/plan/contacts.yaml.',
    })
  writeDurably(signaturePath(directory), signature)
  return `Signed by ${operator} with ${fingerprint(readSignature(signature)?.key ?? '')}`
}

/** At the end of a run: a signature that cannot be made is told, and takes nothing away from what was done. */
export async function signAtEnd(signing: Signing): Promise<string> {
  try {
    return await signJournal(signing)
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    return `NOT SIGNED: ${error.message}\nSign it later:  npx drillbook sign ${signing.run}`
  }
}

/** Whole or not at all. */
function writeDurably(file: string, text: string): void {
  const descriptor = openSync(`${file}.new`, 'w', 0o600)
  writeSync(descriptor, text)
  fsyncSync(descriptor)
  closeSync(descriptor)
  renameSync(`${file}.new`, file)
}
