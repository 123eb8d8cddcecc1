import type { ReadJournal } from '../../journal/read.ts'
import type { IncidentEvent } from '../../model/incident-event.ts'
import { MOMENTS } from './rows.ts'
import type { MomentName, TimelineRow } from './rows.ts'

/** What an incident's journal says to people, each line as a row that cites it. */
export function incidentRows(
  journal: string,
  { events, end }: Pick<ReadJournal<IncidentEvent>, 'events' | 'end'>,
): TimelineRow[] {
  return events.map((event, index) => ({
    at: event.occurredAt,
    precision: event.precision,
    actor: event.actor,
    kind: kindOf(event),
    what: sentence(event),
    cite: { journal, line: event.seq, hash: events[index + 1]?.prev ?? end.hash },
    moment: MOMENTS.find(([name]) => name === event.event)?.[0] satisfies MomentName | undefined,
  }))
}

/** The kinds of the content model; bookkeeping of runs, clocks and promises is a note. */
function kindOf(event: IncidentEvent): string {
  if ('comms' in event) return event.comms
  switch (event.event) {
    case 'run_attached':
    case 'run_detached':
    case 'clock_started':
    case 'clock_stopped':
    case 'update_promised':
    case 'reopened':
      return 'note'
    default:
      return event.event
  }
}

function sentence(event: IncidentEvent): string {
  switch (event.event) {
    case 'declared':
      return `declared: ${event.title} (${event.severity})`
    case 'severity_changed':
      return `severity ${event.from} → ${event.to}: ${event.text}`
    case 'role_assumed':
      return `${event.person} took the role ${event.role}${event.from === null ? '' : ` from ${event.from}`}`
    case 'role_released':
      return `${event.person} gave up the role ${event.role}${event.to === null ? '' : ` to ${event.to}`}`
    case 'run_attached':
      return `the run ${event.run} of ${event.runbook} belongs to it`
    case 'update_promised':
      return `promised ${event.audience} the next update by ${event.dueAt}`
    case 'message_rendered':
      return `message to ${event.audience}: ${event.subject}`
    case 'message_sent':
      return `message sent by ${event.channel}`
    case 'message_retried':
      return `message tried again by ${event.channel}`
    case 'clock_stopped':
      return `clock of ${event.regulation} stopped (${event.reason}): ${event.text}`
    case 'clock_started':
      return `clock of ${event.regulation} started: ${event.text}`
    case 'step_started':
    case 'step_passed':
    case 'step_failed':
    case 'step_skipped':
      return `${event.step} of ${event.runbook}, by hand: ${event.text}`
    default:
      return event.text
  }
}
