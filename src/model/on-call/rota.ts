import type { Contacts, OnCallSchedule } from '../contact.ts'
import { beginningOf, shiftsOf } from './turns.ts'
import type { Shift, Stretch } from './turns.ts'

/** One person's time on call. Without `user` it is a gap: nobody is. `sources` are its layers, or why there is an override. */
export type Duty = Stretch & { user?: string; sources: string[] }

/** Who is on call in a schedule now, until when, and who is next. */
export type OnCall = { schedule: string; title: string; timeZone: string; now: Duty; next?: Duty }

const DAY_MS = 86_400_000
/** Longer than most turns, so that the beginning of one is found at the first look. */
const LOOK_BACK_DAYS = 32
/** How far ahead who is on call is computed. */
export const HORIZON_DAYS = 90

/**
 * Who is on call in a schedule at every moment between two instants: without holes, gaps included, neighbours who are the same
 * person joined: no telephone is handed over between them. Overrides win over layers, a later override over an earlier; then the greatest priority, then
 * the layer that stands first. Throws NoSuchTime for a wall time that does not exist; `brokenTimes` finds those beforehand.
 */
export function rota(schedule: OnCallSchedule, within: Stretch): Duty[] {
  const shifts = byPrecedence(schedule, within)
  const edges = new Set([within.fromMs])
  for (const { fromMs, toMs } of shifts)
    for (const edge of [fromMs, toMs]) if (edge > within.fromMs && edge < within.toMs) edges.add(edge)
  const starts = [...edges].sort((a, b) => a - b)
  return joined(
    starts.map((fromMs, index): Duty => {
      const toMs = starts[index + 1] ?? within.toMs
      const shift = shifts.find((one) => one.fromMs <= fromMs && fromMs < one.toMs)
      return { fromMs, toMs, ...(shift ? { user: shift.user, sources: [shift.source] } : { sources: [] }) }
    }),
  )
}

type Sourced = Shift & { source: string }

function byPrecedence({ layers, overrides, timeZone }: OnCallSchedule, within: Stretch): Sourced[] {
  const changed = overrides.toReversed().map(({ user, from, to, reason }) => ({
    user,
    fromMs: Date.parse(from),
    toMs: Date.parse(to),
    source: reason === undefined ? 'override' : `override: ${reason}`,
  }))
  const regular = layers
    .toSorted((a, b) => b.priority - a.priority)
    .flatMap((layer) => shiftsOf(layer, timeZone, within).map((shift) => ({ ...shift, source: layer.name })))
  return [...changed, ...regular]
}

function joined(duties: readonly Duty[]): Duty[] {
  const result: Duty[] = []
  for (const duty of duties) {
    const last = result.at(-1)
    if (last && last.user === duty.user) {
      last.toMs = duty.toMs
      last.sources = [...new Set([...last.sources, ...duty.sources])]
    } else result.push({ ...duty })
  }
  return result
}

/** The next 90 days (or `days`) of one schedule, the duty at `atMs` from its beginning on, however long ago that is. */
export function rotaFrom(schedule: OnCallSchedule, atMs: number, days = HORIZON_DAYS): Duty[] {
  const earliestMs = Math.min(atMs, scheduleBeginning(schedule))
  for (let back = LOOK_BACK_DAYS * DAY_MS; ; back *= 2) {
    const fromMs = Math.max(atMs - back, earliestMs)
    const duties = rota(schedule, { fromMs, toMs: atMs + days * DAY_MS }).filter(({ toMs }) => toMs > atMs)
    const cut = duties.some((duty) => duty.fromMs === fromMs)
    if (!cut || fromMs === earliestMs) return duties
  }
}

/** Before it nobody was ever on call. */
function scheduleBeginning({ layers, overrides, timeZone }: OnCallSchedule): number {
  return Math.min(
    ...layers.map((layer) => beginningOf(layer, timeZone)),
    ...overrides.map(({ from }) => Date.parse(from)),
  )
}

/** Who is on call in every schedule at an instant (ms). */
export function onCallAt(contacts: Pick<Contacts, 'schedules'>, atMs: number): OnCall[] {
  return Object.entries(contacts.schedules).map(([id, schedule]) => {
    const [now, next] = rotaFrom(schedule, atMs)
    if (!now) throw new Error(`the rota of ${id} is empty`)
    return {
      schedule: id,
      title: schedule.title,
      timeZone: schedule.timeZone,
      now,
      ...(next ? { next } : {}),
    }
  })
}

/** The schedules that the escalation of a service calls first, in its order; those of all its policies. */
export function schedulesFor({ policies }: Pick<Contacts, 'policies'>, service: string): string[] {
  const targets = Object.values(policies)
    .filter(({ services }) => services.includes(service))
    .flatMap(({ levels }) => levels.flatMap((level) => level.targets))
  return [...new Set(targets.flatMap(({ kind, id }) => (kind === 'schedule' ? [id] : [])))]
}

/** The stretches in which nobody is on call. */
export function gapsIn(duties: readonly Duty[]): Duty[] {
  return duties.filter((duty) => duty.user === undefined)
}
