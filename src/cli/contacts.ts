import type { Plan } from '../document/plan.ts'
import type { Person } from '../model/contact.ts'
import { isEligible } from '../model/permission.ts'
import type { Eligible } from '../model/permission.ts'

/** Who to call: those with the step's role first, then those of the service's owner. */
export function contactLines(plan: Plan, service: string, role: string | undefined): string[] {
  const owner = plan.services[service]?.owner
  const roles = [...new Set([role, owner, 'incident-commander'].filter((wanted) => wanted !== undefined))]
  return roles.flatMap((wanted) => {
    const people = Object.values(plan.contacts.people).filter((person) => person.roles.includes(wanted))
    const lines = people.map((person) => `  ${person.name}: ${methodsOf(person)}`)
    return [
      `${wanted}:`,
      ...(lines.length > 0 ? lines : ['  nobody in docs/plan/contacts.yaml has this role']),
    ]
  })
}

/** Everyone who has one of the roles, the first way to reach them first. */
export function eligibleLines(plan: Plan): (eligible: Eligible, except?: string) => string[] {
  return (eligible, except) =>
    eligible === 'anyone'
      ? []
      : Object.entries(plan.contacts.people).flatMap(([id, person]) =>
          id !== except && isEligible(eligible, person)
            ? [`  ${person.name} (${id}): ${methodsOf(person)}`]
            : [],
        )
}

export function methodsOf({ methods }: Person): string {
  return [...methods]
    .sort((a, b) => a.priority - b.priority)
    .map((method) => `${method.kind} ${method.value}`)
    .join(', ')
}
