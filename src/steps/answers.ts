import type { Session, StepAnswer } from '../runner/ports.ts'

/** What the runner does after a node: go on to the next action, or stop here for now. */
export type Onward = { kind: 'next' } | { kind: 'pause'; reason: string }
/** The answers that are not "go on": shared by every kind of node. */
export function declined(id: string, answer: Exclude<StepAnswer, { kind: 'run' }>, session: Session): Onward {
  if (answer.kind === 'pause') return answer
  if (answer.kind === 'skip')
    session.record({ event: 'step-skipped', step: id, reason: answer.reason, by: 'person' })
  else session.record({ event: 'rollback-started', reason: answer.reason })
  return { kind: 'next' }
}

export function answeredBy(session: Session): 'person' | 'unattended' {
  return session.unattended ? 'unattended' : 'person'
}

export function elapsed(session: Session, since: number): number {
  return Math.round(session.clock.monotonic() - since)
}
