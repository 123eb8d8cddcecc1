import { z } from 'zod'
import { exerciseTime, scenarioTime } from '../../exercise/clock-text.ts'
import { foldEvent, emptyExercise, foldExercise } from '../../exercise/fold.ts'
import type { ExerciseState } from '../../exercise/fold.ts'
import { isGap } from '../../model/exercise-gap.ts'
import { scenarioClock, statusOf } from '../../exercise/plan.ts'
import { EXERCISE_ROLES, RATINGS, criticalTasks, stepText, stepsOfTask } from '../../model/exercise.ts'
import type { Exercise } from '../../model/exercise.ts'
import type { ExerciseEvent } from '../../model/exercise-event.ts'

const text = z.string()
const source = z.strictObject({ line: text, hash: text })
const task = z.strictObject({
  id: text,
  title: text,
  rating: text,
  meaning: text,
  evidence: text,
  source: source.nullable(),
  steps: z.array(text),
  isGap: z.boolean(),
  actions: z.array(z.strictObject({ title: text, owner: text, start: text, due: text, doneWhen: text })),
})

/** What the template of an after-action report can say. */
export const afterActionData = z.strictObject({
  title: text,
  exercise: text,
  session: text,
  type: text,
  scope: text,
  summary: text,
  facilitator: text,
  startedAt: text,
  endedAt: text,
  exerciseTime: text,
  away: text,
  lines: text,
  head: text,
  isSealed: z.boolean(),
  endedWhy: text,
  assumptions: z.array(text),
  artificialities: z.array(text),
  absent: z.array(text),
  roles: z.array(z.strictObject({ role: text, who: text })),
  objectives: z.array(
    z.strictObject({ objective: text, capability: text, controls: text, tasks: z.array(task) }),
  ),
  strengths: z.array(task),
  areas: z.array(task),
  unrated: z.array(task),
  injects: z.array(
    z.strictObject({ id: text, title: text, kind: text, planned: text, released: text, state: text }),
  ),
  timeline: z.array(z.strictObject({ at: text, exercise: text, scenario: text, what: text, source })),
  decisions: z.array(
    z.strictObject({
      at: text,
      inject: text,
      question: text,
      options: text,
      decision: text,
      decider: text,
      rationale: text,
      source,
    }),
  ),
  sustain: z.array(text),
  improve: z.array(text),
  surprise: z.array(text),
  otherActions: task.shape.actions,
})
export type AfterActionData = z.infer<typeof afterActionData>
type Task = z.infer<typeof task>
type Source = z.infer<typeof source>

/** Everything is computed from the exercise and its journal; `head` is the hash of the last line. */
export function afterAction(
  exercise: Exercise,
  events: readonly ExerciseEvent[],
  head: string,
): AfterActionData {
  const state = foldExercise(events)
  const sources = sourcesOf(events, head)
  const objectives = exercise.objectives.map((objective) => ({
    objective: objective.objective,
    capability: objective.capability,
    controls: objective.controls.join(', '),
    tasks: Object.keys(objective.tasks).map((id) => taskOf(id, exercise, state, sources)),
  }))
  const tasks = objectives.flatMap((objective) => objective.tasks)
  const away = events.flatMap((event) => (event.event === 'exercise-resumed' ? [event.awayMs ?? 0] : []))
  return {
    title: exercise.title,
    exercise: exercise.id,
    session: state.session,
    type: exercise.type,
    scope: exercise.scope,
    summary: exercise.summary,
    facilitator: state.facilitators.join(', '),
    startedAt: state.startedAt,
    endedAt: state.lastAt,
    exerciseTime: exerciseTime(state.exerciseMs),
    away: awayText(away),
    lines: String(state.lines),
    head,
    isSealed: state.sealed,
    endedWhy: events.find((event) => event.event === 'exercise-ended')?.reason ?? '',
    assumptions: exercise.assumptions,
    artificialities: exercise.artificialities,
    absent: exercise.absent,
    roles: EXERCISE_ROLES.map((role) => ({ role, who: exercise.roles[role].join(', ') || 'not named' })),
    objectives,
    strengths: tasks.filter(({ rating }) => rating === 'P' || rating === 'S'),
    areas: tasks.filter((one) => one.isGap),
    unrated: tasks.filter(({ rating }) => rating === ''),
    injects: injectRows(exercise, state),
    timeline: timeline(exercise, events, sources),
    decisions: state.decisions.map((decision) => ({
      at: exerciseTime(decision.exerciseMs),
      inject: decision.inject ?? '',
      question: decision.question,
      options: decision.options.join(' / '),
      decision: decision.decision,
      decider: decision.decider,
      rationale: decision.rationale,
      source: sourceOf(decision.seq, sources),
    })),
    ...washed(state),
    otherActions: actionsOf(null, state),
  }
}

/** The hash of every line: a line's hash stands in the one after it. */
function sourcesOf(events: readonly ExerciseEvent[], head: string): Map<number, string> {
  return new Map(events.map(({ seq }, index) => [seq, events[index + 1]?.prev ?? head]))
}

function sourceOf(seq: number, sources: Map<number, string>): Source {
  return { line: `line ${seq}`, hash: (sources.get(seq) ?? '').slice(0, 12) }
}

function awayText(away: readonly number[]): string {
  if (away.length === 0) return ''
  const total = exerciseTime(away.reduce((sum, ms) => sum + ms, 0))
  return `The console was gone ${away.length === 1 ? 'once' : `${away.length} times`}, ${total} in all. That is not exercise time.`
}

function taskOf(id: string, exercise: Exercise, state: ExerciseState, sources: Map<number, string>): Task {
  const given = state.ratings.get(id)
  const title = criticalTasks(exercise).find((one) => one.id === id)?.text ?? id
  return {
    id,
    title,
    rating: given?.rating ?? '',
    meaning: given ? RATINGS[given.rating] : 'not rated',
    evidence: given?.evidence ?? '',
    source: given ? sourceOf(given.seq, sources) : null,
    steps: stepsOfTask(exercise, id).map(stepText),
    isGap: given !== undefined && isGap(given.rating),
    actions: actionsOf(id, state),
  }
}

function actionsOf(task: string | null, state: ExerciseState): Task['actions'] {
  return state.actions
    .filter((action) => action.task === task)
    .map(({ title, owner, at, due, doneWhen }) => ({ title, owner, start: at.slice(0, 10), due, doneWhen }))
}

function injectRows(exercise: Exercise, state: ExerciseState): AfterActionData['injects'] {
  return exercise.injects.map((inject) => {
    const released = state.released.get(inject.id)
    const status = statusOf(inject, state)
    const why = state.skipped.get(inject.id) ?? state.held.get(inject.id)
    return {
      id: inject.id,
      title: inject.title,
      kind: inject.kind,
      planned: inject.offsetMs === undefined ? 'when needed' : exerciseTime(inject.offsetMs),
      released: released ? exerciseTime(released.exerciseMs) : '—',
      state: why === undefined ? status : `${status}: ${why}`,
    }
  })
}

function timeline(
  exercise: Exercise,
  events: readonly ExerciseEvent[],
  sources: Map<number, string>,
): AfterActionData['timeline'] {
  const state = emptyExercise()
  return events.flatMap((event) => {
    foldEvent(state, event)
    const what = describe(event, exercise)
    if (what === undefined) return []
    return [
      {
        at: event.at,
        exercise: exerciseTime(event.exerciseMs),
        scenario: scenarioTime(exercise, scenarioClock(exercise, state, event.mono)),
        what,
        source: sourceOf(event.seq, sources),
      },
    ]
  })
}

function describe(event: ExerciseEvent, exercise: Exercise): string | undefined {
  const inject = (id: string): string => exercise.injects.find((other) => other.id === id)?.title ?? id
  const task = (id: string): string => criticalTasks(exercise).find((other) => other.id === id)?.text ?? id
  switch (event.event) {
    case 'exercise-started':
      return `${event.facilitator} opened the exercise on ${event.host}`
    case 'exercise-resumed':
      return `${event.facilitator} resumed it on ${event.host} (${event.after}); ${event.awayMs === null ? 'how long it was gone is not known' : `${exerciseTime(event.awayMs)} gone, not exercise time`}`
    case 'exercise-paused':
      return `Clock stopped: ${event.reason}`
    case 'exercise-continued':
      return 'Clock started'
    case 'inject-released':
      return `Inject ${event.time === 1 ? 'released' : 'released again'}: ${inject(event.inject)}`
    case 'inject-held':
      return `Inject held: ${inject(event.inject)}: ${event.reason}`
    case 'inject-skipped':
      return `Inject skipped: ${inject(event.inject)}: ${event.reason}`
    case 'branch-taken':
      return `Branch at ${inject(event.inject)}: ${event.choice}`
    case 'task-rated':
      return `Rated ${event.rating}: ${task(event.task)}: ${event.evidence}`
    case 'decision-recorded':
      return `Decision by ${event.decider}: ${event.question} → ${event.decision}`
    case 'note-written':
      return `Note: ${event.text}`
    case 'hot-wash-said':
      return `Hot wash, ${event.kind}: ${event.text}`
    case 'action-agreed':
      return `Corrective action: ${event.title} (${event.owner}, due ${event.due})`
    case 'exercise-ended':
      return `Exercise ended: ${event.reason}`
    case 'clock-read':
    case 'exercise-sealed':
      return undefined
  }
}

function washed({ wash }: ExerciseState): Pick<AfterActionData, 'sustain' | 'improve' | 'surprise'> {
  const of = (kind: string): string[] => wash.filter((one) => one.kind === kind).map((one) => one.text)
  return { sustain: of('sustain'), improve: of('improve'), surprise: of('surprise') }
}
