import { stepState } from '../journal/fold.ts'
import { NEVER_BEGAN, reasonOf } from '../model/outcome.ts'
import type { Step } from '../model/runbook.ts'
import { elapsed } from '../steps/answers.ts'
import type { Onward } from '../steps/answers.ts'
import { executeFence, hasSucceeded } from '../steps/fence.ts'
import type { Session } from './ports.ts'

/** Undoes one step, after its own confirmation. A rollback that fails stops the run there: what follows relies on it. */
export async function rollBackStep(step: Step, interrupted: boolean, session: Session): Promise<Onward> {
  session.commit()
  const answer = await session.operator.confirmRollback(step, session)
  if (answer.kind === 'pause') return answer
  if (answer.kind === 'keep') {
    session.record({
      event: 'step-rollback-finished',
      step: step.id,
      result: 'kept',
      reason: answer.reason,
      durationMs: 0,
    })
    return { kind: 'next' }
  }
  const { attempts } = stepState(session.state, step.id)
  const consent = await session.approvals.obtain(step, 'rollback', Math.max(attempts, 1), session)
  if (consent.kind === 'pause') return consent
  if (consent.kind !== 'run') return { kind: 'pause', reason: `the rollback of ${step.id} was not approved` }
  const started = session.clock.monotonic()
  if (!interrupted) session.record({ event: 'step-rollback-started', step: step.id })
  const failure = await undo(step, session)
  const durationMs = elapsed(session, started)
  if (failure !== undefined) {
    session.record({
      event: 'step-rollback-finished',
      step: step.id,
      result: 'failed',
      reason: failure,
      durationMs,
    })
    return { kind: 'pause', reason: `the rollback of ${step.id} failed: ${failure}` }
  }
  session.record({
    event: 'step-rollback-finished',
    step: step.id,
    result: 'rolled-back',
    reason: '',
    durationMs,
  })
  return { kind: 'next' }
}

async function undo(step: Step, session: Session): Promise<string | undefined> {
  const interrupted = await recoverOpenFence(step, session)
  if (interrupted !== undefined) return interrupted
  const deadline = session.clock.monotonic() + step.timeoutMs
  for (const fence of step.fences.filter((candidate) => candidate.role === 'rollback')) {
    if (hasSucceeded(step, fence, session)) continue
    const outcome = await executeFence(
      step,
      fence,
      session,
      Math.max(deadline - session.clock.monotonic(), 1),
    )
    if (outcome.kind !== 'ok') return reasonOf(outcome)
  }
  return undefined
}

/** A rollback fence that was running when the runner died: its outcome is asked of the supervisor. */
async function recoverOpenFence(step: Step, session: Session): Promise<string | undefined> {
  const open = stepState(session.state, step.id).fences.find(
    (fence) => fence.role === 'rollback' && fence.outcome === undefined,
  )
  if (!open) return undefined
  const outcome = await session.executor.recover(open.job)
  session.record({
    event: 'fence-finished',
    step: step.id,
    job: open.job,
    outcome: outcome ?? NEVER_BEGAN,
    found: 'supervisor',
  })
  return outcome === undefined || outcome.kind === 'ok' ? undefined : reasonOf(outcome)
}
