import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { loadRunbook } from '../../document/load.ts'
import { POSTMORTEMS } from '../../document/postmortems.ts'
import { foldIncident } from '../../journal/fold-incident.ts'
import type { IncidentState } from '../../journal/fold-incident.ts'
import { foldAll } from '../../journal/fold.ts'
import type { RunState } from '../../journal/fold.ts'
import {
  findIncident,
  incidentsFolder,
  isIncidentId,
  listIncidents,
  requireIncident,
} from '../../journal/incident-directory.ts'
import { requireJournal } from '../../journal/read.ts'
import { findRun } from '../../journal/find-run.ts'
import { journalFile } from '../../journal/run-directory.ts'
import { OperatorError } from '../../model/problem.ts'
import { executables } from '../../model/runbook.ts'
import type { Runbook } from '../../model/runbook.ts'
import { incidentRows } from '../../reports/postmortem/incident-rows.ts'
import { citedLines } from '../../reports/postmortem/sources.ts'
import type { RunSource } from '../../reports/postmortem/sources.ts'
import type { TimelineRow } from '../../reports/postmortem/rows.ts'

/** One run, with where it was found and what of it a reader of the document needs. */
export type GatheredRun = {
  source: RunSource
  state: RunState
  directory: string
  runbook: Runbook | undefined
}
export type GatheredIncident = {
  id: string
  state: IncidentState
  rows: TimelineRow[]
  directory: string
}
export type Gathered = { runs: GatheredRun[]; incident: GatheredIncident | undefined }

const estimatesFile = z.record(z.string(), z.number())

/** The journals that a run or an incident is made of; all of them whole and, unless `unfinished`, at their end. */
export function gather(root: string, runsFolder: string, wanted: string, unfinished: boolean): Gathered {
  const gathered = isIncidentId(wanted)
    ? gatherIncident(root, runsFolder, incidentDirectory(root, runsFolder, wanted))
    : gatherRun(root, runsFolder, wanted)
  if (!unfinished) requireEnd(gathered)
  return gathered
}

function gatherRun(root: string, runsFolder: string, wanted: string): Gathered {
  const directory = runDirectory(root, runsFolder, wanted)
  const run = readRun(directory)
  const incidents = incidentsOf(runsFolder, run.state.run)
  const [first, second] = incidents
  if (first && second)
    throw new OperatorError(
      'usage',
      incidents.map(({ file, line, id }) => ({
        file,
        line,
        message: `the run ${run.state.run} belongs to the incident ${id} as well as to another: one of them is wrong`,
        hint: 'npm run incident -- detach takes it from one; or name the incident instead of the run.',
      })),
    )
  return first
    ? gatherIncident(root, runsFolder, incidentDirectory(root, runsFolder, first.id))
    : { runs: [run], incident: undefined }
}

function gatherIncident(root: string, runsFolder: string, directory: string): Gathered {
  const file = journalFile(directory)
  const journal = requireIncident(file)
  const state = foldIncident(journal.events)
  const runs = state.runs.map(({ run }) => readRun(runDirectory(root, runsFolder, run)))
  for (const { run, line, sha256, seq } of state.runs) {
    const found = runs.find((candidate) => candidate.state.run === run)?.source.lines[line - 1]
    if (found?.cite.hash !== sha256)
      throw new OperatorError('damaged', {
        file,
        line: seq,
        message: `names line ${line} of the run ${run}, and that line is another one now`,
      })
  }
  const id = path.basename(directory)
  return { runs, incident: { id, state, rows: incidentRows(id, journal), directory } }
}

/** Where every incident says that this run belongs to it. */
function incidentsOf(runsFolder: string, run: string): { id: string; file: string; line: number }[] {
  return listIncidents(runsFolder).flatMap((id) => {
    const file = journalFile(path.join(incidentsFolder(runsFolder), id))
    const attached = foldIncident(requireIncident(file).events).runs.find((one) => one.run === run)
    return attached ? [{ id, file, line: attached.seq }] : []
  })
}

/** Where it ran, or the copy beside the post-mortems: runs are not kept in the repository. */
function runDirectory(root: string, runsFolder: string, wanted: string): string {
  const published = publishedFolder(root, wanted)
  const isHere = existsSync(journalFile(path.join(runsFolder, wanted)))
  return !isHere && existsSync(journalFile(published)) ? published : findRun(runsFolder, wanted)
}

function incidentDirectory(root: string, runsFolder: string, wanted: string): string {
  const published = publishedFolder(root, wanted)
  const isHere = existsSync(journalFile(path.join(incidentsFolder(runsFolder), wanted)))
  return !isHere && existsSync(journalFile(published)) ? published : findIncident(runsFolder, wanted)
}

export function publishedFolder(root: string, id: string): string {
  return path.join(root, POSTMORTEMS, 'journals', path.basename(id))
}

function readRun(directory: string): GatheredRun {
  const journal = requireJournal(journalFile(directory))
  const state = foldAll(journal.events)
  if (state.started === undefined)
    throw new OperatorError('damaged', {
      file: journalFile(directory),
      line: 1,
      message: 'the first event is not run-started: this is not the journal of a run',
    })
  const runbook = runbookOf(directory, state)
  return {
    directory,
    state,
    runbook,
    source: {
      id: state.run,
      lines: citedLines(state.run, journal),
      expected: runbook ? expectedOf(runbook) : publishedEstimates(directory),
      output: (job) => textOf(path.join(directory, 'output', `${path.basename(job)}.log`)),
    },
  }
}

/** The runbook as it was that day: its sources are kept with the run. */
function runbookOf(directory: string, { digest, runbook }: RunState): Runbook | undefined {
  const sources = path.join(directory, 'sources', digest.slice(0, 12))
  return existsSync(sources) ? loadRunbook(sources, runbook).runbook : undefined
}

function expectedOf(runbook: Runbook): Map<string, number> {
  const parts = executables(runbook.nodes).flatMap((node) => (node.kind === 'parallel' ? node.steps : [node]))
  return new Map(
    parts.flatMap((part) =>
      'expectMs' in part && part.expectMs !== undefined ? [[part.id, part.expectMs]] : [],
    ),
  )
}

export const ESTIMATES = 'estimates.json'

function publishedEstimates(directory: string): Map<string, number> | undefined {
  const file = path.join(directory, ESTIMATES)
  const text = textOf(file)
  if (text === undefined) return undefined
  try {
    return new Map(Object.entries(estimatesFile.parse(JSON.parse(text))))
  } catch {
    throw new OperatorError('damaged', { file, message: 'expected milliseconds for each step, as JSON' })
  }
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** A journal without its end would give a document that says less than what happened. */
function requireEnd({ runs, incident }: Gathered): void {
  const hint = 'Finish it first, or say --unfinished to write what there is.'
  const problems = runs
    .filter(({ state }) => state.status !== 'finished')
    .map(({ state, directory, source }) => ({
      file: journalFile(directory),
      line: source.lines.length,
      message: `the run ${state.run} is not finished${state.reason === '' ? '' : `: ${state.reason}`}`,
      hint: `npm run resume ${state.run}. ${hint}`,
    }))
  if (incident?.state.status === 'open')
    problems.push({
      file: journalFile(incident.directory),
      line: incident.state.lines,
      message: `the incident ${incident.id} is not over`,
      hint: `npm run incident close -- --incident ${incident.id} --text HOW. ${hint}`,
    })
  if (problems.length > 0) throw new OperatorError('usage', problems)
}
