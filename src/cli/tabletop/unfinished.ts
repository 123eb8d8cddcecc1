import path from 'node:path'
import { foldExercise } from '../../exercise/fold.ts'
import type { ExerciseState } from '../../exercise/fold.ts'
import { exercisesFolder, listSessions, readExercise } from '../../journal/exercise-directory.ts'

/** The sessions that can be gone on with, the newest first. One that is damaged is not looked at here: it is refused by name. */
function unfinishedSessions(runs: string): ExerciseState[] {
  return listSessions(runs)
    .reverse()
    .flatMap((id) => {
      const { events, problems } = readExercise(path.join(exercisesFolder(runs), id))
      const state = foldExercise(events)
      return problems.length === 0 && events.length > 0 && !state.sealed ? [state] : []
    })
}

/** One that was only opened holds nothing that could be lost. */
function hasBegun({ released }: ExerciseState): boolean {
  return released.size > 0
}

/** The last one that was played, or else the last one that was opened. */
export function lastUnfinished(runs: string): ExerciseState | undefined {
  const all = unfinishedSessions(runs)
  return all.find(hasBegun) ?? all[0]
}

/** The last session of this exercise that was played and not finished. */
export function unfinishedOf(runs: string, exercise: string): ExerciseState | undefined {
  return unfinishedSessions(runs).find((state) => state.exercise === exercise && hasBegun(state))
}
