import { z } from 'zod'
import type { ExerciseState } from '../../exercise/fold.ts'
import type { RatedTask } from '../../exercise/gaps.ts'
import { criticalTasks, stepsOfTask } from '../../model/exercise.ts'
import type { Exercise } from '../../model/exercise.ts'
import { ratingLetter } from '../../model/exercise-event.ts'

/** One played exercise: docs/exercises/reports/<date>-<id>.json, beside its report. Open gaps are computed from these. */
export const exerciseRecord = z.strictObject({
  v: z.literal(1),
  mode: z.literal('tabletop'),
  session: z.string(),
  exercise: z.string(),
  title: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  facilitator: z.string(),
  digest: z.string(),
  journalHash: z.string(),
  exerciseMs: z.number(),
  tasks: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      objective: z.string(),
      rating: ratingLetter.nullable(),
      evidence: z.string(),
      at: z.string(),
      runbook: z.string().optional(),
      step: z.string().optional(),
    }),
  ),
})
export type ExerciseRecord = z.infer<typeof exerciseRecord>

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
    facilitator: state.facilitator,
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

export function ratedTasks({ exercise, session, tasks }: ExerciseRecord): RatedTask[] {
  return tasks.flatMap(({ id, title, rating, evidence, at, runbook, step }) =>
    rating === null ? [] : [{ exercise, task: id, title, rating, evidence, session, at, runbook, step }],
  )
}
