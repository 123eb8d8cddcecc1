import type { Plan } from '../../document/plan.ts'
import type { Runbook, Severity } from '../../model/runbook.ts'
import type { ShownRota } from './on-call.ts'
import { recoveryOrder } from './recovery-order.ts'
import { runbookHref } from './runbooks.ts'

/** What a page says of a runbook when it leads there. */
export type RunbookLink = { id: string; href: string; title: string; summary: string; severity: Severity }

/** Something that is wrong, and what recovers it; without a runbook, the role to call. */
export type Lead = { name: string; about: string; owner?: string; runbooks: RunbookLink[] }

export type Home = {
  alerts: Lead[]
  services: (Lead & { id: string; tier: number })[]
  runbooks: RunbookLink[]
  onCall: ShownRota[]
}

export function homeOf(plan: Plan, runbooks: Runbook[], onCall: ShownRota[]): Home {
  return {
    onCall,
    alerts: alertLeads(plan, runbooks),
    services: recoverySequence(plan).map((id) => serviceLead(id, plan, runbooks)),
    runbooks: runbooks.toSorted(bySeverity).map(runbookLink),
  }
}

export function runbookLink({ id, title, summary, severity }: Runbook): RunbookLink {
  return { id, href: runbookHref(id), title, summary, severity }
}

export function bySeverity(a: Runbook, b: Runbook): number {
  return a.severity.localeCompare(b.severity) || a.title.localeCompare(b.title)
}

/** All services, the first to be recovered first. */
export function recoverySequence(plan: Plan): string[] {
  const { waves, circular } = recoveryOrder(plan.services)
  return [...waves.flat(), ...circular]
}

/** A runbook recovers a service when either of the two says so. */
export function runbooksOf(serviceId: string, plan: Plan, runbooks: Runbook[]): Runbook[] {
  const listed = plan.services[serviceId]?.runbooks ?? []
  return runbooks
    .filter((runbook) => runbook.service === serviceId || listed.includes(runbook.id))
    .toSorted(bySeverity)
}

function serviceLead(id: string, plan: Plan, runbooks: Runbook[]): Home['services'][number] {
  const service = plan.services[id]
  return {
    id,
    tier: service?.tier ?? 0,
    name: service?.title ?? id,
    about: service?.description ?? '',
    ...(service === undefined ? {} : { owner: service.owner }),
    runbooks: runbooksOf(id, plan, runbooks).map(runbookLink),
  }
}

/** The runbooks that an alert triggers; when it triggers none, those of the service that raises it. Alerts without any come last. */
function alertLeads(plan: Plan, runbooks: Runbook[]): Lead[] {
  const services = Object.entries(plan.services)
  const names = new Set([
    ...services.flatMap(([, service]) => service.alerts),
    ...runbooks.flatMap((runbook) => runbook.triggers),
  ])
  const leads = [...names].sort().map((name) => {
    const [id, service] = services.find(([, candidate]) => candidate.alerts.includes(name)) ?? []
    const triggered = runbooks.filter((runbook) => runbook.triggers.includes(name)).toSorted(bySeverity)
    const found = triggered.length > 0 || id === undefined ? triggered : runbooksOf(id, plan, runbooks)
    return {
      name,
      about: service?.title ?? '',
      ...(service === undefined ? {} : { owner: service.owner }),
      runbooks: found.map(runbookLink),
    }
  })
  return leads.toSorted((a, b) => Number(a.runbooks.length === 0) - Number(b.runbooks.length === 0))
}
