import type { ExerciseEvent, WashKind } from '../model/exercise-event.ts'
import type { Rating } from '../model/exercise.ts'

export type Released = { inject: string; time: number; exerciseMs: number; at: string; seq: number }
export type RatingGiven = { rating: Rating; evidence: string; inject: string | null; at: string; seq: number }
export type ActionAgreed = Extract<ExerciseEvent, { event: 'action-agreed' }>
export type DecisionTaken = Extract<ExerciseEvent, { event: 'decision-recorded' }>

/** What the journal of an exercise says; the same whether it was just written or is read a year later. */
export type ExerciseState = {
  session: string
  exercise: string
  title: string
  /** Who was at the keyboard, in their order. */
  facilitators: string[]
  digest: string
  startedAt: string
  lastAt: string
  /** Before the first release, and whenever nobody plays, the clocks stand still. */
  status: 'running' | 'paused' | 'ended'
  pauseReason: string
  /** The exercise clock at the last line, and what the monotonic clock said then. */
  exerciseMs: number
  mono: number
  /** The first release of every inject, in the order of these; `time` counts how often it was said. */
  released: Map<string, Released>
  held: Map<string, string>
  skipped: Map<string, string>
  branches: Map<string, string>
  /** The rating that counts is the last one. */
  ratings: Map<string, RatingGiven>
  decisions: DecisionTaken[]
  actions: ActionAgreed[]
  wash: { kind: WashKind; text: string; seq: number }[]
  /** The inject that is discussed. */
  current: string | undefined
  lines: number
  sealed: boolean
}

export function emptyExercise(): ExerciseState {
  return {
    session: '',
    exercise: '',
    title: '',
    facilitators: [],
    digest: '',
    startedAt: '',
    lastAt: '',
    status: 'paused',
    pauseReason: '',
    exerciseMs: 0,
    mono: 0,
    released: new Map(),
    held: new Map(),
    skipped: new Map(),
    branches: new Map(),
    ratings: new Map(),
    decisions: [],
    actions: [],
    wash: [],
    current: undefined,
    lines: 0,
    sealed: false,
  }
}

export function foldExercise(events: readonly ExerciseEvent[]): ExerciseState {
  const state = emptyExercise()
  for (const event of events) foldEvent(state, event)
  return state
}

export function foldEvent(state: ExerciseState, event: ExerciseEvent): void {
  state.lines = event.seq
  state.lastAt = event.at
  state.mono = event.mono
  state.exerciseMs = event.exerciseMs
  if (!state.facilitators.includes(event.facilitator)) state.facilitators.push(event.facilitator)
  state.digest = event.digest
  if (isAboutTime(event)) foldTime(state, event)
  else foldPlay(state, event)
}

type TimeEvent = Extract<
  ExerciseEvent,
  {
    event:
      | 'exercise-started'
      | 'exercise-resumed'
      | 'exercise-paused'
      | 'exercise-continued'
      | 'exercise-ended'
      | 'exercise-sealed'
      | 'clock-read'
  }
>

function isAboutTime(event: ExerciseEvent): event is TimeEvent {
  return event.event.startsWith('exercise-') || event.event === 'clock-read'
}

function foldTime(state: ExerciseState, event: TimeEvent): void {
  switch (event.event) {
    case 'exercise-started':
      state.session = event.session
      state.exercise = event.exercise
      state.title = event.title
      state.startedAt = event.at
      state.pauseReason = 'not begun yet'
      return
    case 'exercise-resumed':
      pause(state, event.after)
      return
    case 'exercise-paused':
      pause(state, event.reason)
      return
    case 'exercise-continued':
      state.status = 'running'
      state.pauseReason = ''
      return
    case 'exercise-ended':
      state.status = 'ended'
      return
    case 'exercise-sealed':
      state.sealed = true
      return
    case 'clock-read':
      return
  }
}

/** After its end an exercise is only washed up: its clock never runs again. */
function pause(state: ExerciseState, reason: string): void {
  if (state.status === 'ended') return
  state.status = 'paused'
  state.pauseReason = reason
}

function foldPlay(state: ExerciseState, event: Exclude<ExerciseEvent, TimeEvent>): void {
  switch (event.event) {
    case 'inject-released':
      // Said again, it is discussed again; the scenario's clock goes on from the first time.
      state.released.set(event.inject, { ...(state.released.get(event.inject) ?? event), time: event.time })
      state.held.delete(event.inject)
      state.skipped.delete(event.inject)
      state.current = event.inject
      return
    case 'inject-held':
      state.held.set(event.inject, event.reason)
      return
    case 'inject-skipped':
      state.skipped.set(event.inject, event.reason)
      state.held.delete(event.inject)
      return
    case 'branch-taken':
      state.branches.set(event.inject, event.choice)
      return
    case 'task-rated':
      state.ratings.set(event.task, event)
      return
    case 'decision-recorded':
      state.decisions.push(event)
      return
    case 'hot-wash-said':
      state.wash.push({ kind: event.kind, text: event.text, seq: event.seq })
      return
    case 'action-agreed':
      state.actions.push(event)
      return
    case 'note-written':
      return
  }
}
