import type { FenceRecord } from '../journal/fold.ts'
import { NEVER_BEGAN } from '../model/outcome.ts'
import type { Step } from '../model/runbook.ts'
import { isTextOf } from '../steps/fence.ts'
import type { Session } from './ports.ts'

/** A fence that was running when the runner died: its outcome is asked of the supervisor, which may still be at it. */
export async function recoverFence(step: Step, open: FenceRecord, session: Session): Promise<void> {
  const outcome =
    (await session.executor.recover(open.job, (pid) => showSupervised(step, open, pid, session))) ??
    NEVER_BEGAN
  session.record({ event: 'fence-finished', step: step.id, job: open.job, outcome, found: 'supervisor' })
}

/** Nobody sees what it prints any more: since when it runs, and a clock, say that it does. */
function showSupervised(step: Step, open: FenceRecord, pid: number, session: Session): void {
  const { startedAt } = open
  const fence = step.fences.find((candidate) => isTextOf(open, candidate))
  if (fence === undefined) return
  const runsForMs = Math.max(0, session.clock.now() - Date.parse(startedAt))
  session.screen.fence(step, fence, session, session.clock.monotonic() - runsForMs)
  session.screen.output(
    step,
    fence,
    `still running under its supervisor (process ${pid}) since ${startedAt.slice(11, 19)}\n`,
  )
}
