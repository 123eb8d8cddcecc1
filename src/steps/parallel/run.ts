import { stepState } from '../../journal/fold.ts'
import type { Parallel } from '../../model/runbook.ts'
import type { Session } from '../../runner/ports.ts'
import { answeredBy, declined, elapsed } from '../answers.ts'
import type { Onward } from '../answers.ts'
import { attemptStep } from '../step/run.ts'

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
  const ends = await Promise.all(pending.map((step) => attemptStep(step, session)))
  return ends.find((end) => end.kind === 'pause') ?? { kind: 'next' }
}
