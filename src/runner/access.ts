import { stepState } from '../journal/fold.ts'
import type { Person } from '../model/contact.ts'
import type { Eligible, Policy } from '../model/permission.ts'
import { eligibleText, isEligible, mayRun } from '../model/permission.ts'
import type { Step } from '../model/runbook.ts'
import type { Onward } from '../steps/answers.ts'
import type { Action } from './plan.ts'
import type { Access, Barred, Session } from './ports.ts'

export type AccessRules = {
  policy: Policy
  people: Record<string, Person>
  operator: string
  environment: string
  unattended: boolean
  /** Who may act, and how they are reached. */
  contacts: (eligible: Eligible) => string[]
}

/** Who may run, skip or roll back a step: one question, because leaving a step out can do as much harm as doing it. */
export function accessOf(rules: AccessRules): Access {
  return { barred: (step) => barredByRole(step, rules) ?? barredUnattended(step, rules) }
}

function barredByRole(
  step: Step,
  { policy, people, operator, environment, contacts }: AccessRules,
): Barred | undefined {
  const eligible = mayRun(policy, step)
  const person = Object.hasOwn(people, operator) ? people[operator] : undefined
  if (isEligible(eligible, person)) return undefined
  const who = person ? operator : `${operator}, who is not in docs/plan/contacts.yaml,`
  const reason = `${who} may not run ${step.id}, which is ${step.danger} in ${environment}: ${eligibleText(eligible)} may`
  return { reason, contacts: contacts(eligible) }
}

function barredUnattended(step: Step, { policy, unattended, environment }: AccessRules): Barred | undefined {
  if (!unattended) return undefined
  if (policy.unattended === 'refused')
    return { reason: `the policy of ${environment} refuses unattended runs`, contacts: [] }
  return policy.unattended === 'not-destructive' && step.danger === 'destructive'
    ? { reason: `${step.id} is destructive: in ${environment} a person has to run it`, contacts: [] }
    : undefined
}

/** Stops before a step that the operator may not act on; they can look, and hand over. */
export async function holdBack(action: Action, session: Session): Promise<Onward | undefined> {
  for (const step of stepsOf(action, session)) {
    const barred = session.access.barred(step)
    if (!barred) continue
    session.commit()
    return await session.operator.barred(step, barred, session)
  }
  return undefined
}

function stepsOf(action: Action, session: Session): Step[] {
  if (action.kind === 'settle' || action.kind === 'failed' || action.kind === 'roll-back')
    return [action.step]
  if (action.kind !== 'execute') return []
  if (action.node.kind === 'step') return [action.node]
  if (action.node.kind !== 'parallel') return []
  return action.node.steps.filter(({ id }) => stepState(session.state, id).status === 'pending')
}
