import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Plan } from '../document/plan.ts'
import { OperatorError } from '../model/problem.ts'
import { approvalsNeeded, policyOf } from '../model/permission.ts'
import type { Policy } from '../model/permission.ts'
import type { Runbook, Step } from '../model/runbook.ts'
import { steps } from '../model/runbook.ts'
import { accessOf } from '../runner/access.ts'
import type { Access, Approvals } from '../runner/ports.ts'
import { eligibleLines } from './contacts.ts'
import { redact } from './declare-secrets.ts'

/** Who may do what in an environment, for a run: the policy of the plan, turned into the runner's ports. */
export type Authority = { policy: Policy; access: Access }

type Subject = { plan: Plan; environment: string; operator: string; unattended: boolean }

export function policyIn(plan: Plan, name: string): Policy {
  const environment = plan.environments[name]
  if (environment) return policyOf(environment)
  throw new OperatorError('usage', { message: `unknown environment "${name}"` })
}

export function authorityFor({ plan, environment, operator, unattended }: Subject): Authority {
  const policy = policyIn(plan, environment)
  const { people } = plan.contacts
  const contacts = eligibleLines(plan)
  return { policy, access: accessOf({ policy, people, operator, environment, unattended, contacts }) }
}

/** Whether anything of the runbook needs the approval of other people here. */
export function needsApproval(policy: Policy, runbook: Runbook): boolean {
  return steps(runbook.nodes).some((step) =>
    (['run', 'rollback'] as const).some((action) => approvalsNeeded(policy, step, action).count > 0),
  )
}

const NOTHING_NEEDED: Approvals = {
  obtain: () => Promise.resolve({ kind: 'run' }),
  stillHold: () => true,
}

/** What asks for and judges approvals is loaded only for a run that has to do with any. */
export async function approvalsFor(
  plan: Plan,
  policy: Policy,
  runbook: Runbook,
  directory: string,
): Promise<Approvals> {
  if (!needsApproval(policy, runbook) && !steps(runbook.nodes).some((step) => step.approvals > 0))
    return NOTHING_NEEDED
  const { approvals } = await import('../runner/approval.ts')
  const { verifyPerson } = await import('../host/ssh.ts')
  const { people } = plan.contacts
  return approvals({
    policy,
    people,
    verify: (claim) => verifyPerson(claim, people).catch(reasonOf),
    inbox: () => answersIn(path.join(directory, 'approvals')),
    locate: (file) => path.join(directory, file),
    contacts: eligibleLines(plan),
    redact,
  })
}

/** An answer that cannot be checked is refused; the run waits on. */
function reasonOf(error: unknown): string {
  if (error instanceof OperatorError) return error.message
  throw error
}

/** What a person should know before a run begins, while there is time to call somebody. */
export function foreseen({ policy, access }: Authority, runbook: Runbook, operator: string): string[] {
  const all = steps(runbook.nodes)
  const barred = all.filter((step) => access.barred(step) !== undefined)
  const approved = all.filter((step) => approvalsNeeded(policy, step, 'run').count > 0)
  const lines: string[] = []
  if (barred.length > 0)
    lines.push(`${operator} may not run ${namesOf(barred)}: somebody who may has to take over there.`)
  if (approved.length > 0) lines.push(`Other people have to approve ${namesOf(approved)}: tell them now.`)
  return lines
}

function namesOf(some: readonly Step[]): string {
  return some.map(({ id }) => id).join(', ')
}

/** The ending of a file that holds an answer. */
export const ANSWER_ENDING = '.approval'
const MOST_BYTES = 200_000

function answersIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith(ANSWER_ENDING))
    .sort()
    .flatMap((name) => readAnswerFile(path.join(folder, name)))
}

/** Nothing while the file is still being written, or cannot be read: it may be there the next time. */
function readAnswerFile(file: string): string[] {
  try {
    const { size } = statSync(file)
    if (size > MOST_BYTES) return []
    const text = readFileSync(file, 'utf8')
    return text.endsWith('\n') ? [text] : []
  } catch {
    return []
  }
}
