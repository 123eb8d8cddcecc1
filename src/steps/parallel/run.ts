import { stepState } from '../../journal/fold.ts'
import type { Parallel, Step } from '../../model/runbook.ts'
import type { Session } from '../../runner/ports.ts'
import { answeredBy, declined, elapsed } from '../answers.ts'
import type { Onward } from '../answers.ts'
import { nextAttempt, tryStep } from '../step/run.ts'

/** One confirmation, then every step that is still pending, at the same time; all of them end before anything else begins. */
export async function runParallel(parallel: Parallel, session: Session): Promise<Onward> {
  const pending = parallel.steps.filter((step) => stepState(session.state, step.id).status === 'pending')
  const asked = session.clock.monotonic()
  const answer = await session.operator.confirm(parallel, session)
  if (answer.kind === 'skip') {
    for (const step of pending) declined(step.id, answer, session)
    return { kind: 'next' }
  }
  if (answer.kind !== 'run') return declined(parallel.id, answer, session)
  const waitedMs = elapsed(session, asked)
  for (const step of pending)
    session.record({
      event: 'step-confirmed',
      step: step.id,
      by: answeredBy(session),
      waitedMs: step === pending[0] ? waitedMs : 0,
    })
  const left = await approved(pending, session)
  if (!Array.isArray(left)) return left
  const ends = await Promise.all(left.map((step) => tryStep(step, session)))
  return ends.find((end) => end.kind === 'pause') ?? { kind: 'next' }
}

/** The steps that may begin: all approvals are there before the first does, and none has expired in the meantime. */
async function approved(pending: readonly Step[], session: Session): Promise<Step[] | Onward> {
  let left = [...pending]
  let open = left
  while (open.length > 0) {
    for (const step of open) {
      const consent = await session.approvals.obtain(step, 'run', nextAttempt(step, session), session)
      if (consent.kind === 'run') continue
      const onward = declined(step.id, consent, session)
      if (consent.kind !== 'skip') return onward
      left = left.filter((other) => other !== step)
    }
    open = left.filter(
      (step) => !session.approvals.stillHold(step, 'run', nextAttempt(step, session), session),
    )
  }
  return left
}
