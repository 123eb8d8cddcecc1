import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plan } from '../../document/plan.ts'
import { frameworkIds, readFramework } from '../../document/frameworks.ts'
import { sha256 } from '../../document/project-files.ts'
import { readReports } from '../../document/reports.ts'
import { START } from '../../journal/chain-end.ts'
import { isSealed, parseSeal, takeLine } from '../../journal/chain.ts'
import type { Chain } from '../../journal/chain.ts'
import { parseEvent } from '../../model/event.ts'
import { coverageOf } from '../../reports/evidence/coverage.ts'
import type { ControlCoverage } from '../../reports/evidence/coverage.ts'
import { evidenceRecords } from '../../reports/evidence/records.ts'
import type { EvidenceInput } from '../../reports/evidence/records.ts'
import type { DrillRecord } from '../../reports/drill-record.ts'
import { publishedJournals } from './postmortems.ts'
import { publishedIds } from './runs.ts'

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
    journals: journalsOf(root),
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

/** The copies beside post-mortems and the published runs. A run that stands in both places counts once, where its seal is. */
function journalsOf(root: string): EvidenceInput['journals'] {
  const folders = new Map([
    ...publishedJournals(root).map(({ id }) => [id, `docs/postmortems/journals/${id}`] as const),
    ...[...publishedIds(root)].map((id) => [id, `docs/drills/${id}`] as const),
  ])
  return [...folders].map(([id, folder]) => {
    const file = `${folder}/journal.ndjson`
    const chain: Chain = { events: [], end: START, problems: [] }
    const lines = readFileSync(path.join(root, file), 'utf8').split('\n').slice(0, -1)
    for (const [index, text] of lines.entries())
      takeLine(chain, { text, hash: sha256(text) }, { file, line: index + 1 }, parseEvent)
    const seal = path.join(root, folder, 'seal.json')
    const found = existsSync(seal) ? parseSeal(readFileSync(seal, 'utf8')) : undefined
    return { id, file, events: chain.events, sealed: isSealed(chain, found) }
  })
}
