import type { Decision } from '../../model/runbook.ts'
import type { Session } from '../../runner/ports.ts'
import { answeredBy, declined, elapsed } from '../answers.ts'
import type { Onward } from '../answers.ts'

/** Asks, and records who chose what after how long. */
export async function runDecision(decision: Decision, session: Session): Promise<Onward> {
  const asked = session.clock.monotonic()
  const answer = await session.operator.decide(decision, session)
  if (answer.kind !== 'choice') return declined(decision.id, answer, session)
  session.record({
    event: 'decision-made',
    step: decision.id,
    choice: answer.choice,
    by: answeredBy(session),
    waitedMs: elapsed(session, asked),
  })
  return { kind: 'next' }
}
