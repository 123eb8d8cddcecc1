import { z } from 'zod'
import type { RatedTask } from './exercise-gap.ts'
import { ratingLetter } from './exercise-event.ts'

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

export function ratedTasks({ exercise, session, tasks }: ExerciseRecord): RatedTask[] {
  return tasks.flatMap(({ id, title, rating, evidence, at, runbook, step }) =>
    rating === null ? [] : [{ exercise, task: id, title, rating, evidence, session, at, runbook, step }],
  )
}
