import { Temporal } from 'temporal-polyfill'
import type { OnCallLayer } from '../contact.ts'
import { dateAt, instantOf } from './wall-clock.ts'

/** A stretch of time in milliseconds since 1970, `to` not included. */
export type Stretch = { fromMs: number; toMs: number }
export type Shift = Stretch & { user: string }

const UNIT = { day: 'days', week: 'weeks', month: 'months' } as const
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** The day on which turn `n` begins. Counted from the start, so that a 31st comes back after a short month. */
function turnDate({ start, turn }: OnCallLayer, n: number): Temporal.PlainDate {
  return Temporal.PlainDate.from(start).add({ [UNIT[turn.unit]]: n * turn.count })
}

/** A turn that began on this day or before, and not more than three turns before; negative when the layer had not begun. */
function turnNear({ start, turn }: OnCallLayer, date: Temporal.PlainDate): number {
  const unit = UNIT[turn.unit]
  const passed = Temporal.PlainDate.from(start).until(date, { largestUnit: unit })[unit]
  return Math.floor(passed / turn.count) - 1
}

/** Whether a turn begins on this day. */
export function beginsOn(layer: OnCallLayer, date: Temporal.PlainDate): boolean {
  const near = turnNear(layer, date)
  return [near, near + 1, near + 2].some((n) => n >= 0 && turnDate(layer, n).equals(date))
}

/** The first handoff of a layer (ms). */
export function beginningOf(layer: OnCallLayer, zone: string): number {
  return instantOf(turnDate(layer, 0), layer.handoff, zone)
}

/** Who a layer puts on call between two instants, cut to what its restrictions leave. */
export function shiftsOf(layer: OnCallLayer, zone: string, within: Stretch): Shift[] {
  const turns: Shift[] = []
  const begins = (n: number): number => instantOf(turnDate(layer, n), layer.handoff, zone)
  for (let n = Math.max(0, turnNear(layer, dateAt(within.fromMs, zone))); ; n += 1) {
    const fromMs = begins(n)
    if (fromMs >= within.toMs) break
    const user = layer.users[n % layer.users.length]
    if (user !== undefined) turns.push({ fromMs, toMs: begins(n + 1), user })
  }
  const [first] = turns
  if (!first) return []
  const windows = windowsOf(layer, zone, { ...within, fromMs: Math.max(within.fromMs, first.fromMs) })
  return turns.flatMap(({ user, ...turn }) =>
    common(turn, within)
      .flatMap((part) => (windows ? windows.flatMap((window) => common(part, window)) : [part]))
      .map((part) => ({ ...part, user })),
  )
}

/** The stretches in which the layer is on call; undefined when that is always. */
function windowsOf({ restrictions }: OnCallLayer, zone: string, within: Stretch): Stretch[] | undefined {
  if (restrictions.length === 0) return undefined
  const windows: Stretch[] = []
  const last = dateAt(within.toMs, zone)
  let date = dateAt(within.fromMs, zone).subtract({ days: 1 })
  for (; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 }))
    for (const restriction of restrictions)
      if (appliesOn(restriction, date))
        windows.push({
          fromMs: instantOf(date, restriction.from, zone),
          toMs: instantOf(endsNextDay(restriction) ? date.add({ days: 1 }) : date, restriction.to, zone),
        })
  return windows
}

export function appliesOn({ days }: OnCallLayer['restrictions'][number], date: Temporal.PlainDate): boolean {
  const weekday = WEEKDAYS[date.dayOfWeek - 1]
  return days === undefined || (weekday !== undefined && days.includes(weekday))
}

export function endsNextDay({ from, to }: OnCallLayer['restrictions'][number]): boolean {
  return to <= from
}

function common(a: Stretch, b: Stretch): Stretch[] {
  const fromMs = Math.max(a.fromMs, b.fromMs)
  const toMs = Math.min(a.toMs, b.toMs)
  return fromMs < toMs ? [{ fromMs, toMs }] : []
}
