import { foldAll } from '../../journal/fold.ts'
import type { RunState, StepState } from '../../journal/fold.ts'
import type { JournalEvent } from '../../model/event.ts'

/** What the site knows of a runbook: the estimates of one version of it. */
export type Catalog = Record<
  string,
  { digest: string; nodes: Record<string, { title: string; expectMs?: number }> }
>

export type Span = { who: 'human' | 'machine' | 'rollback'; fromMs: number; toMs: number }

export type StoryRow = {
  id: string
  title: string | undefined
  step: StepState
  spans: Span[]
  expectMs: number | undefined
  notes: string[]
}

export type Story = {
  state: RunState
  rows: StoryRow[]
  totalMs: number
  /** Time in which a person was asked, and time in which a step or its rollback ran. */
  humanMs: number
  machineMs: number
  notes: string[]
  /** Why estimates are missing or not to be trusted; empty when they are of this very version. */
  estimates: 'same' | 'other version' | 'unknown'
}

/** A journal as the rows of a timeline. Times are from the run's first line, by the machine's clock. */
export function storyOf(events: readonly JournalEvent[], catalog: Catalog): Story {
  const state = foldAll(events)
  const known = catalog[state.runbook]
  const start = Date.parse(state.startedAt)
  const rows = [...state.steps].map(([id, step]): StoryRow => ({
    id,
    title: known?.nodes[id]?.title,
    step,
    spans: spansOf(id, events, start),
    expectMs: known?.nodes[id]?.expectMs,
    notes: events.flatMap((event) => (event.event === 'note-added' && event.step === id ? [event.text] : [])),
  }))
  return {
    state,
    rows,
    totalMs: Math.max(1, Date.parse(state.lastAt) - start),
    humanMs: total(rows, 'human'),
    machineMs: total(rows, 'machine') + total(rows, 'rollback'),
    notes: events.flatMap((event) =>
      event.event === 'note-added' && event.step === undefined ? [event.text] : [],
    ),
    estimates: !known ? 'unknown' : known.digest === state.digest ? 'same' : 'other version',
  }
}

function total(rows: readonly StoryRow[], who: Span['who']): number {
  return rows
    .flatMap(({ spans }) => spans)
    .filter((span) => span.who === who)
    .reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
}

function spansOf(id: string, events: readonly JournalEvent[], start: number): Span[] {
  const spans: Span[] = []
  let begun: number | undefined
  for (const event of events) {
    if (!('step' in event) || event.step !== id) continue
    const now = Date.parse(event.at) - start
    switch (event.event) {
      case 'step-confirmed':
      case 'decision-made':
        if (event.by === 'person') spans.push({ who: 'human', fromMs: now - event.waitedMs, toMs: now })
        break
      case 'approval-given':
        spans.push({ who: 'human', fromMs: now - event.waitedMs, toMs: now })
        break
      case 'step-started':
      case 'step-rollback-started':
        begun = now
        break
      case 'step-finished':
      case 'step-rollback-finished':
        if (begun !== undefined)
          spans.push({
            who: event.event === 'step-finished' ? 'machine' : 'rollback',
            fromMs: begun,
            toMs: Math.max(begun, now),
          })
        begun = undefined
        break
      default:
    }
  }
  return spans
}
