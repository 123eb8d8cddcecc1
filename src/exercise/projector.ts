import type { Exercise } from '../model/exercise.ts'
import type { ExerciseState } from './fold.ts'
import { scenarioTime } from './clock-text.ts'

/** All that the players may see: what was released, the clocks, the question of the moment. Not even the title, which can give it away. */
export type ProjectorView = {
  status: ExerciseState['status']
  exerciseMs: number
  scenario: string
  injects: {
    id: string
    title: string
    from: string
    to: string
    method: string
    text: string
    scenario: string
    isCurrent: boolean
    questions: string[]
  }[]
}

export function projectorView(
  exercise: Exercise,
  state: ExerciseState,
  exerciseMs: number,
  scenarioMs: number | undefined,
): ProjectorView {
  return {
    status: state.status,
    exerciseMs,
    scenario: scenarioTime(exercise, scenarioMs),
    injects: [...state.released.keys()].flatMap((released) => {
      const inject = exercise.injects.find(({ id }) => id === released)
      if (!inject) return []
      const { id, title, from, to, method, text } = inject
      const isCurrent = id === state.current
      return [
        {
          id,
          title,
          from,
          to,
          method,
          text: filled(text),
          scenario: inject.scenarioMs === undefined ? '' : scenarioTime(exercise, inject.scenarioMs),
          isCurrent,
          questions: isCurrent ? inject.questions : [],
        },
      ]
    }),
  }
}

/** Lines that the author broke within a paragraph are joined; lists, tables and blocks stay as they are. */
function filled(text: string): string {
  return text.includes('```') ? text : text.replace(/([^\n])\n(?=[^\n\-*|>#\d`])/g, '$1 ')
}
