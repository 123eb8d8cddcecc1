import { stepState } from '../journal/fold.ts'
import type { Step } from '../model/runbook.ts'
import type { Session, StepAnswer } from '../runner/ports.ts'

/** What the runner does after a node: go on to the next action, or stop here for now. */
export type Onward = { kind: 'next' } | { kind: 'pause'; reason: string }
/** The answers that are not "go on": shared by every kind of node. */
export function declined(id: string, answer: Exclude<StepAnswer, { kind: 'run' }>, session: Session): Onward {
  if (answer.kind === 'pause') return answer
  if (answer.kind === 'skip')
    session.record({ event: 'step-skipped', step: id, reason: answer.reason, by: 'person' })
  else beginRollback(id, answer.reason, session)
  return { kind: 'next' }
}

export function answeredBy(session: Session): 'person' | 'unattended' {
  return session.unattended ? 'unattended' : 'person'
}

/** Somebody said yes to a question that was asked at `asked`, on the run's clock. */
export function recordConfirmed({ id }: Step, asked: number, session: Session): void {
  session.record({
    event: 'step-confirmed',
    step: id,
    by: answeredBy(session),
    waitedMs: elapsed(session, asked),
  })
}

export function elapsed(session: Session, since: number): number {
  return Math.round(session.clock.monotonic() - since)
}

/** A step that is given up half-way is no longer running: what it did, if anything, is not known, and it is rolled back with the others. */
function beginRollback(id: string, reason: string, session: Session): void {
  if (stepState(session.state, id).status === 'running')
    session.record({
      event: 'step-finished',
      step: id,
      result: 'unknown',
      reason: `given up: ${reason}`,
      durationMs: 0,
      outputs: {},
    })
  session.record({ event: 'rollback-started', reason })
}
