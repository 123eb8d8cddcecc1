import { execa } from 'execa'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Plan } from '../../document/plan.ts'
import { readReports } from '../../document/reports.ts'
import { parseYaml } from '../../document/yaml.ts'
import { foldIncident } from '../../journal/fold-incident.ts'
import { foldAll } from '../../journal/fold.ts'
import type { RunState } from '../../journal/fold.ts'
import { incidentsFolder, listIncidents, readIncident } from '../../journal/incident-directory.ts'
import { isSealed } from '../../journal/chain.ts'
import { readSeal } from '../../journal/read-seal.ts'
import { readJournal } from '../../journal/read.ts'
import { journalFile, listRuns } from '../../journal/run-directory.ts'
import { OperatorError } from '../../model/problem.ts'
import { servicesFile } from '../../model/service.ts'
import type { PopulationRow } from '../../reports/evidence/population.ts'
import { populationRow } from '../../reports/evidence/population.ts'
import type { EvidenceInput } from '../../reports/evidence/records.ts'
import { measuredOf, verdictOf } from '../../reports/drill-record.ts'
import type { DrillRecord } from '../../reports/drill-record.ts'
import { readDrills } from '../../site/content/drills.ts'

/** Everything that this project and its runs folder hold; a journal that is damaged is taken along as it is, and reported. */
export async function gatherEvidence(
  root: string,
  runs: string,
  plan: Plan,
): Promise<{ input: EvidenceInput; notes: string[] }> {
  const { reports, problems } = readReports(root)
  if (problems.length > 0) throw new OperatorError('usage', problems)
  const { drills, unreadable } = readDrills(root)
  const journals = listRuns(runs).map((id) => {
    const folder = path.join(runs, id)
    const read = readJournal(journalFile(folder))
    const sealed = isSealed(read, readSeal(folder))
    const damaged = read.problems.length > 0
    return { id, file: `runs/${id}/journal.ndjson`, events: read.events, sealed, damaged }
  })
  const notes = [
    ...unreadable.map((file) => `${file} is no drill record`),
    ...journals.filter(({ damaged }) => damaged).map(({ id }) => `the journal of ${id} is damaged`),
  ]
  return {
    notes,
    input: {
      revision: await revisionOf(root),
      services: plan.services,
      contacts: plan.contacts,
      schedule: plan.schedule,
      drills,
      postmortems: reports.flatMap(({ file, matter }) => (matter ? [{ file, matter }] : [])),
      actions: reports.flatMap(({ file, actions }) => actions.map((item) => ({ file, item }))),
      exercises: reports
        .filter(({ matter }) => matter === undefined)
        .map(({ file, title, id }) => ({ file, title, at: id.slice(0, 10) })),
      journals,
      incidents: incidentsIn(runs),
    },
  }
}

function incidentsIn(runs: string): EvidenceInput['incidents'] {
  return listIncidents(runs).map((id) => {
    const state = foldIncident(readIncident(journalFile(path.join(incidentsFolder(runs), id))).events)
    return {
      id,
      file: `incidents/${id}/journal.ndjson`,
      title: state.title,
      at: state.declaredAt,
      messages: state.messages.length,
    }
  })
}

async function git(root: string, ...args: string[]): Promise<string | undefined> {
  const { failed, stdout } = await execa('git', args, { cwd: root, reject: false })
  return failed || stdout === '' ? undefined : stdout
}

async function revisionOf(root: string): Promise<EvidenceInput['revision']> {
  const line = await git(root, 'log', '-1', '--format=%H %cI', '--', 'docs/plan', 'runbooks')
  const [commit, at] = line?.split(' ') ?? []
  return commit !== undefined && at !== undefined ? { commit, at } : undefined
}

/** Every drill of the period, those that nobody published as well. */
export async function populationOf(
  root: string,
  { drills, journals }: Pick<EvidenceInput, 'drills' | 'journals'>,
  isInPeriod: (at: string) => boolean,
): Promise<PopulationRow[]> {
  const published = drills.filter(({ startedAt }) => isInPeriod(startedAt))
  const rows = await Promise.all(
    published.map(async (drill) => ({ ...populationRow(drill), commit: await commitBefore(root, drill) })),
  )
  const known = new Set(drills.map(({ run }) => run))
  const unpublished = await Promise.all(
    journals
      .map(({ events }) => foldAll(events))
      .filter((state) => state.mode === 'drill' && !known.has(state.run) && isInPeriod(state.startedAt))
      .map((state) => unpublishedRow(root, state)),
  )
  return [...rows, ...unpublished].toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
}

async function unpublishedRow(root: string, state: RunState): Promise<PopulationRow> {
  const { run, runbook, service, environment, operator, startedAt, started } = state
  const objective = started?.objective ?? null
  const measured = measuredOf(state)
  const verdict = state.status === 'finished' ? verdictOf(state) : 'not finished'
  return {
    ...populationRow({ run, runbook, environment, operator, startedAt, objective, measured, verdict }),
    commit: await commitBefore(root, { startedAt, objective, service }),
    published: false,
  }
}

/** The plan as it was committed before a drill began: whoever approves afterwards cannot get in there. */
async function commitBefore(
  root: string,
  drill: Pick<DrillRecord, 'startedAt' | 'service' | 'objective'>,
): Promise<PopulationRow['commit']> {
  const file = 'docs/plan/services.yaml'
  const line = await git(root, 'log', '-1', `--before=${drill.startedAt}`, '--format=%H %cI', '--', file)
  const [hash, at] = line?.split(' ') ?? []
  if (hash === undefined || at === undefined) return null
  const text = await git(root, 'show', `${hash}:${file}`)
  const { value } = parseYaml(text ?? '', servicesFile, file)
  const then = value?.services[drill.service]?.objective
  const { objective } = drill
  const holdsObjective =
    then !== undefined &&
    objective !== null &&
    then.rto === objective.rtoMs &&
    then.rpo === objective.rpoMs &&
    then.approvedBy === objective.approvedBy &&
    then.approvedAt === objective.approvedAt
  return { hash, at, holdsObjective }
}

/** Every file below a folder, by its path there. Links are not followed. */
export function filesBelow(folder: string): { name: string; bytes: () => Buffer }[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({
      name: path.relative(folder, file).split(path.sep).join('/'),
      bytes: () => readFileSync(file),
    }))
}
