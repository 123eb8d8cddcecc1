import { Temporal } from 'temporal-polyfill'

/** A wall time of the plan that its day does not have: clocks went forward over it. */
export class NoSuchTime extends Error {
  constructor(wall: Temporal.PlainDateTime, zone: string) {
    super(
      `${wall.toPlainTime().toString({ smallestUnit: 'minute' })} does not exist on ${day(wall)} in ${zone}`,
    )
    this.name = 'NoSuchTime'
  }
}

function day(wall: Temporal.PlainDateTime): string {
  return wall.toPlainDate().toString()
}

/** The instant (ms) of a wall time such as `09:00`. Ambiguous: its first occurrence. Nonexistent: NoSuchTime. */
export function instantOf(date: Temporal.PlainDate, time: string, zone: string): number {
  const wall = date.toPlainDateTime(time)
  const zoned = wall.toZonedDateTime(zone, { disambiguation: 'earlier' })
  if (!zoned.toPlainDateTime().equals(wall)) throw new NoSuchTime(wall, zone)
  return zoned.epochMilliseconds
}

/** The date that people in the zone write at an instant (ms). */
export function dateAt(instantMs: number, zone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(zone).toPlainDate()
}

/** A part of the calendar that clocks skip: every wall time with `from <= wall < to`. */
export type Gap = { from: Temporal.PlainDateTime; to: Temporal.PlainDateTime }

/** Where clocks of the zone go forward between two dates. */
export function gapsBetween(from: Temporal.PlainDate, to: Temporal.PlainDate, zone: string): Gap[] {
  const gaps: Gap[] = []
  const end = to.toZonedDateTime(zone)
  let at = from.subtract({ days: 1 }).toZonedDateTime(zone).getTimeZoneTransition('next')
  while (at && Temporal.ZonedDateTime.compare(at, end) < 0) {
    const before = at.subtract({ milliseconds: 1 })
    const skipped = at.offsetNanoseconds - before.offsetNanoseconds
    if (skipped > 0) {
      const after = at.toPlainDateTime()
      gaps.push({ from: after.subtract({ nanoseconds: skipped }), to: after })
    }
    at = at.getTimeZoneTransition('next')
  }
  return gaps
}
