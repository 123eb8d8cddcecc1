import type { JournalEvent } from '../model/event.ts'

/** How much of a span of time a person was thinking or typing, from the prompts that were answered in it. Milliseconds. */
export function humanTime(events: readonly JournalEvent[], from: number, to: number): number {
  let total = 0
  for (const event of events) {
    if (!('waitedMs' in event) || ('by' in event && event.by !== 'person')) continue
    const until = Date.parse(event.at)
    total += Math.max(0, Math.min(until, to) - Math.max(until - event.waitedMs, from))
  }
  return total
}
