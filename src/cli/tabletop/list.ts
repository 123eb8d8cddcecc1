import path from 'node:path'
import { exerciseIds, loadExercise } from '../../document/exercise.ts'
import { loadRunbook } from '../../document/load.ts'
import { runbookIds } from '../../document/plan.ts'
import { exerciseTime } from '../../exercise/clock-text.ts'
import { foldExercise } from '../../exercise/fold.ts'
import type { ExerciseState } from '../../exercise/fold.ts'
import { exercisesFolder, listSessions, readExercise } from '../../journal/exercise-directory.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import type { ExitName } from '../../model/exit-code.ts'
import { mistakesText } from '../../model/problem.ts'
import { table } from '../../reports/summary.ts'
import type { Io } from '../command.ts'

type Row = { kind: 'exercise' | 'runbook' | 'session'; id: string; what: string; state: string }

/** What can be played, and what was. */
export function listExercises(root: string, json: boolean, io: Io): ExitName {
  const rows = [...exercises(root), ...walks(root), ...sessions(root)]
  if (json) for (const row of rows) io.json(row)
  else
    for (const line of table(rows.map(({ kind, id, what, state }) => [kind, id, what, state]))) io.out(line)
  return 'ok'
}

function exercises(root: string): Row[] {
  return exerciseIds(root).map((id) => {
    const { exercise, problems } = loadExercise(root, id)
    return exercise
      ? { kind: 'exercise', id, what: exercise.title, state: `${exercise.injects.length} injects` }
      : { kind: 'exercise', id, what: `has ${mistakesText(problems.length)}: npm run check`, state: '—' }
  })
}

function walks(root: string): Row[] {
  return runbookIds(root).map((id) => {
    const { runbook } = loadRunbook(root, id)
    return {
      kind: 'runbook',
      id,
      what: runbook?.title ?? `has mistakes: npm run check ${id}`,
      state: 'can be walked',
    }
  })
}

function sessions(root: string): Row[] {
  const runs = runsFolder(root, process.env)
  return listSessions(runs).map((id) => {
    const { events, problems } = readExercise(path.join(exercisesFolder(runs), id))
    const state = foldExercise(events)
    return {
      kind: 'session',
      id,
      what: `${state.title}, ${exerciseTime(state.exerciseMs)} played`,
      state: problems.length > 0 ? 'damaged' : statusOf(state),
    }
  })
}

export function statusOf({ sealed, status }: ExerciseState): string {
  if (sealed) return 'finished'
  return status === 'ended' ? 'ended, not sealed' : 'can be resumed'
}
