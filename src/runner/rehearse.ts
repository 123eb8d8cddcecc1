import { missingOutputs } from '../fences/missing-output.ts'
import { MISSING_OUTPUT, lacksOutput, reasonOf } from '../model/outcome.ts'
import type { Fence, Step } from '../model/runbook.ts'
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

/** A check that needs what only a run finds out is left out; the others decide whether the step could begin. */
async function rehearseStep(step: Step, session: Session): Promise<boolean> {
  const checks = step.fences.filter((fence) => fence.role === 'check')
  if (checks.length === 0) return leaveOut(step, 'it has no check', session)
  session.screen.node(step, session)
  const needed = checks.map((fence) => missingFor(fence, session))
  const judged = checks.filter((_, index) => needed[index] === undefined)
  let missing = needed.find((reason) => reason !== undefined)
  const started = session.clock.monotonic()
  if (judged.length > 0) session.record({ event: 'step-started', step: step.id, attempt: 1 })
  for (const fence of judged) {
    const outcome = await executeFence(step, fence, session, step.timeoutMs)
    if (outcome.kind === 'ok') continue
    if (lacksOutput(outcome)) {
      missing ??= reasonOf(outcome)
      continue
    }
    finish(step, 'failed', reasonOf(outcome), Math.round(session.clock.monotonic() - started), session)
    return false
  }
  if (missing !== undefined)
    return leaveOut(step, `it needs what an earlier step finds out: ${missing}`, session)
  finish(step, 'done', '', Math.round(session.clock.monotonic() - started), session)
  return true
}

function missingFor(fence: Fence, session: Session): string | undefined {
  const declared = steps(session.runbook.nodes).flatMap(({ outputs }) => Object.keys(outputs))
  const [name] = missingOutputs(fence, declared, session.inputs, session.state.outputs)
  return name === undefined ? undefined : `${MISSING_OUTPUT} "${name}"`
}

function leaveOut(step: Step, reason: string, session: Session): true {
  session.record({ event: 'step-skipped', step: step.id, reason, by: 'condition' })
  return true
}
