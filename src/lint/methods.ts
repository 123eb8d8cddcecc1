import type { ContactMethod } from '../model/contact.ts'
import type { Place } from '../model/runbook.ts'
import type { Project } from './rule.ts'

export type MethodInPlan = {
  name: string
  method: ContactMethod
  /** Where one of its values stands. */
  place: (key: keyof ContactMethod) => Place
}

/** Every way of reaching a person, a vendor or a regulator. */
export function contactMethods({ plan, locate }: Project): MethodInPlan[] {
  const { people, vendors, regulators } = plan.contacts
  const groups: Record<string, Record<string, { name: string; methods: ContactMethod[] }>> = {
    people,
    vendors,
    regulators,
  }
  return Object.entries(groups).flatMap(([group, entries]) =>
    Object.entries(entries).flatMap(([id, { name, methods }]) =>
      methods.map((method, index) => ({
        name,
        method,
        place: (key: keyof ContactMethod) => locate('contacts', [group, id, 'methods', index, key]),
      })),
    ),
  )
}
