import { z } from 'zod'
import { exerciseMatter, expectAttributes, injectAttributes, stepText } from '../model/exercise.ts'
import type { Exercise, Inject } from '../model/exercise.ts'

/** An exercise as its author writes it: durations and links are text, so that any reader of JSON can carry them. */

const injectInput = z.strictObject({
  ...injectAttributes.shape,
  title: z.string(),
  text: z.string(),
  expected: z.array(z.strictObject({ ...expectAttributes.shape, text: z.string() })),
  questions: z.array(z.string()),
  notes: z.string(),
  choices: z.array(z.strictObject({ value: z.string(), title: z.string(), prose: z.string() })),
})
export type InjectInput = z.input<typeof injectInput>
export type ExerciseInput = { matter: z.input<typeof exerciseMatter>; intro: string; injects: InjectInput[] }

/** Checked, and kept as it was written: nothing is converted. */
export const injectAsWritten = z.custom<InjectInput>((value) => injectInput.safeParse(value).success, {
  error: ({ input }) => firstMistake(injectInput.safeParse(input)),
})
export const matterAsWritten = z.custom<ExerciseInput['matter']>(
  (value) => exerciseMatter.safeParse(value).success,
  { error: ({ input }) => firstMistake(exerciseMatter.safeParse(input)) },
)

function firstMistake({ error }: { error?: z.ZodError | undefined }): string {
  const issue = error?.issues[0]
  return issue === undefined ? 'is wrong' : `${issue.path.map(String).join('.')}: ${issue.message}`
}

export function inputOf(exercise: Exercise): ExerciseInput {
  const {
    id: _id,
    file: _file,
    sources: _sources,
    digest: _digest,
    intro,
    injects,
    modules,
    ...matter
  } = exercise
  return {
    matter: {
      ...matter,
      modules: modules.map(({ duration, ...module }) => ({
        ...module,
        ...(duration === undefined ? {} : { duration: durationText(duration) }),
      })),
    },
    intro,
    injects: injects.map(injectInputOf),
  }
}

function injectInputOf(inject: Inject): InjectInput {
  const { offsetMs, scenarioMs, when, attachments, expected, choices, place: _place, ...rest } = inject
  const [condition] = when
  return {
    ...rest,
    ...(offsetMs === undefined ? {} : { offset: durationText(offsetMs) }),
    ...(scenarioMs === undefined ? {} : { scenarioTime: new Date(scenarioMs).toISOString().slice(0, 16) }),
    ...(condition === undefined ? {} : { when: `${condition.decision}=${condition.choice}` }),
    ...(attachments.length === 0 ? {} : { attachments: attachments.join(', ') }),
    expected: expected.map(({ step, place: _at, ...action }) => ({
      ...action,
      ...(step === undefined ? {} : { step: stepText(step) }),
    })),
    choices: choices.map(({ place: _at, ...choice }) => choice),
  }
}

function durationText(ms: number): string {
  if (ms % 60_000 === 0 && ms > 0) return `${ms / 60_000}m`
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}
