import { runIdOf } from '../model/run-id.ts'
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

const RUN_ID = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(\d{3})-(.+)-([0-9a-f]{4})$/
const DIGEST_BYTES = 3
/** Where each part begins: second and millisecond of the run's id, its end, then when it was asked, in seconds after that. */
const AT = {
  second: 0,
  millisecond: 4,
  suffix: 6,
  issued: 8,
  validity: 11,
  attempt: 13,
  values: 14,
  digest: 34,
}
const REQUEST_BYTES = AT.digest + DIGEST_BYTES
const ROLLBACK = 0x80
const MOST_VALIDITY = 0xffff
const MOST_ISSUED = 0xffffff

/** What an approver picks from lists of their own checkout instead of hearing it letter by letter. */
export type SpokenContext = Pick<ApprovalRequest, 'runbook' | 'step' | 'environment' | 'requester' | 'digest'>

/** Undefined when the request does not fit: then there are the line and the file. */
export function spokenRequest(request: ApprovalRequest): string[] | undefined {
  const [, year, month, day, hour, minute, second, millisecond, name, suffix] = RUN_ID.exec(request.run) ?? []
  if (name !== request.runbook.replaceAll('/', '-') || suffix === undefined) return undefined
  const started = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) / 1000
  const issuedAt = Date.parse(request.issuedAt) / 1000
  const issued = issuedAt - started
  const validity = Date.parse(request.expiresAt) / 1000 - issuedAt
  // Years after the run began, or, by a clock that was stepped, before it.
  const fits = issued >= 0 && issued <= MOST_ISSUED && validity <= MOST_VALIDITY
  if (!Number.isInteger(started) || !fits) return undefined
  const bytes = Buffer.alloc(REQUEST_BYTES)
  bytes.writeUInt32BE(started, AT.second)
  bytes.writeUInt16BE(Number(millisecond), AT.millisecond)
  bytes.write(suffix, AT.suffix, 'hex')
  bytes.writeUIntBE(issued, AT.issued, 3)
  bytes.writeUInt16BE(validity, AT.validity)
  bytes.writeUInt8(request.attempt | (request.action === 'rollback' ? ROLLBACK : 0), AT.attempt)
  bytes.write(request.values, AT.values, 'hex')
  bytes.write(request.digest.slice(0, DIGEST_BYTES * 2), AT.digest, 'hex')
  return groupsOf(bytes)
}

export function readSpokenRequest(
  text: string,
  context: SpokenContext,
): ApprovalRequest | { problem: string } {
  const bytes = readGroups(text, REQUEST_BYTES)
  if ('problem' in bytes) return bytes
  if (!context.digest.startsWith(bytes.toString('hex', AT.digest)))
    return { problem: 'the version of the runbook in this checkout is not the one that is run' }
  const started = bytes.readUInt32BE(AT.second)
  const issued = started + bytes.readUIntBE(AT.issued, 3)
  const attempt = bytes.readUInt8(AT.attempt)
  return {
    ...context,
    run: runIdOf(
      started * 1000 + bytes.readUInt16BE(AT.millisecond),
      context.runbook,
      bytes.toString('hex', AT.suffix, AT.issued),
    ),
    attempt: attempt & ~ROLLBACK,
    action: attempt >= ROLLBACK ? 'rollback' : 'run',
    values: bytes.toString('hex', AT.values, AT.digest),
    issuedAt: instantText(issued * 1000),
    expiresAt: instantText((issued + bytes.readUInt16BE(AT.validity)) * 1000),
  }
}
