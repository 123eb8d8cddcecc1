import { readFileSync } from 'node:fs'
import { Encrypter } from 'age-encryption'
import { OperatorError } from '../../model/problem.ts'

/** Who can read the private pages: the holders of these keys, or whoever knows the passphrase in a file. */
export type Lock = { recipients: string[] } | { passphraseFile: string }

/** A message in the age format, which the `age` command and many others open. */
export async function encrypted(text: string, lock: Lock): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  if ('passphraseFile' in lock) encrypter.setPassphrase(passphraseIn(lock.passphraseFile))
  else for (const recipient of lock.recipients) addRecipient(encrypter, recipient)
  return await encrypter.encrypt(text)
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient)
  } catch {
    throw new OperatorError('usage', {
      message: `--encrypt-to ${recipient.slice(0, 12)}…: expected an age recipient such as age1…`,
      hint: 'age-keygen makes a pair: give the public half here, and keep the other where this pack is not.',
    })
  }
}

/** The first line of the file; the file is never shown. */
function passphraseIn(file: string): string {
  const [line = ''] = textOf(file).split(/\r?\n/)
  if (line.length >= LEAST_LENGTH) return line
  throw new OperatorError('usage', {
    message: `--passphrase-file ${file}: expected a passphrase of at least ${LEAST_LENGTH} characters in its first line, found ${line.length}`,
  })
}

/** A stick that is lost can be tried for years. */
const LEAST_LENGTH = 16

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new OperatorError('usage', { message: `--passphrase-file ${file} cannot be read: ${reason}` })
  }
}
