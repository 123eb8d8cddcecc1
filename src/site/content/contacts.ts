import type { Plan } from '../../document/plan.ts'
import { peopleWithRole } from '../../model/contact.ts'
import type { EscalationTarget } from '../../model/contact.ts'
import type { OnCallLayer } from '../../model/contact.ts'
import { wallTime } from '../../model/on-call/wall-time.ts'
import { calendarPath, cardPath } from './contact-files.ts'
import { rotas, soon } from './on-call.ts'
import type { ShownRota } from './on-call.ts'
import { personName } from './plan.ts'
import { qrOf } from './qr.ts'
import type { Qr } from './qr.ts'
import { lostWhen, without } from './without.ts'
import type { Reachable } from './without.ts'
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

export type ListedPerson = ShownPerson & {
  /** The sets of things that leave no way to this person when all of a set are down. */
  lostWhen: string[][]
  /** The file for an address book; missing when this build shows no number. */
  card?: string
  /** The number that is called first, to be read by a telephone. */
  qr?: Qr & { value: string }
  verified: Verified
}

/** When all ways to someone were last tried, at the time of the build: the oldest counts. */
export type Verified = { on?: string; daysAgo?: number; never: number; isOld: boolean }

export type ContactsPage = {
  audience: Audience
  computedAt: string
  onCall: ShownRota[]
  people: ListedPerson[]
  policies: ShownPolicy[]
  vendors: ShownVendor[]
  regulators: ShownRegulator[]
  /** Everything that a method of this page depends on, and who is left when it is down. */
  canBeDown: { what: string; left: Reachable[] }[]
}

/** A method that nobody tried for longer than this is not to be relied on; the linter's rule is the same. */
const VERIFIED_DAYS = 90
const DAY_MS = 86_400_000

export function contactsPage(plan: Plan, audience: Audience, nowMs: number): ContactsPage {
  const { contacts } = plan
  const people = Object.entries(contacts.people).map(([id, person]) =>
    listed(showPerson(contacts, id, person, audience), nowMs),
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
  const reachable = [...people, ...vendors, ...regulators]
  const needs = new Set(reachable.flatMap((one) => one.methods.flatMap((method) => method.needs)))
  return {
    audience,
    computedAt: wallTime(nowMs, 'UTC'),
    onCall: soon(rotas(plan, audience, nowMs)),
    people,
    vendors,
    regulators,
    policies: Object.keys(contacts.policies).map((id) => showPolicy(plan, id)),
    canBeDown: [...needs].sort().map((what) => ({
      what,
      left: without(
        what,
        reachable.filter(({ methods }) => methods.length > 0),
      ).map(({ id, name, methods }) => ({ id, name, methods })),
    })),
  }
}

/** The page of the next 90 days: the rota of each schedule, and the rules it follows. */
export type OnCallPage = {
  computedAt: string
  schedules: (ShownSchedule & { rota: ShownRota; calendar: string })[]
}

export function onCallPage(plan: Plan, audience: Audience, nowMs: number): OnCallPage {
  const { contacts } = plan
  return {
    computedAt: wallTime(nowMs, 'UTC'),
    schedules: rotas(plan, audience, nowMs).map((rota) => {
      const layers = contacts.schedules[rota.id]?.layers ?? []
      const { id, title, timeZone } = rota
      return { id, title, timeZone, rota, calendar: `/${calendarPath(id)}`, layers: layers.map(showLayer) }
    }),
  }

  function showLayer(layer: OnCallLayer): ShownSchedule['layers'][number] {
    const { name, handoff, start, turn, users, restrictions } = layer
    return {
      name,
      handoff,
      start,
      turn: turn.count === 1 ? turn.unit : `${turn.count} ${turn.unit}s`,
      users: users.map((user) => personName(contacts, user)),
      within: restrictions.map(({ days, from, to }) => `${days?.join(', ') ?? 'every day'} ${from}–${to}`),
    }
  }
}

/** Whom to call in which order, with numbers, on one sheet: the escalation of each policy. */
export type CallTree = { computedAt: string; policies: (ShownPolicy & { calls: Call[][] })[] }
/** One line of a level: a person to call, and why them. */
export type Call = {
  why: string
  until?: string
  person: { name: string; methods: ShownMethod[] } | undefined
}

export function callTree(plan: Plan, audience: Audience, nowMs: number): CallTree {
  const now = new Map(rotas(plan, audience, nowMs).map((rota) => [rota.id, rota]))
  const calls = ({ kind, id, name }: ShownTarget): Call[] => {
    if (kind === 'schedule')
      return (now.get(id)?.duties.slice(0, 3) ?? []).map(({ person, to }) => ({
        why: name,
        until: to,
        person,
      }))
    const people = kind === 'role' ? peopleWithRole(plan.contacts, id).map(([person]) => person) : [id]
    return people.flatMap((person) => {
      const found = plan.contacts.people[person]
      return found ? [{ why: name, person: showPerson(plan.contacts, person, found, audience) }] : []
    })
  }
  return {
    computedAt: wallTime(nowMs, 'UTC'),
    policies: Object.keys(plan.contacts.policies)
      .map((id) => showPolicy(plan, id))
      .map((policy) => ({
        ...policy,
        calls: [
          ...policy.levels.map(({ targets }) => targets),
          ...(policy.fallback ? [[policy.fallback]] : []),
        ].map((targets) => targets.flatMap(calls)),
      })),
  }
}

function listed(person: ShownPerson, nowMs: number): ListedPerson {
  const number = person.methods.find(({ kind }) => kind === 'voice')?.value
  return {
    ...person,
    lostWhen: lostWhen(person.methods),
    verified: verifiedOf(person.methods, nowMs),
    ...(person.methods.length === 0 ? {} : { card: `/${cardPath(person.id)}` }),
    ...(number === undefined ? {} : { qr: { value: number, ...qrOf(number) } }),
  }
}

function verifiedOf(methods: readonly ShownMethod[], nowMs: number): Verified {
  const dates = methods.flatMap(({ verifiedAt }) => verifiedAt ?? []).sort()
  const never = methods.length - dates.length
  const [on] = dates
  if (on === undefined) return { never, isOld: never > 0 }
  const daysAgo = Math.floor((nowMs - Date.parse(on)) / DAY_MS)
  return { on, daysAgo, never, isOld: never > 0 || daysAgo > VERIFIED_DAYS }
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
