import type { IncidentState } from '../../journal/fold-incident.ts'
import type { Regulations } from '../../model/regulation.ts'
import { clocksOf } from '../../reports/clocks.ts'
import type { Clock } from '../../reports/clocks.ts'
import { openCommunications } from '../open-communications.ts'
import { openPlan } from '../project.ts'
import { readable } from '../readable.ts'
import { dueText } from './status-lines.ts'

/** The law's clocks know nothing of an incident's end: which of them still run is told before it and after it. */

/** Undefined where no clock was started, or where the plan has a mistake: that keeps nobody from closing an incident. */
export async function regulationsFor(
  root: string,
  states: readonly IncidentState[],
): Promise<Regulations | undefined> {
  if (states.every(({ clocksStarted }) => clocksStarted.length === 0)) return undefined
  return await readable(async () => {
    const { plan } = await openPlan(root)
    return (await openCommunications(root, plan)).regulations
  })
}

export function runningClocks(
  state: IncidentState,
  regulations: Regulations | undefined,
  now: number,
): Clock[] {
  return clocksOf(state, regulations ?? {}, now).filter(({ leftMs }) => leftMs !== null)
}

/** `gdpr-33 authority in 71 h (12-01 14:40 UTC)`, the most urgent first. */
export function runningDuties(
  state: IncidentState,
  regulations: Regulations | undefined,
  now: number,
): string[] {
  const known = runningClocks(state, regulations, now).flatMap(({ regulation, notice, dueAt, leftMs }) =>
    dueAt === null || leftMs === null ? [] : [`${regulation} ${notice} ${dueText(dueAt, leftMs)}`],
  )
  const unknown = unknownOf(state, regulations).map((id) => `${id}, of which regulations.yaml says nothing`)
  return [...known, ...unknown]
}

/** Started, not set aside, and not to be found in the plan: what is due is not known, but something is. */
function unknownOf(
  { clocksStarted, clocksStopped }: IncidentState,
  regulations: Regulations | undefined,
): string[] {
  const ids = new Set(clocksStarted.map(({ regulation }) => regulation))
  return [...ids].filter(
    (id) =>
      !Object.hasOwn(regulations ?? {}, id) &&
      !clocksStopped.some(({ regulation, notice }) => regulation === id && notice === null),
  )
}
