import ical from 'ical-generator'
import type { Plan } from '../../document/plan.ts'
import { rotaFrom } from '../../model/on-call/rota.ts'
import { showPerson } from './people.ts'
import type { Audience, ShownPerson } from './people.ts'
import { personName } from './plan.ts'

/** A file that stands beside the pages: `path` from the root of the site. */
export type SiteFile = { path: string; text: string }

export function calendarPath(schedule: string): string {
  return `contacts/${schedule}.ics`
}

export function cardPath(person: string): string {
  return `contacts/${person}.vcf`
}

/** A calendar for each schedule, and a card for each person whose numbers this build may show. */
export function contactFiles(plan: Plan, audience: Audience, nowMs: number): SiteFile[] {
  const people = Object.entries(plan.contacts.people).map(([id, person]) =>
    showPerson(plan.contacts, id, person, audience),
  )
  return [
    ...Object.keys(plan.contacts.schedules).map((id) => ({
      path: calendarPath(id),
      text: calendar(plan, id, nowMs),
    })),
    ...people
      .filter(({ methods }) => methods.length > 0)
      .map((person) => ({ path: cardPath(person.id), text: vcard(person) })),
  ]
}

function calendar({ contacts }: Plan, id: string, nowMs: number): string {
  const schedule = contacts.schedules[id]
  if (!schedule) throw new Error(`no schedule ${id}`)
  const { title, timeZone } = schedule
  const made = new Date(nowMs)
  const events = rotaFrom(schedule, nowMs).map(({ user, fromMs, toMs, sources }) => ({
    id: `${id}-${fromMs}@drillbook`,
    start: new Date(fromMs),
    end: new Date(toMs),
    stamp: made,
    summary: user === undefined ? `NOBODY: ${title}` : `${personName(contacts, user)}: ${title}`,
    description: `${sources.join(', ') || 'No layer covers this time'}. Handoffs are in ${timeZone}. Computed ${made.toISOString()}.`,
  }))
  return ical({ name: title, prodId: { company: 'Drillbook', product: 'on-call' }, events }).toString()
}

/** A card of version 3.0, which every address book of the last twenty years reads. */
function vcard({ name, title, roles, timeZone, methods }: ShownPerson): string {
  const words = name.split(' ')
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `FN:${escaped(name)}`,
    `N:${escaped(words.slice(1).join(' '))};${escaped(words[0] ?? '')};;;`,
    ...(title === undefined ? [] : [`TITLE:${escaped(title)}`]),
    ...new Set(methods.flatMap(property)),
    `NOTE:${escaped(`${roles.join(', ')}. Time zone ${timeZone}.`)}`,
    'END:VCARD',
  ]
  return lines.map((line) => `${folded(line)}\r\n`).join('')
}

function property({ kind, value }: ShownPerson['methods'][number]): string[] {
  if (kind === 'email') return [`EMAIL;TYPE=WORK:${escaped(value)}`]
  if (kind === 'chat') return [`X-CHAT:${escaped(value)}`]
  // A number that is called and texted is one number of the address book.
  return [`TEL;TYPE=${kind === 'satellite' ? 'OTHER' : 'CELL'}:${escaped(value)}`]
}

function escaped(text: string): string {
  return text.replaceAll(/[\\;,]/g, String.raw`\$&`).replaceAll(/\r?\n/g, String.raw`\n`)
}

const LINE_BYTES = 75

/** RFC 2426: a line is at most 75 bytes, and goes on after a line end and a space; no character is cut. */
function folded(line: string): string {
  let text = ''
  let bytes = 0
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (bytes + size > LINE_BYTES) {
      text += '\r\n '
      bytes = 1
    }
    text += character
    bytes += size
  }
  return text
}
