import type { EventBody } from '../model/event.ts'

/**
 * An event as it may be written down: what people or programs worded, without secrets. Names, numbers and hashes stay as they are, and
 * so do inputs and outputs, which later steps need: those that hold a secret were refused before.
 */
export function cleanEvent(body: EventBody, redact: (text: string) => string): EventBody {
  switch (body.event) {
    case 'note-added':
      return { ...body, text: redact(body.text) }
    case 'fault-injected':
      return { ...body, detail: redact(body.detail) }
    case 'inform-queued':
      return { ...body, subject: redact(body.subject) }
    case 'run-resumed':
      return { ...body, after: redact(body.after) }
    case 'fence-finished': {
      const { outcome } = body
      return outcome.kind === 'ok'
        ? body
        : { ...body, outcome: { ...outcome, reason: redact(outcome.reason) } }
    }
    case 'step-finished':
    case 'step-skipped':
    case 'rollback-started':
    case 'rollback-abandoned':
    case 'step-rollback-finished':
    case 'approval-refused':
    case 'approval-waived':
    case 'run-paused':
    case 'run-finished':
      return { ...body, reason: redact(body.reason) }
    default:
      return body
  }
}
