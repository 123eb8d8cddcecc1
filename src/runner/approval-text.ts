import { deflateSync, inflateSync } from 'node:zlib'
import { z } from 'zod'
import { readBlob } from '../journal/ssh-signature.ts'
import type { SshSignature } from '../journal/ssh-signature.ts'
import { valuesHash } from '../journal/values-hash.ts'
import { approvalChallenge, approvalRequest } from '../model/approval.ts'
import type { ApprovalRequest, ApprovalValues } from '../model/approval.ts'

/** Requests and answers as one line of text each, for chat, a file, or a USB stick. */

const REQUEST = 'drillbook-request:'
const ANSWER = 'drillbook-approval:'
const MOST_CHARACTERS = 200_000
const MOST_BYTES = 2_000_000

export type Challenge = { request: ApprovalRequest; values: ApprovalValues }
export type ApprovalAnswer = { request: ApprovalRequest; approver: string; signature: SshSignature }
export type Unreadable = { problem: string }

const answer = z.strictObject({
  request: approvalRequest,
  approver: z.string().regex(/^[a-z][a-z0-9-]*$/),
  signature: z.base64(),
})

export function challengeLine({ request, values }: Challenge): string {
  return packed(REQUEST, { request, values })
}

export function answerLine({ request, approver, signature }: ApprovalAnswer): string {
  return packed(ANSWER, { request, approver, signature: signature.blob.toString('base64') })
}

/** The request of a line or of a request file; its values are those it is bound to. */
export function readChallenge(text: string): Challenge | Unreadable {
  const content = text.trim().startsWith('{') ? parsed(text) : unpacked(REQUEST, text)
  const result = approvalChallenge.safeParse(content)
  if (!result.success) return { problem: problemOf(content, 'a request for approval') }
  const { request, values } = result.data
  if (valuesHash(values) !== request.values)
    return { problem: 'the inputs, outputs or targets in it are not those it is bound to: it was changed' }
  return { request, values }
}

export function readAnswer(text: string): ApprovalAnswer | Unreadable {
  const content = unpacked(ANSWER, text)
  const result = answer.safeParse(content)
  if (!result.success) return { problem: problemOf(content, 'an approval') }
  const signature = readBlob(Buffer.from(result.data.signature, 'base64'))
  if (!signature) return { problem: 'its signature is not one of ssh-keygen' }
  return { ...result.data, signature }
}

function packed(prefix: string, content: object): string {
  return prefix + deflateSync(JSON.stringify(content)).toString('base64url')
}

class NotReadable extends Error {}

/** What the line holds, or a NotReadable that says what is wrong with it. Chat programs break lines: white space does not count. */
function unpacked(prefix: string, text: string): unknown {
  const line = text.replace(/\s+/g, '')
  if (line.length > MOST_CHARACTERS) return new NotReadable('is far too long')
  if (!line.startsWith(prefix)) return new NotReadable(`does not begin with ${prefix}`)
  try {
    const bytes = inflateSync(Buffer.from(line.slice(prefix.length), 'base64url'), {
      maxOutputLength: MOST_BYTES,
    })
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return new NotReadable('is cut off or damaged; copy the whole line')
  }
}

function parsed(text: string): unknown {
  try {
    return text.length > MOST_CHARACTERS ? new NotReadable('is far too long') : JSON.parse(text)
  } catch {
    return new NotReadable('is cut off or damaged')
  }
}

function problemOf(content: unknown, what: string): string {
  return content instanceof NotReadable ? `it ${content.message}` : `it is not ${what}`
}
