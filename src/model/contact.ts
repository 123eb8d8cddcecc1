import { z } from 'zod'
import { duration } from './duration-schema.ts'

/** People, vendors and regulators; who is called, in which order, and who is on call. */

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case letters, digits and dashes')
const wallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 09:00')

const timeZone = z
  .string()
  .refine(isTimeZone, 'expected an IANA time zone such as Europe/Berlin')
  .describe('An IANA time zone such as Europe/Berlin.')

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** What can be down and takes a way of reaching someone with it. */
const dependency = z
  .string()
  .regex(
    /^(our-infra|idp|chat|internet|carrier:[a-z0-9-]+)$/,
    'expected our-infra, idp, chat, internet or carrier:<name>',
  )

const methodKind = z.enum(['voice', 'sms', 'email', 'chat', 'satellite'])

// The value is not checked here: a typing mistake in a phone number must not keep a runbook from running. `check` finds it.
const method = z.strictObject({
  kind: methodKind,
  value: z.string().describe('A number in E.164 form (+12065550142), an address, or a handle.'),
  carrier: z.string().optional(),
  dependsOn: z
    .array(dependency)
    .default([])
    .describe('What has to be up for this to work: our-infra, idp, chat, internet, carrier:<name>.'),
  priority: z.int().min(1).describe('1 is tried first.'),
  verifiedAt: z.iso.date().optional().describe('When someone was last reached this way.'),
  verifiedBy: z.string().optional().describe('The person who made that test.'),
})
export type ContactMethod = z.infer<typeof method>

const sshKey = z
  .string()
  .regex(
    /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+|sk-[a-z0-9@.-]+) [A-Za-z0-9+/]+={0,2}( \S.*)?$/,
    'expected a public key as in ~/.ssh/id_ed25519.pub',
  )

const person = z.strictObject({
  name: z.string().min(1),
  title: z.string().optional(),
  roles: z.array(name).default([]).describe('What this person can be asked to do in a recovery.'),
  timeZone,
  languages: z.array(z.string().regex(/^[a-z]{2}$/, 'expected a two-letter language such as en')).default([]),
  methods: z.array(method).min(1),
  backup: z.string().optional().describe('The person who stands in.'),
  privacy: z
    .enum(['public', 'internal', 'private'])
    .default('internal')
    .describe(
      'Where the methods may be printed: anywhere, in internal builds, or only in the emergency pack.',
    ),
  sshKeys: z.array(sshKey).default([]).describe('Public keys; approvals are signed with the private half.'),
})
export type Person = z.infer<typeof person>

const vendor = z.strictObject({
  name: z.string().min(1),
  provides: z.string(),
  services: z.array(z.string()).default([]).describe('The services of services.yaml that depend on it.'),
  supportId: z.string().optional(),
  contract: z.string().optional(),
  sla: z.string().optional(),
  methods: z.array(method).min(1),
})

const regulator = z.strictObject({
  name: z.string().min(1),
  jurisdiction: z.string(),
  deadlines: z
    .array(
      z.strictObject({
        notice: z.string().describe('What is due.'),
        within: duration,
        from: z.string().describe('When the clock starts.'),
        source: z.string().describe('Where this is written.'),
        asOf: z.iso.date().describe('When someone last read it there.'),
      }),
    )
    .default([]),
  methods: z.array(method).min(1),
})

const TARGET = /^(person|schedule|role):([a-z][a-z0-9-]*)$/

/** `person:maria-keller`, `schedule:database` or `role:dba`. */
const escalationTarget = z
  .string()
  .regex(TARGET, 'expected person:…, schedule:… or role:…')
  .transform((text): { kind: 'person' | 'schedule' | 'role'; id: string } => {
    const [kind, id = ''] = text.split(':')
    return { kind: kind === 'person' || kind === 'schedule' ? kind : 'role', id }
  })
export type EscalationTarget = z.infer<typeof escalationTarget>

const policy = z.strictObject({
  title: z.string(),
  services: z.array(z.string()).default([]).describe('The services this policy is for.'),
  levels: z
    .array(
      z.strictObject({
        targets: z.array(escalationTarget).min(1),
        delay: duration.default(0).describe('How long the level before it has to answer.'),
        channels: z.array(methodKind).min(1),
        ackRequired: z.boolean().default(true),
      }),
    )
    .min(1),
  repeat: z.int().min(0).default(0).describe('How often the levels are gone through again.'),
  fallback: escalationTarget.optional().describe('Who is called when nobody answered at all.'),
})

const TURN = /^(?:(\d{1,3}) )?(day|week|month)s?$/
export type Turn = { count: number; unit: 'day' | 'week' | 'month' }

/** `week`, `2 weeks`, `3 days`: a calendar unit, so that a turn keeps its wall time when clocks change. */
const turn = z
  .string()
  .regex(TURN, 'expected a calendar unit such as week, 2 weeks or 3 days')
  .refine((text) => !/^0+ /.test(text), 'expected at least one')
  .transform((text): Turn => {
    const [, count, unit] = TURN.exec(text) ?? []
    return { count: Number(count ?? 1), unit: unit === 'day' || unit === 'month' ? unit : 'week' }
  })

const weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])

const restriction = z.strictObject({
  days: z.array(weekday).min(1).optional().describe('Default: every day.'),
  from: wallTime,
  to: wallTime.describe('When it is not after `from`, it is on the next day.'),
})

const layer = z.strictObject({
  name: z.string(),
  start: z.iso.date().describe('The day of the first handoff, in the time zone of the schedule.'),
  turn,
  handoff: wallTime.describe(
    'Wall time of the handoff. Ambiguous: its first occurrence. Nonexistent: refused.',
  ),
  users: z.array(z.string()).min(1).describe('People, in the order of their turns.'),
  restrictions: z
    .array(restriction)
    .default([])
    .describe('The layer is only on call within these; default: always.'),
  priority: z.int().min(1).default(1).describe('Where layers overlap, the greatest priority is on call.'),
})

const schedule = z.strictObject({
  title: z.string(),
  timeZone,
  layers: z.array(layer).min(1),
  overrides: z
    .array(
      z
        .strictObject({
          user: z.string(),
          from: z.iso.datetime({ offset: true }),
          to: z.iso.datetime({ offset: true }),
          reason: z.string().optional(),
        })
        .refine((value) => Date.parse(value.from) < Date.parse(value.to), 'expected `from` before `to`'),
    )
    .default([])
    .describe('Win over every layer; where they overlap, the later one in this list.'),
})

export type OnCallLayer = z.infer<typeof layer>
export type OnCallSchedule = z.infer<typeof schedule>

export const contactsFile = z.strictObject({
  people: z.record(name, person),
  vendors: z.record(name, vendor).default({}),
  regulators: z.record(name, regulator).default({}),
  policies: z.record(name, policy).default({}).describe('Escalation policies.'),
  schedules: z.record(name, schedule).default({}).describe('On-call schedules.'),
})
export type Contacts = z.infer<typeof contactsFile>

/** Everyone who can be asked to act in a role. */
export function peopleWithRole(contacts: Contacts, role: string): [id: string, person: Person][] {
  return Object.entries(contacts.people).filter(([, someone]) => someone.roles.includes(role))
}
