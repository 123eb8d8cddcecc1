import type { Person } from './contact.ts'
import type { PolicySpec } from './policy.ts'
import type { Danger, Step } from './runbook.ts'

/** What a policy means for a step. No schema here: a run needs this at its start, and nothing else of zod. */

const DEFAULT_APPROVAL_MS = 15 * 60_000

/** The policy with nothing left open. */
export type Policy = {
  identity: 'none' | 'for-approvals' | 'signed'
  roles: Record<Danger, string[]>
  approvals: Record<Danger, number> & { asWritten: boolean; rollback: boolean }
  approvers: string[] | undefined
  approvalMs: number
  unattended: 'allowed' | 'not-destructive' | 'refused'
  signJournal: boolean
}

type Governed = { protected: boolean; lab: boolean; policy?: PolicySpec | undefined }

export function policyOf({ protected: isProtected, lab, policy = {} }: Governed): Policy {
  return {
    identity: policy.identity ?? 'for-approvals',
    roles: rolesOf(policy, isProtected),
    approvals: approvalsOf(policy, lab),
    approvers: policy.approvers,
    approvalMs: policy.approvalValidFor ?? DEFAULT_APPROVAL_MS,
    unattended: policy.unattended ?? (isProtected ? 'not-destructive' : 'allowed'),
    signJournal: policy.signJournal ?? false,
  }
}

function rolesOf({ roles }: PolicySpec, isProtected: boolean): Policy['roles'] {
  const strict = isProtected ? ['step-role', 'incident-commander'] : ['anyone']
  return {
    safe: roles?.safe ?? ['anyone'],
    caution: roles?.caution ?? ['anyone'],
    destructive: roles?.destructive ?? strict,
  }
}

function approvalsOf({ approvals = {} }: PolicySpec, lab: boolean): Policy['approvals'] {
  const { safe = 0, caution = 0, destructive = 0, rollback = false, asWritten = !lab } = approvals
  return { asWritten, safe, caution, destructive, rollback }
}

export type GovernedStep = Pick<Step, 'danger' | 'role' | 'approvals'>
export type ApprovalAction = 'run' | 'rollback'

/** The roles of which a person needs one, or `anyone`. */
export type Eligible = 'anyone' | string[]

/** Who may run the step, skip it, or roll it back. */
export function mayRun(policy: Policy, step: GovernedStep): Eligible {
  return resolved(policy.roles[step.danger], step)
}

/** Who may approve it. A person who is not in contacts.yaml has no key to approve with. */
export function mayApprove(policy: Policy, step: GovernedStep): Eligible {
  return policy.approvers === undefined ? mayRun(policy, step) : resolved(policy.approvers, step)
}

function resolved(names: readonly string[], step: GovernedStep): Eligible {
  if (names.includes('anyone')) return 'anyone'
  const own = step.role === undefined ? [] : [step.role]
  return [...new Set(names.flatMap((name) => (name === 'step-role' ? own : [name])))]
}

export function isEligible(eligible: Eligible, person: Pick<Person, 'roles'> | undefined): boolean {
  return eligible === 'anyone' || (person?.roles.some((role) => eligible.includes(role)) ?? false)
}

export function eligibleText(eligible: Eligible): string {
  if (eligible === 'anyone') return 'anyone'
  return eligible.length === 0 ? 'nobody: the step names no role' : eligible.join(' or ')
}

/** How many other people must approve; `waived` when the runbook asks for it and the policy does not count that. */
export function approvalsNeeded(
  policy: Policy,
  step: GovernedStep,
  action: ApprovalAction,
): { count: number; waived: number } {
  const { approvals } = policy
  if (action === 'rollback' && !approvals.rollback) return { count: 0, waived: 0 }
  const written = approvals.asWritten ? step.approvals : 0
  const count = Math.max(written, approvals[step.danger])
  return { count, waived: Math.max(0, step.approvals - count) }
}
