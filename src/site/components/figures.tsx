import type { ReactNode } from 'react'
import { measured as measuredText, planned } from '../../steps/view-words.ts'
import type { Measured, ShownObjective } from '../content/card.ts'
import type { Estimate } from '../../model/critical-path.ts'

/** A measured duration; what was not measured is said in words, never as a number. */
export function MeasuredTime({ ms }: { ms: number | null | undefined }): ReactNode {
  if (ms === null || ms === undefined) return <span className="not-measured">not measured</span>
  return (
    <>
      {measuredText(ms)} <span className="aside">measured</span>
    </>
  )
}

export function EstimateText({ estimate }: { estimate: Estimate }): ReactNode {
  const { criticalMs, workMs, without } = estimate
  if (criticalMs === 0) return <>no estimate</>
  return (
    <>
      {without > 0 && 'at least '}
      {planned(criticalMs)} <span className="aside">critical path</span>
      {workMs !== criticalMs && <>, {planned(workMs)} in total</>}
      {without > 0 && <span className="aside">, {without} without estimate</span>}
    </>
  )
}

export function MeasuredNote({ measured }: { measured: Measured }): ReactNode {
  return (
    <span className="aside">
      drill of {measured.on} in {measured.environment}: {measured.verdict}
      {measured.href !== undefined && (
        <>
          {' '}
          <a href={measured.href}>See the run</a>
        </>
      )}
      {measured.changedSince && <strong className="warning"> ▲ runbook changed since</strong>}
    </span>
  )
}

/** `fits within the RTO`, or by how much it does not: the estimate against the promise. */
export function AgainstObjective({
  estimate,
  objective,
}: {
  estimate: Estimate
  objective: ShownObjective
}): ReactNode {
  if (estimate.criticalMs === 0) return null
  const over = estimate.criticalMs - objective.rtoMs
  if (over > 0) return <strong className="warning">▲ {planned(over)} over the RTO</strong>
  return <span className="aside">within the RTO, {planned(-over)} to spare</span>
}
