import type { Plan } from '../../document/plan.ts'
import type { ContactMethod, Contacts, Person } from '../../model/contact.ts'
import { peopleWithRole } from '../../model/contact.ts'

/** Who will read the pages; decides which phone numbers are on them. */
export type Audience = 'internal' | 'public'

export type ShownMethod = Pick<ContactMethod, 'kind' | 'value' | 'verifiedAt'> & {
  href?: string
  needs: string[]
}
export type ShownPerson = {
  id: string
  name: string
  title?: string
  roles: string[]
  timeZone: string
  languages: string[]
  backup?: string
  methods: ShownMethod[]
  /** Methods that this build leaves out; they are in the emergency pack. */
  withheld: number
}

export function audienceOf(env: Record<string, string | undefined>): Audience {
  const value = env['DRILLBOOK_AUDIENCE'] ?? 'internal'
  if (value === 'internal' || value === 'public') return value
  throw new Error(`DRILLBOOK_AUDIENCE=${value}: expected internal or public`)
}

function mayShow(person: Person, audience: Audience): boolean {
  return person.privacy === 'public' || (person.privacy === 'internal' && audience === 'internal')
}

export function showPerson(contacts: Contacts, id: string, person: Person, audience: Audience): ShownPerson {
  const shown = mayShow(person, audience)
  return {
    id,
    name: person.name,
    ...(person.title === undefined ? {} : { title: person.title }),
    roles: person.roles,
    timeZone: person.timeZone,
    languages: person.languages,
    ...(person.backup === undefined ? {} : { backup: contacts.people[person.backup]?.name ?? person.backup }),
    methods: shown ? showMethods(person.methods) : [],
    withheld: shown ? 0 : person.methods.length,
  }
}

export function showMethods(methods: readonly ContactMethod[]): ShownMethod[] {
  return methods
    .toSorted((a, b) => a.priority - b.priority)
    .map(({ kind, value, verifiedAt, dependsOn }) => ({
      kind,
      value,
      needs: dependsOn,
      ...hrefOf(kind, value),
      ...(verifiedAt === undefined ? {} : { verifiedAt }),
    }))
}

const PHONE = /^\+[0-9]{6,15}$/

function hrefOf(kind: ContactMethod['kind'], value: string): { href?: string } {
  if (PHONE.test(value)) return { href: kind === 'sms' ? `sms:${value}` : `tel:${value}` }
  return kind === 'email' && value.includes('@') ? { href: `mailto:${value}` } : {}
}

/** Everyone who can act in a role, in the order of the file. */
export function showRole({ contacts }: Plan, role: string, audience: Audience): ShownPerson[] {
  return peopleWithRole(contacts, role).map(([id, person]) => showPerson(contacts, id, person, audience))
}

/** A contact that no file of this build may contain, and where it stands in contacts.yaml. */
export type Withheld = { value: string; path: PropertyKey[] }

export function withheldValues({ contacts }: Plan, audience: Audience): Withheld[] {
  return Object.entries(contacts.people)
    .filter(([, person]) => !mayShow(person, audience))
    .flatMap(([id, person]) =>
      person.methods.map(({ value }, index) => ({ value, path: ['people', id, 'methods', index, 'value'] })),
    )
}
