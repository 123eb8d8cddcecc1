import { z } from 'zod'
import type { Value } from './runbook.ts'
import { statement } from './signed.ts'

/** What one person asks another to approve, and the text that is signed. */

/** One line of the signed text: nothing that could begin another line, or look like nothing. */
const oneLine = z.string().regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u, 'expected one line of text')
const instant = z.iso.datetime({ precision: 0 })
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

export const approvalRequest = z.strictObject({
  run: oneLine,
  runbook: oneLine,
  step: oneLine,
  /** Which attempt at the step; its automatic retries are part of it. */
  attempt: z.int().min(1).max(99),
  action: z.enum(['run', 'rollback']),
  digest: sha256,
  /** The first 160 bits of the SHA-256 of everything that the step can read. */
  values: z.string().regex(/^[0-9a-f]{40}$/),
  environment: oneLine,
  requester: oneLine,
  issuedAt: instant,
  expiresAt: instant,
})
export type ApprovalRequest = z.infer<typeof approvalRequest>

const value = z.union([z.string(), z.number(), z.boolean()])

/** What the step can read. A secret is null: it is in no file, so it is not bound. */
const approvalValues = z.strictObject({
  inputs: z.record(z.string(), value.nullable()),
  outputs: z.record(z.string(), value),
  targets: z.record(z.string(), z.string()),
})
export type ApprovalValues = {
  inputs: Record<string, Value | null>
  outputs: Record<string, Value>
  targets: Record<string, string>
}

/** A request with the values that it is bound to, as approvers are shown it. */
export const approvalChallenge = z.strictObject({ request: approvalRequest, values: approvalValues })

/** The text that an approver signs: every line of it can be read. */
export function approvalStatement({ issuedAt, expiresAt, ...rest }: ApprovalRequest): string {
  const { run, runbook, step, attempt, action, digest, values, environment, requester } = rest
  const bound = { run, runbook, step, attempt, action, digest, values, environment, requester }
  return statement('Drillbook approval', { ...bound, issued: issuedAt, expires: expiresAt })
}

/** In what an answer differs from the request it is given to, or undefined when it is for this one. */
export function differenceOf(answered: ApprovalRequest, asked: ApprovalRequest): string | undefined {
  const told: Record<keyof ApprovalRequest, string> = {
    run: `it was given for another run, ${answered.run}`,
    runbook: `it was given for another runbook, ${answered.runbook}`,
    step: `it was given for another step, ${answered.step}`,
    action: `it was given to ${answered.action === 'run' ? 'run the step' : 'roll the step back'}, not for this`,
    attempt: `it was given for attempt ${answered.attempt}; this is attempt ${asked.attempt}`,
    environment: `it was given for another environment, ${answered.environment}`,
    requester: `it was given to somebody else, ${answered.requester}`,
    digest: 'it was given for another version of the runbook',
    values: 'the inputs, outputs or targets are not those it was given for',
    issuedAt: `it answers another request, of ${answered.issuedAt}`,
    expiresAt: `it answers another request, valid until ${answered.expiresAt}`,
  }
  for (const [name, message] of Object.entries(told))
    if (isField(name) && answered[name] !== asked[name]) return message
  return undefined
}

function isField(name: string): name is keyof ApprovalRequest {
  return name in approvalRequest.shape
}
