import type { IncidentEvent } from '../model/incident-event.ts'

/** One event of an incident as a line for people: when it happened, how well that is known, and what. */
export function describeIncidentEvent(event: IncidentEvent): string {
  const mark = event.precision === 'exact' ? ' ' : '~'
  const time = `${mark}${event.occurredAt.slice(0, 19).replace('T', ' ')}`
  const by = event.actor === event.operator ? '' : ` (${event.actor})`
  return `${String(event.seq).padStart(4)}  ${time}  ${sentence(event)}${by}`
}

function sentence(event: IncidentEvent): string {
  switch (event.event) {
    case 'declared':
      return `declared ${event.severity}: ${event.title}`
    case 'severity_changed':
      return `severity ${event.from} → ${event.to}: ${event.text}`
    case 'role_assumed':
      return `${event.person} is ${event.role}${event.from === null ? '' : `, from ${event.from}`}`
    case 'role_released':
      return `${event.person} gave up ${event.role}${event.to === null ? '' : ` to ${event.to}`}`
    case 'run_attached':
      return `run ${event.run} attached at line ${event.line}`
    case 'run_detached':
      return `run ${event.run} detached: ${event.text}`
    case 'update_promised':
      return `next update to ${event.audience} promised for ${event.dueAt.slice(0, 16).replace('T', ' ')}`
    case 'clock_started':
      return `clock ${event.regulation} started by ${event.basis}: ${event.text}`
    case 'clock_stopped':
      return `clock ${event.regulation} ${event.notice ?? ''} ended, ${event.reason.replaceAll('_', ' ')}: ${event.text}`
    case 'message_rendered':
      return `message ${event.message} to ${event.audience} by ${event.channels.join(', ')}: ${event.subject}`
    case 'message_sent':
      return `message ${event.message} left by ${event.channel}, attempt ${event.attempt}: ${event.receipt}`
    case 'message_failed':
      return `message ${event.message} did not leave by ${event.channel}, attempt ${event.attempt}: ${event.text}`
    case 'message_retried':
      return `message ${event.message} by ${event.channel}: another attempt was asked for`
    case 'message_abandoned':
      return `message ${event.message} by ${event.channel} given up: ${event.text}`
    case 'note':
      return event.text
    case 'hypothesis':
      return `hypothesis, ${event.state}: ${event.text}`
    default:
      return `${event.event.replaceAll('_', ' ')}: ${event.text}`
  }
}
