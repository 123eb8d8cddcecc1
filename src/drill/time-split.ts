import type { JournalEvent } from '../model/event.ts'

type Span = { from: number; to: number }

/**
 * How much of a span of time machines did not work, from the journal: a person was thinking or typing, or the run was paused.
 * Milliseconds.
 */
export function humanTime(events: readonly JournalEvent[], from: number, to: number): number {
  return events
    .map((event, index) => personsSpan(event, events.slice(0, index), events.slice(index + 1)))
    .reduce((total, span) => total + Math.max(0, Math.min(span.to, to) - Math.max(span.from, from)), 0)
}

function personsSpan(
  event: JournalEvent,
  earlier: readonly JournalEvent[],
  after: readonly JournalEvent[],
): Span {
  const at = Date.parse(event.at)
  const before = earlier.findLast(({ event: name }) => name !== 'note-added')
  // Its waiting began with the line before, as that of older journals which do not say it.
  if (event.event !== 'run-paused' && 'waitedMs' in event && !('by' in event && event.by !== 'person'))
    return { from: at - event.waitedMs, to: at }
  const asked = before === undefined ? at : Date.parse(before.at)
  if (isAnswer(event)) return { from: asked, to: at }
  // It ended without a word: nobody worked on it but a supervisor, if a fence was being executed.
  if (event.event === 'run-resumed' && before?.event !== 'run-paused')
    return { from: Math.max(asked, ...endedAlone(earlier, after)), to: at }
  if (event.event !== 'run-paused') return { from: at, to: at }
  const resumed = after.find(({ event: name }) => name === 'run-resumed')
  return { from: asked, to: resumed === undefined ? Number.POSITIVE_INFINITY : Date.parse(resumed.at) }
}

/** An answer that does not say how long it was thought about: it was since the line before, but for notes. */
function isAnswer(event: JournalEvent): boolean {
  if (event.event === 'step-skipped') return event.by === 'person'
  if (event.event === 'fence-finished') return event.found === 'person'
  return event.event === 'rollback-started' || event.event === 'rollback-abandoned'
}

/** When the fences ended that a supervisor went on with, while there was no runner. */
function endedAlone(earlier: readonly JournalEvent[], after: readonly JournalEvent[]): number[] {
  return after.flatMap((event) => {
    if (event.event !== 'fence-finished' || event.found !== 'supervisor' || event.outcome.kind === 'unknown')
      return []
    const begun = earlier.find((other) => other.event === 'fence-started' && other.job === event.job)
    return begun === undefined ? [] : [Date.parse(begun.at) + event.outcome.durationMs]
  })
}
