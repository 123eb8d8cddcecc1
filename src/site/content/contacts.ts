import type { Plan } from '../../document/plan.ts'
import { peopleWithRole } from '../../model/contact.ts'
import type { EscalationTarget } from '../../model/contact.ts'
import { personName } from './plan.ts'
import { showMethods, showPerson } from './people.ts'
import type { Audience, ShownMethod, ShownPerson } from './people.ts'

type ShownLevel = { targets: ShownTarget[]; delayMs: number; channels: string[]; ackRequired: boolean }
export type ShownTarget = { kind: EscalationTarget['kind']; id: string; name: string; people: string[] }
export type ShownPolicy = {
  id: string
  title: string
  services: string[]
  levels: ShownLevel[]
  repeat: number
  fallback?: ShownTarget
}
export type ShownSchedule = {
  id: string
  title: string
  timeZone: string
  layers: { name: string; turn: string; handoff: string; start: string; users: string[]; within: string[] }[]
}
export type ShownVendor = {
  id: string
  name: string
  provides: string
  supportId?: string
  contract?: string
  sla?: string
  methods: ShownMethod[]
}
export type ShownRegulator = {
  id: string
  name: string
  jurisdiction: string
  deadlines: { notice: string; withinMs: number; from: string; source: string; asOf: string }[]
  methods: ShownMethod[]
}

export type ContactsPage = {
  audience: Audience
  people: ShownPerson[]
  policies: ShownPolicy[]
  schedules: ShownSchedule[]
  vendors: ShownVendor[]
  regulators: ShownRegulator[]
  /** Everything that a method of this page depends on. */
  canBeDown: string[]
}

export function contactsPage(plan: Plan, audience: Audience): ContactsPage {
  const { contacts } = plan
  const people = Object.entries(contacts.people).map(([id, person]) =>
    showPerson(contacts, id, person, audience),
  )
  const vendors = Object.entries(contacts.vendors).map(
    ([id, { name, provides, supportId, contract, sla, methods }]) => ({
      id,
      name,
      provides,
      methods: showMethods(methods),
      ...withText({ supportId, contract, sla }),
    }),
  )
  const regulators = Object.entries(contacts.regulators).map(
    ([id, { name, jurisdiction, deadlines, methods }]) => ({
      id,
      name,
      jurisdiction,
      methods: showMethods(methods),
      deadlines: deadlines.map(({ within, ...rest }) => ({ ...rest, withinMs: within })),
    }),
  )
  const methods = [...people, ...vendors, ...regulators].flatMap((one) => one.methods)
  return {
    audience,
    people,
    vendors,
    regulators,
    policies: Object.keys(contacts.policies).map((id) => showPolicy(plan, id)),
    schedules: Object.entries(contacts.schedules).map(([id, schedule]) => ({
      id,
      title: schedule.title,
      timeZone: schedule.timeZone,
      layers: schedule.layers.map((layer) => ({
        name: layer.name,
        handoff: layer.handoff,
        start: layer.start,
        turn: layer.turn.count === 1 ? layer.turn.unit : `${layer.turn.count} ${layer.turn.unit}s`,
        users: layer.users.map((user) => personName(contacts, user)),
        within: layer.restrictions.map(
          ({ days, from, to }) => `${days?.join(', ') ?? 'every day'} ${from}–${to}`,
        ),
      })),
    })),
    canBeDown: [...new Set(methods.flatMap((method) => method.needs))].sort(),
  }
}

function withText<T extends Record<string, string | undefined>>(values: T): { [key in keyof T]?: string } {
  const present: { [key in keyof T]?: string } = {}
  for (const key in values) if (values[key] !== undefined) present[key] = values[key]
  return present
}

function showPolicy(plan: Plan, id: string): ShownPolicy {
  const policy = plan.contacts.policies[id]
  if (!policy) throw new Error(`no policy ${id}`)
  const { title, services, levels, repeat, fallback } = policy
  return {
    id,
    title,
    repeat,
    services: services.map((service) => plan.services[service]?.title ?? service),
    levels: levels.map(({ targets, delay, channels, ackRequired }) => ({
      targets: targets.map((target) => showTarget(plan, target)),
      delayMs: delay,
      channels,
      ackRequired,
    })),
    ...(fallback ? { fallback: showTarget(plan, fallback) } : {}),
  }
}

function showTarget({ contacts }: Plan, { kind, id }: EscalationTarget): ShownTarget {
  if (kind === 'person') return { kind, id, name: personName(contacts, id), people: [] }
  if (kind === 'role') {
    const people = peopleWithRole(contacts, id).map(([, person]) => person.name)
    return { kind, id, name: `everyone with the role ${id}`, people }
  }
  const schedule = contacts.schedules[id]
  const people = [...new Set(schedule?.layers.flatMap((layer) => layer.users) ?? [])].map((user) =>
    personName(contacts, user),
  )
  return { kind, id, name: `on call: ${schedule?.title ?? id}`, people }
}
