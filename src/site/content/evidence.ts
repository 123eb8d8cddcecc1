import type { Plan } from '../../document/plan.ts'
import { frameworkIds, readFramework } from '../../document/frameworks.ts'
import { readReports } from '../../document/reports.ts'
import { parseEvent } from '../../model/event.ts'
import type { JournalEvent } from '../../model/event.ts'
import { coverageOf } from '../../reports/evidence/coverage.ts'
import type { ControlCoverage } from '../../reports/evidence/coverage.ts'
import { evidenceRecords } from '../../reports/evidence/records.ts'
import type { DrillRecord } from '../../reports/drill-record.ts'
import { publishedJournals } from './postmortems.ts'

export type FrameworkView = {
  id: string
  title: string
  version: string
  url: string
  asOf: string
  controls: ControlCoverage[]
}
export type EvidencePage = { frameworks: FrameworkView[]; computedAt: string; from: string }

const YEAR_MS = 365 * 86_400_000

/** Control × evidence × age × gap over the last year, from what the repository holds; journals that are not published are in the bundle only. */
export function evidencePage(
  root: string,
  plan: Plan,
  drills: readonly DrillRecord[],
  commit: string,
  now: Date,
): EvidencePage {
  const { reports } = readReports(root)
  const records = evidenceRecords({
    // The pages show the plan as it stands: it is as old as the build.
    revision: { commit, at: now.toISOString() },
    services: plan.services,
    contacts: plan.contacts,
    schedule: plan.schedule,
    drills,
    postmortems: reports.flatMap(({ file, matter }) => (matter ? [{ file, matter }] : [])),
    actions: reports.flatMap(({ file, actions }) => actions.map((item) => ({ file, item }))),
    exercises: reports
      .filter(({ matter }) => matter === undefined)
      .map(({ file, title, id }) => ({ file, title, at: id.slice(0, 10) })),
    journals: publishedJournals(root).map(({ id, lines }) => ({
      id,
      file: `docs/postmortems/journals/${id}/journal.ndjson`,
      events: lines.flatMap(({ text }) => eventOf(text)),
    })),
    incidents: [],
  })
  const period = {
    from: new Date(now.getTime() - YEAR_MS).toISOString().slice(0, 10),
    to: now.toISOString().slice(0, 10),
  }
  return {
    computedAt: period.to,
    from: period.from,
    frameworks: frameworkIds(root).map((id) => {
      const framework = readFramework(root, id)
      const { title, version, url, asOf } = framework
      return { id, title, version, url, asOf, controls: coverageOf(framework, records, period) }
    }),
  }
}

/** The lines of runs; those of incidents are no events of a run. */
function eventOf(text: string): JournalEvent[] {
  try {
    return [parseEvent(JSON.parse(text))]
  } catch {
    return []
  }
}
