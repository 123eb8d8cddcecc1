import type { Plan } from '../document/plan.ts'
import { onCallAt, schedulesFor } from '../model/on-call/rota.ts'
import type { Duty, OnCall } from '../model/on-call/rota.ts'
import { wallTime } from '../model/on-call/wall-time.ts'
import { methodsOf } from './contacts.ts'

/** Who is on call now for a service, and how to reach them; what the plan says wrong is said, not hidden. */
export function onCallLines(plan: Plan, service: string, atMs: number): string[] {
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
