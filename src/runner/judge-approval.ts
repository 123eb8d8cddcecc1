import { armor, bareKey, ed25519Part, fingerprint, rebuilt } from '../journal/ssh-signature.ts'
import type { SshSignature } from '../journal/ssh-signature.ts'
import { approvalStatement, differenceOf } from '../model/approval.ts'
import type { ApprovalRequest } from '../model/approval.ts'
import type { Person } from '../model/contact.ts'
import type { GovernedStep, Policy } from '../model/permission.ts'
import { eligibleText, isEligible, mayApprove } from '../model/permission.ts'
import { NAMESPACES } from '../model/signed.ts'
import type { SignatureClaim } from '../model/signed.ts'
import { readAnswer } from './approval-text.ts'
import { groupsOf, readGroups } from './spoken.ts'

/** What judges an answer: the same on the machine of the requester and on that of the approver. */
export type Judge = {
  policy: Policy
  people: Record<string, Person>
  /** Undefined when the signature is the person's own, of exactly that text and for that purpose; otherwise why not. */
  verify: (claim: SignatureClaim) => Promise<string | undefined>
}

export type Pending = {
  step: GovernedStep
  request: ApprovalRequest
  /** The key by which the requester proved who they are. */
  requesterKey: string | undefined
  given: readonly { approver: string; key: string }[]
}

export type Judgement = { approver: string; key: string; signature: string } | { refused: string }

const ED25519_BYTES = 64
const MOST_HEARD = 1000
/** A person, and something long enough to be groups. */
const HEARD = /^([a-z][a-z0-9-]*)[\s,]+([0-9A-Za-z\s-]{60,})$/

/** Accepts an answer only when all of it fits: its request, its time, its person and their signature. */
export async function judgeAnswer(
  text: string,
  pending: Pending,
  now: number,
  judge: Judge,
): Promise<Judgement> {
  const answer = parseAnswer(text, pending.request, judge.people)
  if ('problem' in answer) return { refused: answer.problem }
  const { approver, signatures } = answer
  const expired = expiryOf(pending.request, now)
  if (expired !== undefined) return { refused: expired }
  const barred = whyNotApprover(approver, pending, judge)
  if (barred !== undefined) return { refused: barred }
  let refused = 'it has no signature'
  for (const signature of signatures) {
    const reason =
      whyNotKey(signature.key, pending, judge) ?? (await isNotSigned(approver, signature, pending, judge))
    if (reason === undefined)
      return { approver, key: fingerprint(signature.key), signature: armor(signature.blob) }
    refused = reason
  }
  return { refused }
}

type Parsed = { approver: string; signatures: SshSignature[] } | { problem: string }

function parseAnswer(text: string, asked: ApprovalRequest, people: Judge['people']): Parsed {
  const [, person, groups] = text.length > MOST_HEARD ? [] : (HEARD.exec(text.trim()) ?? [])
  if (person !== undefined && groups !== undefined) return heardAnswer(person, groups, people)
  const answer = readAnswer(text)
  if ('problem' in answer) return answer
  const difference = differenceOf(answer.request, asked)
  return difference === undefined
    ? { approver: answer.approver, signatures: [answer.signature] }
    : { problem: difference }
}

/** An answer that was read out holds no request: the signature either fits this one, or it does not. */
function heardAnswer(approver: string, groups: string, people: Judge['people']): Parsed {
  const part = readGroups(groups, ED25519_BYTES)
  if ('problem' in part) return part
  const keys = (people[approver]?.sshKeys ?? []).map(bareKey).filter((key) => key.startsWith('ssh-ed25519 '))
  if (keys.length === 0) return { problem: `${approver} has no ed25519 key in docs/plan/contacts.yaml` }
  const namespace = NAMESPACES.approval
  return {
    approver,
    signatures: keys.map((key) => ({ key, namespace, blob: rebuilt(key, namespace, part) })),
  }
}

/** `<person> <groups>`, for reading out; undefined for a key of another kind than ed25519. */
export function spokenAnswer(approver: string, signature: SshSignature): string[] | undefined {
  const part = ed25519Part(signature)
  return part === undefined ? undefined : [approver, ...groupsOf(part)]
}

export function expiryOf({ expiresAt }: ApprovalRequest, now: number): string | undefined {
  return now < Date.parse(expiresAt) ? undefined : `the request expired at ${expiresAt}`
}

/** Why this person cannot approve, whatever they sign with. */
export function whyNotApprover(
  approver: string,
  pending: Pending,
  { policy, people }: Judge,
): string | undefined {
  const person = people[approver]
  if (!person || !Object.hasOwn(people, approver))
    return `${approver} is not a person of docs/plan/contacts.yaml`
  if (approver === pending.request.requester) return `${approver} asked for it and cannot approve it as well`
  const eligible = mayApprove(policy, pending.step)
  if (!isEligible(eligible, person))
    return `${approver} may not approve this step: ${eligibleText(eligible)} may`
  return pending.given.some((given) => given.approver === approver)
    ? `${approver} has approved it already; another person has to`
    : undefined
}

/** One person with two names is one person. */
export function whyNotKey(
  key: string,
  { request, requesterKey, given }: Pending,
  { people }: Judge,
): string | undefined {
  const own = people[request.requester]?.sshKeys.map(bareKey) ?? []
  const print = fingerprint(key)
  if (own.includes(key) || print === requesterKey)
    return `the key that signed is one of ${request.requester}, who asked for it`
  const other = given.find((earlier) => earlier.key === print)
  return other === undefined ? undefined : `the key that signed has approved it already, as ${other.approver}`
}

async function isNotSigned(
  person: string,
  { blob }: SshSignature,
  { request }: Pending,
  { verify }: Judge,
): Promise<string | undefined> {
  const text = approvalStatement(request)
  return await verify({ purpose: 'approval', text, person, signature: armor(blob) })
}
