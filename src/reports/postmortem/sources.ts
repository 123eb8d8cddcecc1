import type { ReadJournal } from '../../journal/read.ts'
import type { JournalEvent } from '../../model/event.ts'

/** One line of a journal, and where it stands: what a row of a timeline is taken from. */
export type Cite = { journal: string; line: number; hash: string }
type Cited = { event: JournalEvent; cite: Cite }

/** A run as a post-mortem sees it. Everything is computed from `lines`. */
export type RunSource = {
  id: string
  lines: Cited[]
  /** Milliseconds that the runbook expected of each step; undefined when the runbook of that run is not known any more. */
  expected: ReadonlyMap<string, number> | undefined
  /** What a fence printed, by its job; undefined when that was not kept. */
  output: (job: string) => string | undefined
}

/** The lines of a journal with their hashes: each line holds that of the one before. */
export function citedLines(journal: string, { events, end }: Pick<ReadJournal, 'events' | 'end'>): Cited[] {
  return events.map((event, index) => ({
    event,
    cite: { journal, line: event.seq, hash: events[index + 1]?.prev ?? end.hash },
  }))
}
