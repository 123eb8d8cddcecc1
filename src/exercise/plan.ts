import type { Exercise, Inject } from '../model/exercise.ts'
import type { ExerciseState } from './fold.ts'

/** Why an inject is not simply next: a decision of the players is missing. */
export type Next = { inject: Inject; waitsFor: string | undefined }

/** The next inject in the order of the file: not released, not skipped, not ruled out by a branch. Contingencies are never next. */
export function nextInject(exercise: Exercise, state: ExerciseState): Next | undefined {
  const inject = exercise.injects.find(
    ({ id, kind, when }) =>
      kind !== 'contingency' &&
      !state.released.has(id) &&
      !state.skipped.has(id) &&
      !when.some(({ decision, choice }) => isRuledOut(state, decision, choice)),
  )
  if (!inject) return undefined
  const missing = inject.when.find(({ decision }) => !state.branches.has(decision))
  return { inject, waitsFor: missing?.decision }
}

/** Another branch was taken, or the inject at which it would have been taken was skipped. */
function isRuledOut(state: ExerciseState, decision: string, choice: string): boolean {
  const taken = state.branches.get(decision)
  return taken === undefined ? state.skipped.has(decision) : taken !== choice
}

export function contingencies(exercise: Exercise, state: ExerciseState): Inject[] {
  return exercise.injects.filter(({ id, kind }) => kind === 'contingency' && !state.released.has(id))
}

export type InjectStatus = 'released' | 'held' | 'skipped' | 'ruled out' | 'not used' | 'pending'

export function statusOf(inject: Inject, state: ExerciseState): InjectStatus {
  if (state.released.has(inject.id)) return 'released'
  if (state.skipped.has(inject.id)) return 'skipped'
  if (inject.when.some(({ decision, choice }) => isRuledOut(state, decision, choice))) return 'ruled out'
  if (state.held.has(inject.id)) return 'held'
  return inject.kind === 'contingency' ? 'not used' : 'pending'
}

/** The exercise clock: it runs only while someone plays, and only by this machine's monotonic clock. */
export function exerciseClock(state: ExerciseState, monotonic: number): number {
  return state.status === 'running'
    ? state.exerciseMs + Math.max(0, monotonic - state.mono)
    : state.exerciseMs
}

/** The scenario's clock goes on from the time that the last released inject with one set; undefined before that. */
export function scenarioClock(
  exercise: Exercise,
  state: ExerciseState,
  monotonic: number,
): number | undefined {
  const [last] = [...state.released.values()].reverse().flatMap(({ inject, exerciseMs }) => {
    const found = exercise.injects.find(({ id }) => id === inject)
    return found?.scenarioMs === undefined ? [] : [{ from: found.scenarioMs, since: exerciseMs }]
  })
  return last === undefined ? undefined : last.from + exerciseClock(state, monotonic) - last.since
}
