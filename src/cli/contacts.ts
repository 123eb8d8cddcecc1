import type { Plan } from '../document/plan.ts'

/** Who to call: those with the step's role first, then those of the service's owner. */
export function contactLines(plan: Plan, service: string, role: string | undefined): string[] {
  const owner = plan.services[service]?.owner
  const roles = [...new Set([role, owner, 'incident-commander'].filter((wanted) => wanted !== undefined))]
  return roles.flatMap((wanted) => {
    const people = Object.values(plan.contacts.people).filter((person) => person.roles.includes(wanted))
    const lines = people.map((person) => {
      const methods = [...person.methods]
        .sort((a, b) => a.priority - b.priority)
        .map((method) => `${method.kind} ${method.value}`)
      return `  ${person.name}: ${methods.join(', ')}`
    })
    return [
      `${wanted}:`,
      ...(lines.length > 0 ? lines : ['  nobody in docs/plan/contacts.yaml has this role']),
    ]
  })
}
