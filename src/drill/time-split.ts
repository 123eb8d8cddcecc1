import type { JournalEvent } from '../model/event.ts'

type Span = { from: number; to: number }

/**
 * How much of a span of time machines did not work, from the journal: a person was thinking or typing, or the run was paused.
 * Milliseconds.
 */
export function humanTime(events: readonly JournalEvent[], from: number, to: number): number {
  return events
    .map((event, index) => personsSpan(event, events[index - 1], events.slice(index + 1)))
    .reduce((total, span) => total + Math.max(0, Math.min(span.to, to) - Math.max(span.from, from)), 0)
}

function personsSpan(
  event: JournalEvent,
  before: JournalEvent | undefined,
  after: readonly JournalEvent[],
): Span {
  const at = Date.parse(event.at)
  if ('waitedMs' in event && !('by' in event && event.by !== 'person'))
    return { from: at - event.waitedMs, to: at }
  // These answers do not say how long they were thought about: it was since the line before them.
  const asked = before === undefined ? at : Date.parse(before.at)
  if (
    event.event === 'rollback-started' ||
    event.event === 'rollback-abandoned' ||
    (event.event === 'step-skipped' && event.by === 'person')
  )
    return { from: asked, to: at }
  if (event.event !== 'run-paused') return { from: at, to: at }
  const resumed = after.find(({ event: name }) => name === 'run-resumed')
  return { from: asked, to: resumed === undefined ? Number.POSITIVE_INFINITY : Date.parse(resumed.at) }
}
