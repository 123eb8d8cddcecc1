import type { Plan } from '../../document/plan.ts'
import type { Runbook } from '../../model/runbook.ts'
import { measuredOf, objectiveOf } from './card.ts'
import type { Measured, ShownObjective } from './card.ts'
import type { DrillRecord } from '../../reports/drill-record.ts'
import { estimate } from '../../model/critical-path.ts'
import type { Estimate } from '../../model/critical-path.ts'
import { dependencyDiagram } from './diagram.ts'
import type { Diagram } from './diagram.ts'
import { bySeverity, recoverySequence, runbookLink, runbooksOf } from './home.ts'
import type { RunbookLink } from './home.ts'
import { recoveryOrder } from './recovery-order.ts'

export type RunbookRow = RunbookLink & {
  service: string
  triggers: string[]
  estimate: Estimate
  objective?: ShownObjective
  measured?: Measured
}

export function runbookRows(plan: Plan, runbooks: Runbook[], drills: DrillRecord[]): RunbookRow[] {
  return runbooks.toSorted(bySeverity).map((runbook) => {
    const objective = objectiveOf(plan, runbook.service)
    const measured = measuredOf(runbook, drills)
    return {
      ...runbookLink(runbook),
      service: plan.services[runbook.service]?.title ?? runbook.service,
      triggers: runbook.triggers,
      estimate: estimate(runbook.nodes),
      ...(objective ? { objective } : {}),
      ...(measured ? { measured } : {}),
    }
  })
}

export type ServiceRow = {
  id: string
  title: string
  description: string
  tier: number
  owner: string
  objective: ShownObjective
  dependsOn: { id: string; title: string }[]
  alerts: string[]
  runbooks: (RunbookLink & { measured?: Measured })[]
}

export type ServicesPage = {
  rows: ServiceRow[]
  waves: { id: string; title: string }[][]
  circular: string[]
  diagram: Diagram
}

export function servicesPage(plan: Plan, runbooks: Runbook[], drills: DrillRecord[]): ServicesPage {
  const { waves, circular } = recoveryOrder(plan.services)
  const titled = (id: string): { id: string; title: string } => ({
    id,
    title: plan.services[id]?.title ?? id,
  })
  const rows = recoverySequence(plan).flatMap((id): ServiceRow[] => {
    const service = plan.services[id]
    const objective = objectiveOf(plan, id)
    if (!service || !objective) return []
    const { title, description, tier, owner, alerts } = service
    return [
      {
        id,
        title,
        description,
        tier,
        owner,
        alerts,
        objective,
        dependsOn: service.dependsOn.map(titled),
        runbooks: runbooksOf(id, plan, runbooks).map((runbook) => {
          const measured = measuredOf(runbook, drills)
          return { ...runbookLink(runbook), ...(measured ? { measured } : {}) }
        }),
      },
    ]
  })
  const diagram = dependencyDiagram(plan.services)
  return { rows, diagram, waves: waves.map((wave) => wave.map(titled)), circular }
}
