import type { Plan } from '../document/plan.ts'
import type { Person } from '../model/contact.ts'
import { isEligible } from '../model/permission.ts'
import type { Eligible } from '../model/permission.ts'
import type { Duty, OnCall } from '../model/on-call/rota.ts'
import { wallTime } from '../model/on-call/wall-time.ts'

/** Who is on call now for a service, and how to reach them; what the plan says wrong is said, not hidden. */
export async function onCallLines(plan: Plan, service: string, atMs: number): Promise<string[]> {
  const { onCallAt, schedulesFor } = await import('../model/on-call/rota.ts')
  const wanted = schedulesFor(plan.contacts, service)
  if (wanted.length === 0) return []
  try {
    return onCallAt(plan.contacts, atMs)
      .filter(({ schedule }) => wanted.includes(schedule))
      .flatMap((onCall) => [`${onCall.title}:`, `  ${dutyLine(plan, onCall, onCall.now)}`])
  } catch (error) {
    return [`Who is on call cannot be computed: ${error instanceof Error ? error.message : String(error)}`]
  }
}

/** `Maria Keller until Mon 2026-11-23 09:00 (Europe/Berlin): voice +1…`. */
export function dutyLine({ contacts }: Plan, { timeZone }: OnCall, { user, toMs }: Duty): string {
  const until = `until ${wallTime(toMs, timeZone)} (${timeZone})`
  if (user === undefined) return `NOBODY ${until}`
  const person = contacts.people[user]
  return person ? `${person.name} ${until}: ${methodsOf(person)}` : `${user} ${until}`
}

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
