import { stepState } from '../../journal/fold.ts'
import { reasonOf } from '../../model/outcome.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { FenceRole, Step } from '../../model/runbook.ts'
import { declined, elapsed, recordConfirmed } from '../answers.ts'
import type { Onward } from '../answers.ts'
import { executeFence, hasSucceeded } from '../fence.ts'
import type { Session } from '../../runner/ports.ts'

const NEXT: Onward = { kind: 'next' }

/** confirm → intent → check → run → verify → outcome. */
export async function runStep(step: Step, session: Session): Promise<Onward> {
  const asked = session.clock.monotonic()
  const answer = await session.operator.confirm(step, session)
  if (answer.kind !== 'run') return declined(step.id, answer, session)
  recordConfirmed(step, asked, session)
  return await attemptStep(step, session)
}

/** Asks those who have to approve, then tries the step. */
export async function attemptStep(step: Step, session: Session): Promise<Onward> {
  const consent = await session.approvals.obtain(step, 'run', nextAttempt(step, session), session)
  return consent.kind === 'run' ? await tryStep(step, session) : declined(step.id, consent, session)
}

export function nextAttempt(step: Step, session: Session): number {
  return stepState(session.state, step.id).attempts + 1
}

/** Tries the step, and again as often as it allows, without asking anyone. */
export async function tryStep(step: Step, session: Session): Promise<Onward> {
  const first = nextAttempt(step, session)
  for (let attempt = first; ; attempt += 1) {
    session.record({ event: 'step-started', step: step.id, attempt })
    const onward = await continueStep(step, session)
    const failed = stepState(session.state, step.id).status === 'failed'
    if (onward.kind === 'pause' || !failed || attempt - first >= step.retries) return onward
    if (session.interruption.requested !== 'no') return onward
  }
}

/** Does what the step has not done yet: fences that already succeeded in this attempt are not executed again. */
export async function continueStep(step: Step, session: Session): Promise<Onward> {
  const begun = session.clock.monotonic()
  const deadline = begun + step.timeoutMs
  // Not the time in which nobody worked on it.
  const started = begun - spentMs(step, session)
  for (const role of ['check', 'run', 'verify'] as const) {
    if (role === 'run' && isManual(step)) {
      const answer = await performByHand(step, session)
      if (answer) return answer
    }
    const failure = await executeRole(step, role, session, deadline)
    if (failure) {
      // Nothing is tried again on a guess: what is not known is settled first.
      const result = failure.kind === 'unknown' ? 'unknown' : 'failed'
      finish(step, result, `${role}: ${reasonOf(failure)}`, elapsed(session, started), session)
      return NEXT
    }
  }
  finish(step, 'done', '', elapsed(session, started), session)
  return NEXT
}

/** Whatever reads them later would fail there, and look as if it were at fault. */
export function unsetOutputs(step: Step, session: Session): string[] {
  return Object.keys(step.outputs).filter((name) => !(name in session.state.outputs))
}

/** How long the fences of this attempt took that have ended, also those that a supervisor went on with alone. */
export function spentMs(step: Step, session: Session): number {
  return Math.round(
    stepState(session.state, step.id).fences.reduce(
      (total, { outcome }) =>
        total + (outcome === undefined || outcome.kind === 'unknown' ? 0 : outcome.durationMs),
      0,
    ),
  )
}

export function isManual(step: Step): boolean {
  return !step.fences.some((fence) => fence.role === 'run')
}

async function performByHand(step: Step, session: Session): Promise<Onward | undefined> {
  const asked = session.clock.monotonic()
  session.commit()
  const answer = await session.operator.performed(step, session)
  if (answer.kind !== 'run') return declined(step.id, answer, session)
  recordConfirmed(step, asked, session)
  return undefined
}

async function executeRole(
  step: Step,
  role: FenceRole,
  session: Session,
  deadline: number,
): Promise<Outcome | undefined> {
  for (const fence of step.fences) {
    if (fence.role !== role || hasSucceeded(step, fence, session)) continue
    const left = deadline - session.clock.monotonic()
    const outcome = await executeFence(step, fence, session, Math.max(left, 1))
    if (outcome.kind !== 'ok') return outcome
  }
  const unset = role === 'run' && !isManual(step) ? unsetOutputs(step, session) : []
  if (unset.length === 0) return undefined
  return {
    kind: 'failed',
    durationMs: 0,
    reason: `it did not set what the step declares: ${unset.join(', ')}`,
  }
}

export function finish(
  step: Step,
  result: 'done' | 'failed' | 'unknown',
  reason: string,
  durationMs: number,
  session: Session,
): void {
  const outputs = Object.fromEntries(
    Object.entries(session.state.outputs).filter(([name]) => name in step.outputs),
  )
  session.record({ event: 'step-finished', step: step.id, result, reason, durationMs, outputs })
}
