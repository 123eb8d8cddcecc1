import { instantText } from '../model/signed.ts'
import type { ApprovalRequest } from '../model/approval.ts'

/** Requests and signatures as groups of letters and digits that can be read out over a telephone. */

/** Crockford's base 32: no letter that looks or sounds like a digit. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BITS = 5
/** Four that carry something and one that tells whether they were heard right. */
const CARRYING = 4
const GROUP = CARRYING + 1
const GROUP_BYTES = (CARRYING * BITS) / 8

export function groupsOf(bytes: Buffer): string[] {
  const values = fiveBitsOf(bytes)
  while (values.length % CARRYING !== 0) values.push(0)
  return Array.from({ length: values.length / CARRYING }, (_, index) => {
    const group = values.slice(index * CARRYING, (index + 1) * CARRYING)
    return [...group, checkOf(group, index)].map((value) => ALPHABET[value] ?? '').join('')
  })
}

/** The bytes, or which groups were not heard right. Spaces, dashes and small letters do not matter. */
export function readGroups(text: string, length: number): Buffer | { problem: string } {
  const heard =
    text
      .toUpperCase()
      .replaceAll('O', '0')
      .replace(/[IL]/g, '1')
      .match(/[0-9A-Z]/g) ?? []
  const values = heard.map((character) => ALPHABET.indexOf(character))
  const expected = Math.ceil(length / GROUP_BYTES)
  const found = values.length / GROUP
  if (found !== expected)
    return { problem: `expected ${expected} groups of ${GROUP}, got ${found.toFixed(1)}` }
  const groups = Array.from({ length: expected }, (_, index) =>
    values.slice(index * GROUP, (index + 1) * GROUP),
  )
  const wrong = groups.flatMap((group, index) =>
    group.includes(-1) || checkOf(group.slice(0, CARRYING), index) !== group[CARRYING] ? [index + 1] : [],
  )
  if (wrong.length > 0)
    return { problem: `group ${wrong.join(', ')} of ${expected} is not right: ask for it again` }
  return bytesOf(groups.flatMap((group) => group.slice(0, CARRYING))).subarray(0, length)
}

/** Every single wrong character changes it, and so does the place of the group. */
function checkOf(group: readonly number[], index: number): number {
  const turned = group.map((value, by) => ((value << by) | (value >> (BITS - by))) & 31)
  return turned.reduce((sum, value) => sum ^ value, (index + 1) & 31)
}

function fiveBitsOf(bytes: Buffer): number[] {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((part) => Number.parseInt(part.padEnd(BITS, '0'), 2))
}

function bytesOf(values: readonly number[]): Buffer {
  const bits = values.map((value) => value.toString(2).padStart(BITS, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((part) => Number.parseInt(part, 2)))
}

const RUN_ID = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(.+)-([0-9a-f]{4})$/
const DIGEST_BYTES = 3
const VALUES_BYTES = 20
const REQUEST_BYTES = 4 + 2 + 4 + 2 + 1 + VALUES_BYTES + DIGEST_BYTES
const ROLLBACK = 0x80
const MOST_SECONDS = 0xffff

/** What an approver picks from lists of their own checkout instead of hearing it letter by letter. */
export type SpokenContext = Pick<ApprovalRequest, 'runbook' | 'step' | 'environment' | 'requester' | 'digest'>

/** Undefined when the request does not fit: then there are the line and the file. */
export function spokenRequest(request: ApprovalRequest): string[] | undefined {
  const [, year, month, day, hour, minute, second, name, suffix] = RUN_ID.exec(request.run) ?? []
  if (name !== request.runbook.replaceAll('/', '-') || suffix === undefined) return undefined
  const started = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) / 1000
  const issued = Date.parse(request.issuedAt) / 1000
  const validity = Date.parse(request.expiresAt) / 1000 - issued
  if (!Number.isInteger(started) || validity > MOST_SECONDS) return undefined
  const bytes = Buffer.alloc(REQUEST_BYTES)
  let at = bytes.writeUInt32BE(started)
  at += bytes.write(suffix, at, 'hex')
  at = bytes.writeUInt32BE(issued, at)
  at = bytes.writeUInt16BE(validity, at)
  at = bytes.writeUInt8(request.attempt | (request.action === 'rollback' ? ROLLBACK : 0), at)
  at += bytes.write(request.values, at, 'hex')
  bytes.write(request.digest.slice(0, DIGEST_BYTES * 2), at, 'hex')
  return groupsOf(bytes)
}

export function readSpokenRequest(
  text: string,
  context: SpokenContext,
): ApprovalRequest | { problem: string } {
  const bytes = readGroups(text, REQUEST_BYTES)
  if ('problem' in bytes) return bytes
  const started = new Date(bytes.readUInt32BE(0) * 1000).toISOString()
  const issued = bytes.readUInt32BE(6)
  const attempt = bytes.readUInt8(12)
  const values = bytes.subarray(13, 13 + VALUES_BYTES).toString('hex')
  const digest = bytes.subarray(13 + VALUES_BYTES).toString('hex')
  if (!context.digest.startsWith(digest))
    return { problem: 'the version of the runbook in this checkout is not the one that is run' }
  const stamp = started.replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const suffix = bytes.subarray(4, 6).toString('hex')
  return {
    ...context,
    run: `${stamp}-${context.runbook.replaceAll('/', '-')}-${suffix}`,
    attempt: attempt & ~ROLLBACK,
    action: attempt >= ROLLBACK ? 'rollback' : 'run',
    values,
    issuedAt: instantText(issued * 1000),
    expiresAt: instantText((issued + bytes.readUInt16BE(10)) * 1000),
  }
}
