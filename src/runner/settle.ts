import { stepState } from '../journal/fold.ts'
import type { FenceRecord } from '../journal/fold.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Step } from '../model/runbook.ts'
import { declined } from '../steps/answers.ts'
import type { Onward } from '../steps/answers.ts'
import { attemptStep, continueStep, finish } from '../steps/step/run.ts'
import { executeFence } from '../steps/fence.ts'
import type { Session } from './ports.ts'

/** How long a verification is polled when it has to tell whether an interrupted step did its work. */
const SETTLE_MS = 10_000

/**
 * A step was interrupted. If its fence was finished by the supervisor, the run goes on with that outcome. If not, an effect may or
 * may not have happened: verification decides; where it cannot, a person does. Nothing is executed a second time on a guess.
 */
export async function settleStep(step: Step, session: Session): Promise<Onward> {
  const open = stepState(session.state, step.id).fences.find((fence) => fence.outcome === undefined)
  if (open) {
    const outcome = await session.executor.recover(open.job)
    session.record({ event: 'fence-finished', step: step.id, job: open.job, outcome, found: 'supervisor' })
  }
  const last = stepState(session.state, step.id).fences.at(-1)
  if (last?.outcome?.kind === 'unknown' && last.role === 'run')
    return await settleUnknown(step, last.outcome, session)
  if (last && failedFor(last)) {
    finish(
      step,
      'failed',
      `${last.role}: ${last.outcome?.kind === 'ok' ? '' : (last.outcome?.reason ?? '')}`,
      0,
      session,
    )
    return { kind: 'next' }
  }
  return await continueStep(step, session)
}

/** An unknown check or verify changed nothing: it is simply executed again. */
function failedFor(fence: FenceRecord): boolean {
  return fence.outcome !== undefined && fence.outcome.kind !== 'ok' && fence.outcome.kind !== 'unknown'
}

async function settleUnknown(
  step: Step,
  unknown: Extract<Outcome, { kind: 'unknown' }>,
  session: Session,
): Promise<Onward> {
  const verified = await verification(step, session)
  if (verified === 'holds') {
    finish(step, 'done', `${unknown.reason}; its verification holds`, 0, session)
    return { kind: 'next' }
  }
  const why =
    verified === 'none'
      ? 'the step has no verification'
      : `its verification does not hold: ${verified.reason}`
  session.commit()
  const answer = await session.operator.settle(step, `${unknown.reason}; ${why}`, session)
  if (answer.kind === 'retry') return await attemptStep(step, session)
  if (answer.kind !== 'done') return declined(step.id, answer, session)
  finish(step, 'done', `the operator found it done: ${answer.reason}`, 0, session)
  return { kind: 'next' }
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
