import { createHash } from 'node:crypto'
import type { Person } from '../model/contact.ts'
import { NAMESPACES } from '../model/signed.ts'

/** Signatures as ssh-keygen -Y makes them (PROTOCOL.sshsig), their keys, and the list of who may sign as whom. */

const MAGIC = Buffer.from('SSHSIG')
const BEGIN = '-----BEGIN SSH SIGNATURE-----'
const END = '-----END SSH SIGNATURE-----'
const LINE = 70
/** A signature by an RSA key of 16384 bits is shorter. */
const MOST_BYTES = 10_000
const ED25519 = 'ssh-ed25519'
const ED25519_BYTES = 64

/** `ssh-ed25519 AAAA…` of a line that may also have a comment. */
export function bareKey(line: string): string {
  return line.trim().split(/\s+/).slice(0, 2).join(' ')
}

/** As ssh-keygen -l names a key: `SHA256:…`. */
export function fingerprint(key: string): string {
  const blob = Buffer.from(bareKey(key).split(' ')[1] ?? '', 'base64')
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

/** The file that ssh-keygen verifies with: each person is a principal, and each key is good for our purposes only. */
export function allowedSigners(people: Record<string, Pick<Person, 'sshKeys'>>): string {
  const purposes = Object.values(NAMESPACES).join(',')
  return Object.entries(people)
    .flatMap(([id, { sshKeys }]) => sshKeys.map((key) => `${id} namespaces="${purposes}" ${bareKey(key)}\n`))
    .join('')
}

export type SshSignature = { key: string; namespace: string; blob: Buffer }

/** Reads a signature without judging it; undefined when it is none. */
export function readSignature(armored: string): SshSignature | undefined {
  const text = armored.trim()
  if (!text.startsWith(BEGIN) || !text.endsWith(END)) return undefined
  return readBlob(Buffer.from(text.slice(BEGIN.length, -END.length).replace(/\s/g, ''), 'base64'))
}

export function readBlob(blob: Buffer): SshSignature | undefined {
  if (blob.length > MOST_BYTES || !blob.subarray(0, MAGIC.length).equals(MAGIC)) return undefined
  const fields = stringsOf(blob, MAGIC.length + 4)
  const [key, namespace] = fields ?? []
  if (!fields || fields.length !== 5 || !key || !namespace) return undefined
  const type = stringsOf(key, 0, 1)?.[0]?.toString('latin1')
  if (type === undefined) return undefined
  return { key: `${type} ${key.toString('base64')}`, namespace: namespace.toString('utf8'), blob }
}

export function armor(blob: Buffer): string {
  const body = blob.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? []
  return `${[BEGIN, ...body, END].join('\n')}\n`
}

/** The 64 bytes that cannot be known without the private key; undefined for a key of another kind. */
export function ed25519Part(signature: SshSignature): Buffer | undefined {
  if (!signature.key.startsWith(`${ED25519} `)) return undefined
  const part = signature.blob.subarray(-ED25519_BYTES)
  return rebuilt(signature.key, signature.namespace, part).equals(signature.blob) ? part : undefined
}

/** The whole signature from those 64 bytes: everything else in it is known. */
export function rebuilt(key: string, namespace: string, part: Buffer): Buffer {
  const publicKey = Buffer.from(bareKey(key).split(' ')[1] ?? '', 'base64')
  const signature = Buffer.concat([field(ED25519), field(part)])
  const fields = [publicKey, namespace, '', 'sha512', signature].map(field)
  return Buffer.concat([MAGIC, number(1), ...fields])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([number(bytes.length), bytes])
}

/** The length-prefixed strings of a structure, or its first `most`; undefined when it is cut off. */
function stringsOf(bytes: Buffer, start: number, most = Number.POSITIVE_INFINITY): Buffer[] | undefined {
  const found: Buffer[] = []
  for (let at = start; at < bytes.length && found.length < most;) {
    if (at + 4 > bytes.length) return undefined
    const end = at + 4 + bytes.readUInt32BE(at)
    if (end > bytes.length) return undefined
    found.push(bytes.subarray(at + 4, end))
    at = end
  }
  return found
}
