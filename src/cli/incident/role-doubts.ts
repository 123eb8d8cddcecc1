import { suggest } from '../../model/suggest.ts'
import type { IncidentEvent } from '../../model/incident-event.ts'
import type { Io } from '../command.ts'
import { openPlan } from '../project.ts'
import { readable } from '../readable.ts'

/** The roles of an incident; those that people have in contacts.yaml count too, but its commander is called this. */
const ROLES = ['commander', 'scribe', 'communications', 'operator']
const COMMANDERS = 'incident-commander'

/** Anybody may have to take any role, so nobody is refused; what the plan does not name is told, for it may be mistyped. */
export async function tellRoleDoubts(root: string, events: readonly IncidentEvent[], io: Io): Promise<void> {
  const opened = await readable(() => openPlan(root))
  if (!opened) return
  const people = Object.entries(opened.plan.contacts.people)
  const roles = people.flatMap(([, { roles: theirs }]) => theirs).filter((role) => role !== COMMANDERS)
  const ids = people.map(([id]) => id)
  for (const event of events)
    if (event.event === 'role_assumed')
      for (const line of doubts(event, new Set([...ROLES, ...roles]), ids)) io.err(line)
}

function doubts(
  { role, person }: { role: string; person: string },
  roles: ReadonlySet<string>,
  people: readonly string[],
): string[] {
  return [
    ...(roles.has(role)
      ? []
      : [
          `"${role}" is no usual role of an incident, and nobody's in docs/plan/contacts.yaml. ${suggest(role, roles)}`,
        ]),
    ...(people.includes(person)
      ? []
      : [`"${person}" is not in docs/plan/contacts.yaml. ${suggest(person, people)}`]),
  ]
}
