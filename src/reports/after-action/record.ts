import type { ExerciseState } from '../../exercise/fold.ts'
import { criticalTasks, stepsOfTask } from '../../model/exercise.ts'
import type { Exercise } from '../../model/exercise.ts'
import type { ExerciseRecord } from '../../model/exercise-record.ts'

/** `journalHash` is the hash of the journal's last line. */
export function recordOf(exercise: Exercise, state: ExerciseState, journalHash: string): ExerciseRecord {
  return {
    v: 1,
    mode: 'tabletop',
    session: state.session,
    exercise: exercise.id,
    title: exercise.title,
    startedAt: state.startedAt,
    endedAt: state.lastAt,
    facilitator: state.facilitators.join(', '),
    digest: state.digest,
    journalHash,
    exerciseMs: state.exerciseMs,
    tasks: criticalTasks(exercise).map(({ id, text, objective }) => {
      const given = state.ratings.get(id)
      const [link] = stepsOfTask(exercise, id)
      return {
        id,
        title: text,
        objective: objective.id,
        rating: given?.rating ?? null,
        evidence: given?.evidence ?? '',
        at: given?.at ?? state.lastAt,
        ...link,
      }
    }),
  }
}
