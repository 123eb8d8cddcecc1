import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { foldAll } from '../../journal/fold.ts'
import type { RunState } from '../../journal/fold.ts'
import { findJournal } from '../../journal/find-journal.ts'
import type { FoundJournal } from '../../journal/find-journal.ts'
import { readIncident } from '../../journal/incident-directory.ts'
import { readJournal } from '../../journal/read.ts'
import { journalFile } from '../../journal/run-directory.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { formatDuration } from '../../model/duration.ts'
import { reasonOf } from '../../model/outcome.ts'
import { OperatorError, formatProblem } from '../../model/problem.ts'
import { describeIncidentEvent } from '../../reports/incident-timeline.ts'
import { describeEvent } from '../../reports/timeline.ts'
import { endText, measurementLines, stepStatus, table, verdict } from '../../reports/summary.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import type { Command, Io } from '../command.ts'
import { followRun } from '../follow.ts'
import { projectRoot } from '../project-root.ts'

const usage = `drillbook show <run | incident | exercise | last> [--output] [--follow] [--json]

Shows a run from its journal: what happened when, each step, what was measured. Of an incident, what happened when; of a session of an
exercise, its timeline, injects, ratings and decisions.
  --output   also what every fence of a run printed
  --follow   keep watching a run that is going on; changes nothing
  --json     the events as they stand in the journal`

export const command: Command = {
  summary: 'Show what happened in a run, an incident or an exercise, or watch a run.',
  usage,
  run: async (argv, io) => {
    const { values, positionals } = parseCommandLine('show', argv, {
      output: { type: 'boolean' },
      follow: { type: 'boolean' },
      json: { type: 'boolean' },
    })
    const wanted = oneArgument('show', positionals, 'run, incident or exercise')
    const found = findJournal(runsFolder(projectRoot(), process.env), wanted)
    if (found.kind !== 'run') return await showOther(found, values, io)
    return values.follow === true
      ? await followRun(found.directory, io)
      : showRun(found.directory, values, io)
  },
}

type Values = { output?: boolean; follow?: boolean; json?: boolean }

function showRun(directory: string, { json, output }: Values, io: Io): 'ok' | 'damaged' {
  const journal = readJournal(journalFile(directory))
  for (const problem of journal.problems) io.err(formatProblem(problem))
  if (json === true) for (const event of journal.events) io.json(event)
  else {
    for (const event of journal.events) for (const line of describeEvent(event)) io.out(line)
    showState(foldAll(journal.events), directory, output === true, io)
  }
  return journal.problems.length === 0 ? 'ok' : 'damaged'
}

/** The readers of an exercise are loaded only where there is one. */
async function showOther(
  { kind, directory }: FoundJournal,
  { json, output, follow }: Values,
  io: Io,
): Promise<'ok' | 'damaged'> {
  if (output === true || follow === true)
    throw new OperatorError('usage', {
      message: `--output and --follow are for runs, and ${path.basename(directory)} is an ${kind}`,
      hint: kind === 'incident' ? 'npm run incident status -- --watch' : 'Leave them out.',
    })
  if (kind === 'incident') return showIncident(directory, json === true, io)
  const { showExercise } = await import('../tabletop/show.ts')
  return showExercise(directory, json === true, io)
}

/** In the order in which things happened; the number is that of the line that says so. */
function showIncident(directory: string, json: boolean, io: Io): 'ok' | 'damaged' {
  const { events, problems } = readIncident(journalFile(directory))
  for (const problem of problems) io.err(formatProblem(problem))
  if (json) for (const event of events) io.json(event)
  else
    for (const event of events.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt)))
      io.out(describeIncidentEvent(event))
  return problems.length === 0 ? 'ok' : 'damaged'
}

function showState(state: RunState, directory: string, output: boolean, io: Io): void {
  const rows = [...state.steps].map(([id, step]) => [
    id,
    stepStatus(step),
    step.durationMs === undefined ? '—' : formatDuration(step.durationMs),
    [step.reason, step.notUndone].filter((words) => words !== '').join('; '),
  ])
  io.out('')
  for (const line of table([['step', 'state', 'took', ''], ...rows])) io.out(line)
  if (output) showOutput(state, directory, io)
  io.out('')
  for (const line of measurementLines(state)) io.out(line)
  io.out(
    state.status === 'finished'
      ? `${state.result === undefined ? endText(undefined, state.reason) : verdict(state, state.result)}.`
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
      if (existsSync(file)) io.out(readFileSync(file, 'utf8'))
    }
}
