import { createHash } from 'node:crypto'
import { stepState } from '../journal/fold.ts'
import type { FenceRecord } from '../journal/fold.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Fence, Step } from '../model/runbook.ts'
import type { FenceJob, Session } from '../runner/ports.ts'

/** Executes one fence: intent on disk, then the effect, then its outcome. The outcome is durable before the next effect. */
export async function executeFence(
  step: Step,
  fence: Fence,
  session: Session,
  timeoutMs: number,
): Promise<Outcome> {
  const job = fenceJob(step, fence, session, timeoutMs)
  session.record({
    event: 'fence-started',
    step: step.id,
    job: job.id,
    role: fence.role,
    lang: fence.lang,
    place: `${fence.place.file}:${fence.place.line}`,
    sha256: sha256(fence),
  })
  session.commit()
  const executed = session.executor.execute(job, {
    output: (chunk) => session.screen.output(step, fence, chunk),
    waiting: (reason) => session.screen.waiting(step, reason),
  })
  // Shown while it begins.
  session.screen.fence(step, fence, session)
  const outcome = await executed
  session.record({ event: 'fence-finished', step: step.id, job: job.id, outcome, found: 'live' })
  return outcome
}

/**
 * Whether the fence succeeded in this attempt: this text, wherever it stands, because a runbook may have been edited since. Of fences
 * that are alike, the second has succeeded when two have.
 */
export function hasSucceeded(step: Step, fence: Fence, session: Session): boolean {
  const succeeded = stepState(session.state, step.id).fences.filter(
    ({ role, outcome }) => role === fence.role && outcome?.kind === 'ok',
  )
  if (succeeded.length === 0) return false
  const text = sha256(fence)
  const alike = step.fences.filter((other) => other.role === fence.role && sha256(other) === text)
  return succeeded.filter((done) => done.sha256 === text).length > alike.indexOf(fence)
}

/** Whether this is the text that was executed. */
export function isTextOf(record: Pick<FenceRecord, 'role' | 'sha256'>, fence: Fence): boolean {
  return record.role === fence.role && record.sha256 === sha256(fence)
}

function sha256(fence: Fence): string {
  return createHash('sha256').update(fence.code).digest('hex')
}

function fenceJob(step: Step, fence: Fence, session: Session, timeoutMs: number): FenceJob {
  const { state } = session
  return {
    id: `${state.run}.${state.jobs + 1}`,
    step: step.id,
    fence,
    root: session.root,
    snapshot: session.snapshot,
    timeoutMs,
    poll: fence.role === 'verify',
    declares: fence.role === 'run' ? step.outputs : {},
    context: {
      input: session.inputs,
      outputs: state.outputs,
      targets: session.targets,
      run: {
        id: state.run,
        runbook: session.runbook.id,
        step: step.id,
        environment: session.environment.name,
        operator: session.operatorName,
        mode: session.mode,
      },
    },
  }
}
