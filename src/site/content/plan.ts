import { loadPlan } from '../../document/plan.ts'
import type { LoadedPlan, Plan } from '../../document/plan.ts'
import type { Contacts } from '../../model/contact.ts'
import { OperatorError } from '../../model/problem.ts'
import { onceInABuild } from './once.ts'

/** The plan. Anything wrong with it fails the build: a page that names somebody who is not there is found on the day. */
export const readPlan = onceInABuild((root: string): { plan: Plan; locate: LoadedPlan['locate'] } => {
  const { plan, problems, locate } = loadPlan(root)
  if (!plan || problems.length > 0) throw new OperatorError('failed', problems)
  return { plan, locate }
})

/** The name of a person, or the id as it stands when nobody has it. */
export function personName(contacts: Contacts, id: string): string {
  return contacts.people[id]?.name ?? id
}
