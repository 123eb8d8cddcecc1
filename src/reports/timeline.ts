import type { JournalEvent } from '../model/event.ts'
import { formatDuration } from '../model/duration.ts'
import { lacksOutput, reasonOf } from '../model/outcome.ts'

/** One event as lines for people, beginning with its time. What is only bookkeeping gives none. */
export function describeEvent(event: JournalEvent): string[] {
  const text = eventSentence(event)
  return text === undefined ? [] : [`${event.at.slice(11, 23)}  ${text}`]
}

/** One event in a sentence, without its time; undefined for bookkeeping. */
export function eventSentence(event: JournalEvent): string | undefined {
  switch (event.event) {
    case 'run-started':
      return `${event.operator} started ${event.runbook} in ${event.environment} (${event.mode}) on ${event.host}`
    case 'run-resumed':
      return `${event.operator} resumed the run on ${event.host} (${event.after})`
    case 'runbook-accepted':
      return `${event.operator} accepted the changed runbook ${event.to.slice(0, 12)} (was ${event.from.slice(0, 12)})`
    case 'fault-injected':
      return `fault ${event.fault} on ${event.on}: ${event.detail}`
    case 'step-confirmed':
      return event.by === 'person'
        ? `${event.step}: confirmed by ${event.operator} after ${formatDuration(event.waitedMs)}`
        : undefined
    case 'identity-proved':
      return `${event.person} proved who they are on ${event.host} with the key ${event.key}`
    case 'approval-requested':
      return `${event.step}: ${event.operator} asked for ${event.needed === 1 ? 'an approval' : `${event.needed} approvals`} (request ${event.number}, until ${event.request.expiresAt.slice(11, 19)})`
    case 'approval-given':
      return `${event.step}: approved by ${event.approver} after ${formatDuration(event.waitedMs)} (request ${event.number}, key ${event.key})`
    case 'approval-refused':
      return `${event.step}: an approval was refused: ${event.reason}`
    case 'approval-waived':
      return `${event.step}: not approved by anyone else: ${event.reason}`
    case 'step-started':
      return `${event.step}: started${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}`
    case 'fence-started':
      return undefined
    // Where it is a failure, and not left out of a rehearsal, the end of the step says so.
    case 'fence-finished':
      return event.outcome.kind === 'ok' || lacksOutput(event.outcome)
        ? undefined
        : `${event.step}: ${event.outcome.kind}: ${reasonOf(event.outcome)}`
    case 'step-finished':
      return `${event.step}: ${event.result} in ${formatDuration(event.durationMs)}${event.reason === '' ? '' : `: ${event.reason}`}`
    case 'step-skipped':
      return `${event.step}: skipped: ${event.reason}`
    case 'decision-made':
      return `${event.step}: ${event.choice}${event.by === 'person' ? `, decided by ${event.operator} after ${formatDuration(event.waitedMs)}` : ' (unattended)'}`
    case 'inform-written':
      return `${event.step}: message to ${event.audience} in ${event.file}`
    case 'inform-queued':
      return `${event.step}: message to ${event.audience} queued for ${event.channels.join(', ')}`
    case 'note-added':
      return `note: ${event.text}`
    case 'rollback-started':
      return `rollback began: ${event.reason}`
    case 'rollback-abandoned':
      return `rollback given up, the run goes on: ${event.reason}`
    case 'step-rollback-started':
      return `${event.step}: rollback started`
    case 'step-rollback-finished':
      return `${event.step}: ${event.result}${event.reason === '' ? '' : `: ${event.reason}`}`
    case 'run-paused':
      return `paused: ${event.reason}${stood(event.waitedMs)}`
    case 'run-measured':
      return 'measured'
    case 'run-finished':
      return `the run ${event.result}${event.reason === '' ? '' : `: ${event.reason}`}`
    case 'run-sealed':
      return 'sealed'
  }
}

/** A pause between two steps follows its line at once. */
function stood(waitedMs = 0): string {
  return waitedMs < SHORT_MS ? '' : `, ${formatDuration(waitedMs)} after the line before`
}

const SHORT_MS = 1000
