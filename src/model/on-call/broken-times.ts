import { Temporal } from 'temporal-polyfill'
import type { OnCallLayer, OnCallSchedule } from '../contact.ts'
import { appliesOn, beginsOn, endsNextDay } from './turns.ts'
import { NoSuchTime, gapsBetween } from './wall-clock.ts'
import type { Gap } from './wall-clock.ts'

/** A wall time of a schedule that some day of it does not have. `path` leads to it from the schedule. */
export type BrokenTime = { path: PropertyKey[]; message: string }

/** As far as rules for daylight saving time are worth anything. */
const YEARS = 20

type Named = { path: PropertyKey[]; time: string; isUsedOn: (date: Temporal.PlainDate) => boolean }

/** Every handoff and restriction that clocks skip within 20 years of the start of its layer: each once, at the first such day. */
export function brokenTimes({ layers, timeZone }: OnCallSchedule): BrokenTime[] {
  return layers.flatMap((layer, index) => {
    const start = Temporal.PlainDate.from(layer.start)
    const gaps = gapsBetween(start.subtract({ days: 1 }), start.add({ years: YEARS }), timeZone)
    return timesOf(layer, start).flatMap(({ path, time, isUsedOn }) => {
      const wall = firstSkipped(gaps, time, isUsedOn)
      if (!wall) return []
      return [{ path: ['layers', index, ...path], message: new NoSuchTime(wall, timeZone).message }]
    })
  })
}

function timesOf(layer: OnCallLayer, start: Temporal.PlainDate): Named[] {
  // A window that opened the day before may still be open when the layer begins.
  const opened = start.subtract({ days: 1 })
  const begun = (date: Temporal.PlainDate): boolean => Temporal.PlainDate.compare(date, opened) >= 0
  const handoff = {
    path: ['handoff'],
    time: layer.handoff,
    isUsedOn: (date: Temporal.PlainDate) => beginsOn(layer, date),
  }
  return [
    handoff,
    ...layer.restrictions.flatMap((restriction, index): Named[] => [
      {
        path: ['restrictions', index, 'from'],
        time: restriction.from,
        isUsedOn: (date) => begun(date) && appliesOn(restriction, date),
      },
      {
        path: ['restrictions', index, 'to'],
        time: restriction.to,
        isUsedOn: (date) => {
          const began = endsNextDay(restriction) ? date.subtract({ days: 1 }) : date
          return begun(began) && appliesOn(restriction, began)
        },
      },
    ]),
  ]
}

function firstSkipped(
  gaps: readonly Gap[],
  time: string,
  isUsedOn: Named['isUsedOn'],
): Temporal.PlainDateTime | undefined {
  for (const gap of gaps)
    for (let date = gap.from.toPlainDate(); ; date = date.add({ days: 1 })) {
      const wall = date.toPlainDateTime(time)
      if (Temporal.PlainDateTime.compare(wall, gap.to) >= 0) break
      if (Temporal.PlainDateTime.compare(wall, gap.from) >= 0 && isUsedOn(date)) return wall
    }
  return undefined
}
