import path from 'node:path'
import { foldExercise } from '../../exercise/fold.ts'
import type { ExerciseState } from '../../exercise/fold.ts'
import { readExercise } from '../../journal/exercise-directory.ts'
import type { ReadJournal } from '../../journal/read.ts'
import type { ExerciseEvent } from '../../model/exercise-event.ts'
import { formatProblem } from '../../model/problem.ts'
import { afterAction } from '../../reports/after-action/data.ts'
import type { Io } from '../command.ts'
import { statusOf } from './list.ts'
import { overviewPage } from './screen.ts'
import { keptExercise } from './session.ts'

/** A session from its journal: the timeline of its report, then the overview of its console. */
export function showExercise(directory: string, json: boolean, io: Io): 'ok' | 'damaged' {
  const journal = readExercise(directory)
  for (const problem of journal.problems) io.err(formatProblem(problem))
  if (json) for (const event of journal.events) io.json(event)
  else for (const line of linesOf(directory, journal)) io.out(line)
  return journal.problems.length === 0 ? 'ok' : 'damaged'
}

function linesOf(directory: string, { events, end }: ReadJournal<ExerciseEvent>): string[] {
  const state = foldExercise(events)
  if (state.session === '') return ['Nothing was recorded that can be shown.']
  const exercise = keptExercise(directory, state)
  const { timeline } = afterAction(exercise, events, end.hash)
  return [
    ...timeline.map((row) => `${row.at.slice(11, 23)}  ${row.exercise}  ${row.what}`),
    '',
    ...overviewPage(exercise, state, Infinity),
    '',
    endOf(directory, state),
  ]
}

function endOf(directory: string, state: ExerciseState): string {
  const next = state.sealed ? 'npm run tabletop -- --report' : 'npm run resume'
  return `The exercise: ${statusOf(state)}.  ${next} ${path.basename(directory)}`
}
