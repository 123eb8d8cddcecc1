import type { Plan } from '../../document/plan.ts'
import type { InputSpec, Requirement, Runbook, Severity } from '../../model/runbook.ts'
import type { DrillRecord } from '../../reports/drill-record.ts'
import { estimate } from '../../model/critical-path.ts'
import type { Estimate } from '../../model/critical-path.ts'
import { showRole } from './people.ts'
import type { Audience, ShownPerson } from './people.ts'
import { personName } from './plan.ts'

/** What stands above a runbook: whether it is the right one, what is promised, and what was ever measured. */
export type Card = {
  id: string
  summary: string
  severity: Severity
  service: { id: string; title: string; tier?: number; owner?: string }
  objective?: ShownObjective
  measured?: Measured
  triggers: string[]
  estimate: Estimate
  requires: Requirement[]
  inputs: ShownInput[]
  callees: ShownPerson[]
  digest: string
  file: string
}

export type ShownInput = {
  name: string
  prompt: string
  type: InputSpec['type']
  default?: string
  choices?: string[]
  pattern?: string
}

export type ShownObjective = { rtoMs: number; rpoMs: number; approvedBy: string; approvedAt: string }
export type Measured = {
  rtoMs: number | null
  rpoMs: number | null
  on: string
  environment: string
  verdict: DrillRecord['verdict']
  changedSince: boolean
  /** Where the run itself can be seen, when it was published. */
  href?: string
}

/** `published` holds the ids of the runs that the site shows. */
export function runbookCard(
  runbook: Runbook,
  plan: Plan,
  drills: DrillRecord[],
  audience: Audience,
  published: ReadonlySet<string> = NONE,
): Card {
  const { id, summary, severity, triggers, file, requires } = runbook
  const service = plan.services[runbook.service]
  const objective = objectiveOf(plan, runbook.service)
  const measured = measuredOf(runbook, drills, published)
  return {
    id,
    summary,
    severity,
    triggers,
    file,
    requires,
    service:
      service === undefined
        ? { id: runbook.service, title: runbook.service }
        : { id: runbook.service, title: service.title, tier: service.tier, owner: service.owner },
    ...(objective ? { objective } : {}),
    ...(measured ? { measured } : {}),
    estimate: estimate(runbook.nodes),
    inputs: Object.entries(runbook.inputs).map(shownInput),
    callees: service === undefined ? [] : showRole(plan, service.owner, audience),
    digest: runbook.digest,
  }
}

export function objectiveOf(plan: Plan, serviceId: string): ShownObjective | undefined {
  const objective = plan.services[serviceId]?.objective
  if (!objective) return undefined
  const { rto, rpo, approvedAt } = objective
  return { rtoMs: rto, rpoMs: rpo, approvedAt, approvedBy: personName(plan.contacts, objective.approvedBy) }
}

/** The newest drill of this runbook. Nothing is measured until one is published. */
export function measuredOf(
  runbook: Runbook,
  drills: DrillRecord[],
  published: ReadonlySet<string> = NONE,
): Measured | undefined {
  const drill = drills.find((candidate) => candidate.runbook === runbook.id)
  if (!drill) return undefined
  const { rtoMs, rpoMs } = drill.measured
  const changedSince = drill.digest !== runbook.digest
  return {
    rtoMs,
    rpoMs,
    on: drill.startedAt.slice(0, 10),
    environment: drill.environment,
    verdict: drill.verdict,
    changedSince,
    ...(published.has(drill.run) ? { href: runHref(drill.run) } : {}),
  }
}

const NONE: ReadonlySet<string> = new Set()

/** The page that shows a published run. */
export function runHref(id: string): string {
  return `/run/?run=${id}`
}

function shownInput([name, spec]: [string, InputSpec]): ShownInput {
  return {
    name,
    prompt: spec.prompt,
    type: spec.type,
    ...(spec.default === undefined ? {} : { default: String(spec.default) }),
    ...(spec.choices === undefined ? {} : { choices: spec.choices }),
    ...(spec.pattern === undefined ? {} : { pattern: spec.pattern }),
  }
}
