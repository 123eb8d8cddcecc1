import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { foldAll } from '../../journal/fold.ts'
import type { RunState } from '../../journal/fold.ts'
import { findIncident, isIncidentId, readIncident } from '../../journal/incident-directory.ts'
import { readJournal } from '../../journal/read.ts'
import { findRun, journalFile } from '../../journal/run-directory.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { formatDuration } from '../../model/duration.ts'
import { reasonOf } from '../../model/outcome.ts'
import { formatProblem } from '../../model/problem.ts'
import { printable } from '../../host/text.ts'
import { describeIncidentEvent } from '../../reports/incident-timeline.ts'
import { describeEvent } from '../../reports/timeline.ts'
import { measurementLines, table } from '../../reports/summary.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import type { Command, Io } from '../command.ts'
import { followRun } from '../follow.ts'
import { projectRoot } from '../project-root.ts'

const usage = `drillbook show <run | incident | last> [--output] [--follow] [--json]

Shows a run from its journal: what happened when, each step, what was measured.
  --output   also what every fence printed
  --follow   keep watching a run that is going on; changes nothing
  --json     the events as they stand in the journal`

export const command: Command = {
  summary: 'Show what happened in a run, or watch one.',
  usage,
  run: async (argv, io) => {
    const { values, positionals } = parseCommandLine('show', argv, {
      output: { type: 'boolean' },
      follow: { type: 'boolean' },
      json: { type: 'boolean' },
    })
    const wanted = oneArgument('show', positionals, 'run')
    const runs = runsFolder(projectRoot(), process.env)
    if (isIncidentId(wanted)) return showIncident(findIncident(runs, wanted), values.json === true, io)
    const directory = findRun(runs, wanted)
    if (values.follow === true) return await followRun(directory, io)
    const journal = readJournal(journalFile(directory))
    for (const problem of journal.problems) io.err(formatProblem(problem))
    if (values.json === true) for (const event of journal.events) io.out(JSON.stringify(event))
    else {
      for (const event of journal.events) for (const line of describeEvent(event)) io.out(printable(line))
      showState(foldAll(journal.events), directory, values.output === true, io)
    }
    return journal.problems.length === 0 ? 'ok' : 'damaged'
  },
}

/** In the order in which things happened; the number is that of the line that says so. */
function showIncident(directory: string, json: boolean, io: Io): 'ok' | 'damaged' {
  const { events, problems } = readIncident(journalFile(directory))
  for (const problem of problems) io.err(formatProblem(problem))
  if (json) for (const event of events) io.out(JSON.stringify(event))
  else
    for (const event of events.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt)))
      io.out(printable(describeIncidentEvent(event)))
  return problems.length === 0 ? 'ok' : 'damaged'
}

function showState(state: RunState, directory: string, output: boolean, io: Io): void {
  const rows = [...state.steps].map(([id, step]) => [
    id,
    step.status,
    step.durationMs === undefined ? '—' : formatDuration(step.durationMs),
    printable(step.reason),
  ])
  io.out('')
  for (const line of table([['step', 'state', 'took', ''], ...rows])) io.out(line)
  if (output) showOutput(state, directory, io)
  io.out('')
  for (const line of measurementLines(state)) io.out(line)
  io.out(
    state.status === 'finished'
      ? `The run ${state.result}.`
      : `The run is not finished.  npm run resume ${state.run}`,
  )
}

function showOutput(state: RunState, directory: string, io: Io): void {
  for (const [id, step] of state.steps)
    for (const fence of step.fences) {
      const file = path.join(directory, 'output', `${fence.job}.log`)
      io.out('')
      io.out(
        `${id} ${fence.role} ${fence.place}: ${fence.outcome ? reasonOf(fence.outcome) : 'not finished'}`,
      )
      if (existsSync(file)) io.out(printable(readFileSync(file, 'utf8')))
    }
}
