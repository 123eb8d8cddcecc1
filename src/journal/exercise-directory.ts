import path from 'node:path'
import { parseExerciseEvent } from '../model/exercise-event.ts'
import type { ExerciseEvent } from '../model/exercise-event.ts'
import { onlyId } from './find-one.ts'
import { readChain } from './read.ts'
import type { ReadJournal } from './read.ts'
import { journalFile, listRuns } from './run-directory.ts'

const SESSIONS = {
  one: 'exercise session',
  many: 'exercise sessions',
  hint: 'npm run tabletop -- --list names those there are.',
}

/** Exercises live beside the runs, in a folder of their own: no statistics of runs or drills ever meets one. */
export function exercisesFolder(runs: string): string {
  return path.join(runs, 'exercises')
}

/** The ids of all sessions, oldest first. */
export function listSessions(runs: string): string[] {
  return listRuns(exercisesFolder(runs))
}

/** The folder of a session, by its id, the unambiguous beginning or end of one, or `last`. */
export function findSession(runs: string, wanted: string): string {
  return path.join(exercisesFolder(runs), onlyId(wanted, listSessions(runs), SESSIONS))
}

/** Reads the journal of a session and checks every line. */
export function readExercise(directory: string): ReadJournal<ExerciseEvent> {
  return readChain(journalFile(directory), parseExerciseEvent)
}
