import { stepState } from '../journal/fold.ts'
import type { FenceRecord } from '../journal/fold.ts'
import { NEVER_BEGAN, reasonOf } from '../model/outcome.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Step } from '../model/runbook.ts'
import { declined, recordConfirmed } from '../steps/answers.ts'
import type { Onward } from '../steps/answers.ts'
import { attemptStep, continueStep, finish, isManual, spentMs, unsetOutputs } from '../steps/step/run.ts'
import { executeFence, hasSucceeded } from '../steps/fence.ts'
import type { Session } from './ports.ts'
import { recoverFence } from './recover-fence.ts'

/** How long a verification is polled when it has to tell whether an interrupted step did its work. */
const SETTLE_MS = 10_000

/**
 * A step was interrupted. If its fence was finished by the supervisor, the run goes on with that outcome. If not, an effect may or
 * may not have happened: verification decides; where it cannot, a person does. Nothing is executed a second time on a guess.
 */
export async function settleStep(step: Step, session: Session): Promise<Onward> {
  const { fences } = stepState(session.state, step.id)
  const open = fences.find((fence) => fence.outcome === undefined)
  if (open) await recoverFence(step, open, session)
  const { requested, reason } = session.interruption
  if (requested === 'stop') return { kind: 'pause', reason }
  // Also when it was verified since: a verification that was interrupted, or did not hold, has not settled it.
  const doubtful = fences.find((fence) => fence.role === 'run' && fence.outcome?.kind === 'unknown')
  if (doubtful && session.state.rollback) return givenUp(step, session)
  if (doubtful) return await settleUnknown(step, doubtful, session)
  const last = fences.at(-1)
  if (last && failedFor(last)) {
    finish(
      step,
      'failed',
      `${last.role}: ${last.outcome?.kind === 'ok' ? '' : (last.outcome?.reason ?? '')}`,
      spentMs(step, session),
      session,
    )
    return { kind: 'next' }
  }
  return (await agreedAgain(step, session)) ?? (await continueStep(step, session))
}

/** What is left of the attempt is agreed to again: whoever resumes may be another person, and an approval may have expired. */
async function agreedAgain(step: Step, session: Session): Promise<Onward | undefined> {
  const runsStill = step.fences.some((fence) => fence.role === 'run' && !hasSucceeded(step, fence, session))
  if (!runsStill && !isManual(step)) return undefined
  if (session.state.rollback) return givenUp(step, session)
  if (runsStill) {
    const asked = session.clock.monotonic()
    const answer = await session.operator.confirm(step, session)
    if (answer.kind !== 'run') return declined(step.id, answer, session)
    recordConfirmed(step, asked, session)
  }
  const { attempts } = stepState(session.state, step.id)
  const consent = await session.approvals.obtain(step, 'run', attempts, session)
  return consent.kind === 'run' ? undefined : declined(step.id, consent, session)
}

/** Beside the step with which a rollback was begun: nothing more of it is executed, and it is undone with the others. */
function givenUp(step: Step, session: Session): Onward {
  finish(step, 'unknown', 'given up: the run is rolled back', 0, session)
  return { kind: 'next' }
}

/** A check or verify that was interrupted changed nothing, and what never began did not either: it is simply executed again. */
function failedFor({ outcome }: FenceRecord): boolean {
  if (outcome === undefined || outcome.kind === 'ok' || outcome.kind === 'unknown') return false
  return outcome.kind !== 'cancelled' || outcome.reason !== NEVER_BEGAN.reason
}

async function settleUnknown(step: Step, doubtful: FenceRecord, session: Session): Promise<Onward> {
  const reason = doubtful.outcome ? reasonOf(doubtful.outcome) : ''
  const verified = await verification(step, session)
  const missing = isLastRun(step, doubtful, session) ? unsetOutputs(step, session) : []
  if (verified === 'holds' && missing.length === 0)
    return await goOn(step, doubtful, 'verification', `${reason}; its verification holds`, session)
  const why =
    verified === 'none'
      ? 'the step has no verification'
      : verified === 'holds'
        ? `its verification holds, but what it found out is not known: ${missing.join(', ')}`
        : `its verification does not hold: ${verified.reason}`
  session.commit()
  const asked = session.clock.monotonic()
  const answer = await session.operator.settle(step, `${reason}; ${why}`, session)
  if (answer.kind === 'retry') {
    recordConfirmed(step, asked, session)
    return await attemptStep(step, session)
  }
  if (answer.kind === 'done')
    return await goOn(step, doubtful, 'person', `the operator found it done: ${answer.reason}`, session)
  return declined(step.id, answer, session)
}

/** The doubtful fence did its work. The step is done when it was the last that acts; else the others still have to. */
async function goOn(
  step: Step,
  doubtful: FenceRecord,
  found: 'verification' | 'person',
  reason: string,
  session: Session,
): Promise<Onward> {
  const { job } = doubtful
  const isLast = isLastRun(step, doubtful, session)
  const outcome: Outcome = { kind: 'ok', durationMs: 0, outputs: {} }
  session.record({ event: 'fence-finished', step: step.id, job, outcome, found })
  if (!isLast) return (await agreedAgain(step, session)) ?? (await continueStep(step, session))
  finish(step, 'done', reason, spentMs(step, session), session)
  return { kind: 'next' }
}

/** Every other fence that acts has succeeded. */
function isLastRun(step: Step, doubtful: FenceRecord, session: Session): boolean {
  const others = stepState(session.state, step.id).fences.filter(
    (fence) => fence !== doubtful && fence.role === 'run' && fence.outcome?.kind === 'ok',
  )
  return others.length === step.fences.filter((fence) => fence.role === 'run').length - 1
}

async function verification(step: Step, session: Session): Promise<'holds' | 'none' | { reason: string }> {
  const fences = step.fences.filter((fence) => fence.role === 'verify')
  if (fences.length === 0) return 'none'
  for (const fence of fences) {
    const outcome = await executeFence(step, fence, session, Math.min(step.timeoutMs, SETTLE_MS))
    if (outcome.kind !== 'ok') return { reason: outcome.reason }
  }
  return 'holds'
}
