import type { JournalEvent } from '../../model/event.ts'
import { eventSentence } from '../timeline.ts'
import type { Cite, RunSource } from './sources.ts'

/** The moments that metrics are computed between, in the terms of the field. */
export const MOMENTS = [
  ['impact_start', 'Impact began'],
  ['detected', 'Detected'],
  ['paged', 'Paged'],
  ['acked', 'Acknowledged'],
  ['declared', 'Declared'],
  ['mitigated', 'Mitigated'],
  ['service_restored', 'Service restored'],
  ['data_verified', 'Data verified'],
  ['last_good_data', 'Last good data'],
  ['impact_end', 'Impact ended'],
  ['resolved', 'Resolved'],
] as const
export type MomentName = (typeof MOMENTS)[number][0]

/** A row of the timeline. `at` is when it happened, which a line may tell of later. */
export type TimelineRow = {
  at: string
  precision: 'exact' | 'estimated' | 'range'
  actor: string
  kind: string
  what: string
  cite: Cite
  moment: MomentName | undefined
}

/** Every line that says something to people, in the order in which it happened. */
export function timelineOf(rows: readonly TimelineRow[]): TimelineRow[] {
  return rows.toSorted(
    (a, b) =>
      Date.parse(a.at) - Date.parse(b.at) ||
      a.cite.journal.localeCompare(b.cite.journal) ||
      a.cite.line - b.cite.line,
  )
}

export function runRows({ lines }: RunSource): TimelineRow[] {
  return lines.flatMap(({ event, cite }): TimelineRow[] => {
    const what = eventSentence(event)
    if (what === undefined || event.event === 'run-sealed') return []
    const fault = event.event === 'fault-injected'
    return [
      {
        at: fault ? event.faultAt : event.at,
        precision: 'exact',
        actor: event.operator,
        kind: kindOf(event),
        what,
        cite,
        moment: fault ? 'impact_start' : undefined,
      },
    ]
  })
}

/** The kinds of the content model; what it has no word for is a note. */
function kindOf(event: JournalEvent): string {
  switch (event.event) {
    case 'fault-injected':
      return 'impact_start'
    case 'step-started':
      return 'step_started'
    case 'step-finished':
      return event.result === 'done' ? 'step_passed' : 'step_failed'
    case 'step-skipped':
      return 'step_skipped'
    case 'fence-finished':
      return 'command'
    case 'decision-made':
      return 'decision'
    case 'inform-written':
      return /customer|public/.test(event.audience) ? 'comms_external' : 'comms_internal'
    case 'rollback-started':
    case 'rollback-abandoned':
    case 'step-rollback-started':
    case 'step-rollback-finished':
      return 'rollback'
    case 'run-measured':
      return event.measurement.lost === null ? 'note' : 'data_verified'
    default:
      return 'note'
  }
}

/** Of a run the first line counts that names a moment; of an incident the last, because a later telling corrects an earlier one. */
export function momentsOf(
  runs: readonly TimelineRow[],
  incident: readonly TimelineRow[],
): ReadonlyMap<MomentName, TimelineRow> {
  const found = new Map<MomentName, TimelineRow>()
  for (const row of timelineOf(runs)) if (row.moment && !found.has(row.moment)) found.set(row.moment, row)
  for (const row of incident) if (row.moment) found.set(row.moment, row)
  return found
}
