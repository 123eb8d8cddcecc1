import { z } from 'zod'
import { envelope } from './event.ts'
import { sealedFiles } from './sealed-schema.ts'

/** The events of an exercise's journal. docs/exercise-journal.md describes them for people; a test holds the two together. */

const EXERCISE_VERSION = 1

const text = z.string()
const ms = z.number().min(0)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const process = { host: text, pid: z.int(), boot: text }
/** Every line carries the exercise clock: after a crash it goes on from the last one that was written. */
const clock = { exerciseMs: ms }

export const ratingLetter = z.enum(['P', 'S', 'M', 'U'])
export const washKind = z.enum(['sustain', 'improve', 'surprise'])
export type WashKind = z.infer<typeof washKind>

export const exerciseEventBody = z.discriminatedUnion('event', [
  z.strictObject({
    ...clock,
    event: z.literal('exercise-started'),
    session: text,
    exercise: text,
    title: text,
    mode: z.literal('tabletop'),
    ...process,
    versions: z.record(z.string(), z.string()),
    sources: z.array(z.strictObject({ file: text, sha256 })),
  }),
  z.strictObject({
    ...clock,
    event: z.literal('exercise-resumed'),
    ...process,
    after: text,
    /** Wall time between the last line and this one: it is not exercise time. */
    awayMs: ms.nullable(),
  }),
  z.strictObject({ ...clock, event: z.literal('exercise-paused'), reason: text }),
  z.strictObject({ ...clock, event: z.literal('exercise-continued') }),
  z.strictObject({ ...clock, event: z.literal('clock-read') }),
  z.strictObject({ ...clock, event: z.literal('inject-released'), inject: text, time: z.int().min(1) }),
  z.strictObject({ ...clock, event: z.literal('inject-held'), inject: text, reason: text }),
  z.strictObject({ ...clock, event: z.literal('inject-skipped'), inject: text, reason: text }),
  z.strictObject({ ...clock, event: z.literal('branch-taken'), inject: text, choice: text }),
  z.strictObject({
    ...clock,
    event: z.literal('task-rated'),
    task: text,
    inject: text.nullable(),
    rating: ratingLetter,
    evidence: text.min(1),
  }),
  z.strictObject({
    ...clock,
    event: z.literal('decision-recorded'),
    inject: text.nullable(),
    question: text,
    options: z.array(text),
    decision: text,
    decider: text,
    rationale: text,
  }),
  z.strictObject({ ...clock, event: z.literal('note-written'), inject: text.nullable(), text }),
  z.strictObject({ ...clock, event: z.literal('hot-wash-said'), kind: washKind, text }),
  z.strictObject({
    ...clock,
    event: z.literal('action-agreed'),
    task: text.nullable(),
    title: text.min(1),
    owner: text.min(1),
    due: z.iso.date(),
    doneWhen: text.min(1),
  }),
  z.strictObject({ ...clock, event: z.literal('exercise-ended'), reason: text }),
  z.strictObject({ ...clock, event: z.literal('exercise-sealed'), files: sealedFiles }),
])
export type ExerciseEventBody = z.infer<typeof exerciseEventBody>

/** What every line of an exercise's journal has. */
export const exerciseEnvelope = envelope.pick({ seq: true, at: true, mono: true, prev: true }).extend({
  v: z.literal(EXERCISE_VERSION),
  /** SHA-256 over the exercise and what it hands out, as it was when the line was written. */
  digest: sha256,
  /** Who was at the keyboard. */
  facilitator: text,
})
export type ExerciseEvent = z.infer<typeof exerciseEnvelope> & ExerciseEventBody

const ENVELOPE_KEYS = new Set(Object.keys(exerciseEnvelope.shape))

/** One line, already parsed as JSON, to an event; throws a ZodError when it is not one. */
export function parseExerciseEvent(line: unknown): ExerciseEvent {
  const head = exerciseEnvelope.parse(line)
  const body = exerciseEventBody.parse(
    Object.fromEntries(Object.entries(Object(line)).filter(([key]) => !ENVELOPE_KEYS.has(key))),
  )
  return { ...body, ...head }
}
