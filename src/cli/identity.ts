import { hostname } from 'node:os'
import { accountName } from '../host/account-name.ts'
import type { Plan } from '../document/plan.ts'
import type { SigningKey } from '../host/ssh.ts'
import type { EventBody, Mode } from '../model/event.ts'
import type { Policy } from '../model/permission.ts'
import { OperatorError } from '../model/problem.ts'
import type { Runbook } from '../model/runbook.ts'
import { needsApproval } from './authority.ts'

/** Every line of a journal says who: nobody is not an answer. */
export function operatorName(given: string | undefined): string {
  return givenOperator(given) ?? accountName()
}

/** Who somebody said they are; a variable that is blank is as good as unset. */
export function givenOperator(given: string | undefined): string | undefined {
  if (given !== undefined && given.trim() === '')
    throw new OperatorError('usage', {
      message: 'the name of the operator is blank: expected who you are',
      hint: "--operator NAME (of a tabletop: --facilitator NAME); without it, DRILLBOOK_OPERATOR or the account's name counts",
    })
  const variable = process.env['DRILLBOOK_OPERATOR'] ?? ''
  return given ?? (variable.trim() === '' ? undefined : variable)
}

export type Identity = { key: SigningKey; event: Extract<EventBody, { event: 'identity-proved' }> }

type Named = {
  plan: Plan
  policy: Policy
  runbook: Runbook
  mode: Mode
  operator: string
  environment: string
}

export type IdentitySubject = Named & {
  run: string
  /** The key that --key or DRILLBOOK_KEY names. */
  key: string | undefined
}

/** The operator signs a text that is good for this run, host and moment only. Undefined when the policy does not ask for it. */
export async function proveIdentity(subject: IdentitySubject): Promise<Identity | undefined> {
  if (!isAsked(subject)) return undefined
  requireKnownPerson(subject)
  const { plan, operator: person, environment, run } = subject
  const { people } = plan.contacts
  const { keyOf, sign, verifyPerson } = await import('../host/ssh.ts')
  const { fingerprint, readSignature } = await import('../journal/ssh-signature.ts')
  const { identityStatement, instantText } = await import('../model/signed.ts')
  const key = await keyOf(person, people, subject.key)
  const claim = { run, person, environment, host: hostname(), provedAt: instantText(Date.now()) }
  const text = identityStatement(claim)
  const signature = await sign(text, 'identity', key)
  const wrong = await verifyPerson({ purpose: 'identity', text, person, signature }, people)
  if (wrong !== undefined)
    throw new OperatorError('refused', {
      message: `you did not prove to be ${person}: ${wrong}`,
      hint: 'The key has to be one of sshKeys in docs/plan/contacts.yaml; --key FILE names another.',
    })
  const { host, provedAt } = claim
  const print = fingerprint(readSignature(signature)?.key ?? '')
  return { key, event: { event: 'identity-proved', person, host, provedAt, key: print, signature } }
}

/** Who is nobody of the plan cannot prove anything: known before a question is asked or anything is looked at. */
export function requireKnownPerson(subject: Named): void {
  const { plan, operator, environment } = subject
  const { people } = plan.contacts
  if (!isAsked(subject) || Object.hasOwn(people, operator)) return
  throw new OperatorError('refused', {
    message: `${environment} asks for proof of who you are, and ${operator} is not a person of docs/plan/contacts.yaml`,
    hint: `--operator or DRILLBOOK_OPERATOR says who you are: one of ${Object.keys(people).join(', ')}`,
  })
}

/** A rehearsal changes nothing: nobody has to prove anything for it. */
function isAsked({ policy, runbook, mode }: Named): boolean {
  if (mode === 'rehearsal' || policy.identity === 'none') return false
  return policy.identity === 'signed' || needsApproval(policy, runbook)
}

export function namedKey(given: string | undefined): string | undefined {
  return given ?? process.env['DRILLBOOK_KEY']
}
