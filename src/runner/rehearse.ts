import { MISSING_OUTPUT } from '../fences/missing-output.ts'
import { reasonOf } from '../model/outcome.ts'
import type { Step } from '../model/runbook.ts'
import { steps } from '../model/runbook.ts'
import { finish } from '../steps/step/run.ts'
import { executeFence } from '../steps/fence.ts'
import type { RunEnd } from './run.ts'
import type { Session } from './ports.ts'

/** Executes every `check` fence of the runbook and nothing else: safe on production, every night. */
export async function rehearse(session: Session): Promise<RunEnd> {
  const started = session.clock.monotonic()
  let failed = 0
  for (const step of steps(session.runbook.nodes)) {
    if (session.interruption.requested !== 'no') {
      session.record({ event: 'run-paused', reason: session.interruption.reason })
      session.commit()
      return { kind: 'paused', reason: session.interruption.reason }
    }
    if (!(await rehearseStep(step, session))) failed += 1
  }
  const result = failed === 0 ? 'succeeded' : 'failed'
  const reason = failed === 0 ? '' : `${failed} of the steps would not have begun`
  session.record({
    event: 'run-finished',
    result,
    reason,
    durationMs: Math.round(session.clock.monotonic() - started),
  })
  session.commit()
  return { kind: 'finished', result }
}

async function rehearseStep(step: Step, session: Session): Promise<boolean> {
  const checks = step.fences.filter((fence) => fence.role === 'check')
  if (checks.length === 0) {
    session.record({ event: 'step-skipped', step: step.id, reason: 'it has no check', by: 'condition' })
    return true
  }
  session.screen.node(step, session)
  const started = session.clock.monotonic()
  session.record({ event: 'step-started', step: step.id, attempt: 1 })
  for (const fence of checks) {
    const outcome = await executeFence(step, fence, session, step.timeoutMs)
    if (outcome.kind === 'ok') continue
    if (reasonOf(outcome).startsWith(MISSING_OUTPUT)) {
      session.record({
        event: 'step-skipped',
        step: step.id,
        reason: `it needs what an earlier step finds out: ${reasonOf(outcome)}`,
        by: 'condition',
      })
      return true
    }
    finish(step, 'failed', reasonOf(outcome), Math.round(session.clock.monotonic() - started), session)
    return false
  }
  finish(step, 'done', '', Math.round(session.clock.monotonic() - started), session)
  return true
}
