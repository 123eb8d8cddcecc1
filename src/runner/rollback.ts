import { stepState } from '../journal/fold.ts'
import { reasonOf } from '../model/outcome.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Step } from '../model/runbook.ts'
import { elapsed } from '../steps/answers.ts'
import type { Onward } from '../steps/answers.ts'
import { executeFence, hasSucceeded } from '../steps/fence.ts'
import type { Session } from './ports.ts'
import { recoverFence } from './recover-fence.ts'

type Unknown = Extract<Outcome, { kind: 'unknown' }>

/** Undoes one step, after its own confirmation. A rollback that fails stops the run there: what follows relies on it. */
export async function rollBackStep(step: Step, interrupted: boolean, session: Session): Promise<Onward> {
  await recoverOpenFence(step, session)
  if (interrupted && isUndone(step, session)) {
    finish(step, 'rolled-back', '', 0, session)
    return { kind: 'next' }
  }
  const doubtful = doubtfulFence(step, session)
  session.commit()
  const answer = await session.operator.confirmRollback(step, doubtful && reasonOf(doubtful.outcome), session)
  if (answer.kind === 'pause') return answer
  if (answer.kind === 'go-on') {
    session.record({ event: 'rollback-abandoned', reason: answer.reason })
    return { kind: 'next' }
  }
  if (answer.kind === 'keep') {
    finish(step, 'kept', answer.reason, 0, session)
    return { kind: 'next' }
  }
  if (answer.kind === 'undone' && doubtful) {
    const outcome: Outcome = { kind: 'ok', durationMs: 0, outputs: {} }
    session.record({ event: 'fence-finished', step: step.id, job: doubtful.job, outcome, found: 'person' })
    session.record({
      event: 'note-added',
      text: `${step.id}: the operator found it undone: ${answer.reason}`,
    })
  }
  const { attempts } = stepState(session.state, step.id)
  const consent = await session.approvals.obtain(step, 'rollback', Math.max(attempts, 1), session)
  if (consent.kind === 'pause') return consent
  if (consent.kind !== 'run') return { kind: 'pause', reason: `the rollback of ${step.id} was not approved` }
  if (!interrupted) session.record({ event: 'step-rollback-started', step: step.id })
  const started = session.clock.monotonic()
  const failure = await undo(step, session)
  finish(
    step,
    failure === undefined ? 'rolled-back' : 'failed',
    failure ?? '',
    elapsed(session, started),
    session,
  )
  if (failure === undefined) return { kind: 'next' }
  return { kind: 'pause', reason: `the rollback of ${step.id} failed: ${failure}` }
}

function finish(
  step: Step,
  result: 'rolled-back' | 'failed' | 'kept',
  reason: string,
  durationMs: number,
  session: Session,
): void {
  session.record({ event: 'step-rollback-finished', step: step.id, result, reason, durationMs })
}

/** The last fence that undid something, when nobody knows whether it did: it is not repeated on a guess. */
function doubtfulFence(step: Step, session: Session): { job: string; outcome: Unknown } | undefined {
  const last = stepState(session.state, step.id).fences.findLast((fence) => fence.role === 'rollback')
  return last?.outcome?.kind === 'unknown' ? { job: last.job, outcome: last.outcome } : undefined
}

/** Its supervisor went on with what was left of it. */
function isUndone(step: Step, session: Session): boolean {
  return step.fences.every((fence) => fence.role !== 'rollback' || hasSucceeded(step, fence, session))
}

async function undo(step: Step, session: Session): Promise<string | undefined> {
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

async function recoverOpenFence(step: Step, session: Session): Promise<void> {
  const open = stepState(session.state, step.id).fences.find(
    (fence) => fence.role === 'rollback' && fence.outcome === undefined,
  )
  if (open) await recoverFence(step, open, session)
}
