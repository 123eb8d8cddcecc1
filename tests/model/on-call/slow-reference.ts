import type { OnCallSchedule } from '../../../src/model/contact.ts'

/**
 * Who is on call, found by walking through every minute with nothing but a clock on the wall: no time zone arithmetic, no
 * intervals. Slow, and too simple to be wrong in the same way as the real one.
 */
export type Walk = {
  /** For each minute of the walk, who is on call. */
  users: (string | undefined)[]
  /** Wall times that the clock skipped. */
  skipped: string[]
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

/** `2026-10-25 02:30`, as a clock in the zone shows it. */
function wallClock(zone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
    hourCycle: 'h23',
  })
  return (ms) => format.format(ms)
}

export function walk(schedule: OnCallSchedule, fromMs: number, toMs: number): Walk {
  const clock = wallClock(schedule.timeZone)
  const layers = schedule.layers.map((layer) => new LayerWalk(layer))
  const users: Walk['users'] = []
  // Three days ahead, so that windows which began before the walk are known.
  for (let ms = fromMs - 3 * DAY_MS; ms < toMs; ms += MINUTE_MS) {
    const wall = clock(ms)
    for (const layer of layers) layer.tick(wall)
    if (ms >= fromMs) users.push(overridden(schedule, ms) ?? regular(layers))
  }
  return { users, skipped: layers.flatMap((layer) => layer.skipped) }
}

function overridden({ overrides }: OnCallSchedule, ms: number): string | undefined {
  return overrides.findLast(({ from, to }) => Date.parse(from) <= ms && ms < Date.parse(to))?.user
}

function regular(layers: readonly LayerWalk[]): string | undefined {
  let best: LayerWalk | undefined
  for (const layer of layers)
    if (layer.user !== undefined && (best === undefined || layer.priority > best.priority)) best = layer
  return best?.user
}

type Layer = OnCallSchedule['layers'][number]

/** One layer: it hands over when the clock shows the time of the next handoff, and opens and closes windows likewise. */
class LayerWalk {
  readonly skipped: string[] = []
  readonly priority: number
  readonly #layer: Layer
  #turn = -1
  #open = new Set<string>()
  #day = ''
  #awaited: { wall: string; then: () => void }[] = []
  #next: string
  #first: string | undefined

  constructor(layer: Layer) {
    this.#layer = layer
    this.priority = layer.priority
    this.#next = handoff(layer, 0)
  }

  get user(): string | undefined {
    if (this.#turn < 0 || (this.#layer.restrictions.length > 0 && this.#open.size === 0)) return undefined
    return this.#layer.users[this.#turn % this.#layer.users.length]
  }

  tick(wall: string): void {
    this.#first ??= wall
    this.#newDays(wall.slice(0, 10))
    while (wall >= this.#next) {
      if (wall > this.#next) this.#missed(this.#next)
      this.#turn += 1
      this.#next = handoff(this.#layer, this.#turn + 1)
    }
    const due = this.#awaited.filter((one) => one.wall <= wall)
    this.#awaited = this.#awaited.filter((one) => one.wall > wall)
    for (const { wall: wanted, then } of due) {
      if (wanted !== wall) this.#missed(wanted)
      then()
    }
  }

  /** What was due before the walk began was not skipped; neither is a window of days before the layer. */
  #missed(wanted: string): void {
    const dayBefore = plusDays(this.#layer.start, -1)
    if (this.#first !== undefined && wanted >= this.#first && wanted >= dayBefore) this.skipped.push(wanted)
  }

  /** The windows of a new day, and of days that the calendar left out, are waited for. */
  #newDays(day: string): void {
    // Where clocks go back at midnight a day comes again: its windows are waited for once.
    if (day <= this.#day) return
    const days = this.#day === '' ? [day] : daysAfter(this.#day, day)
    this.#day = day
    for (const one of days)
      for (const [index, restriction] of this.#layer.restrictions.entries())
        this.#await(one, index, restriction)
  }

  #await(day: string, index: number, { days, from, to }: Layer['restrictions'][number]): void {
    const weekday = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()]
    if (days && weekday && !days.includes(weekday)) return
    const key = `${day} ${index}`
    this.#awaited.push(
      { wall: `${day} ${from}`, then: () => this.#open.add(key) },
      { wall: `${to <= from ? plusDays(day, 1) : day} ${to}`, then: () => this.#open.delete(key) },
    )
  }
}

function daysAfter(last: string, day: string): string[] {
  const days: string[] = []
  for (let next = plusDays(last, 1); next <= day; next = plusDays(next, 1)) days.push(next)
  return days
}

function plusDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10)
}

function handoff({ start, turn: { unit, count }, handoff: time }: Layer, n: number): string {
  if (unit === 'month') return `${plusMonths(start, n * count)} ${time}`
  return `${plusDays(start, n * count * (unit === 'week' ? 7 : 1))} ${time}`
}

function plusMonths(day: string, count: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month + count, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 + count, Math.min(date, last))).toISOString().slice(0, 10)
}
