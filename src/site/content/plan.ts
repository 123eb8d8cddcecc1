import { loadPlan } from '../../document/plan.ts'
import type { Plan } from '../../document/plan.ts'
import type { Contacts } from '../../model/contact.ts'
import type { Problem } from '../../model/problem.ts'
import { OperatorError } from '../../model/problem.ts'

/**
 * The plan. Files that cannot be read fail the build; references that lead nowhere do not, because a page with a gap is worth
 * more on the day than no page (`npm run check` refuses them): they come back as `problems`.
 */
export function readPlan(root: string): { plan: Plan; problems: Problem[] } {
  const { plan, problems } = loadPlan(root)
  if (!plan) throw new OperatorError('failed', problems)
  return { plan, problems }
}

/** The name of a person, or the id as it stands when nobody has it. */
export function personName(contacts: Contacts, id: string): string {
  return contacts.people[id]?.name ?? id
}
