import path from 'node:path'
import { EXERCISES, exerciseIds, loadExercise } from '../../document/exercise.ts'
import { readRecords } from '../../document/exercise-records.ts'
import type { Exercise } from '../../model/exercise.ts'
import { openGaps } from '../../model/exercise-gap.ts'
import type { RatedTask } from '../../model/exercise-gap.ts'
import { ratedTasks } from '../../model/exercise-record.ts'
import { OperatorError } from '../../model/problem.ts'
import { runbookHref } from './runbooks.ts'

export type Gap = Pick<RatedTask, 'title' | 'rating' | 'evidence'> & {
  date: string
  exercise: string
  href?: string
}
export type ExerciseRow = Pick<Exercise, 'id' | 'title' | 'summary'> & {
  href: string
  injects: number
  tasks: number
  played: string
}
export type ExercisesPage = { rows: ExerciseRow[]; gaps: Gap[] }

/** The id of the exercise that a file of the project is, or undefined when it is none. */
export function exerciseIdOf(root: string, file: string): string | undefined {
  const relative = path.relative(path.join(root, EXERCISES), file)
  return relative.includes(path.sep) || relative.startsWith('..') || !relative.endsWith('.mdx')
    ? undefined
    : relative.slice(0, -'.mdx'.length)
}

/** A mistake fails the build with its place. */
export function readExercise(root: string, id: string): Exercise {
  const { exercise, problems } = loadExercise(root, id)
  if (exercise) return exercise
  throw new OperatorError('failed', problems)
}

export function exercisesPage(root: string): { page: ExercisesPage; unreadable: string[] } {
  const { records, unreadable } = readRecords(root)
  const rows = exerciseIds(root).map((id) => {
    const { title, summary, injects, objectives } = readExercise(root, id)
    const last = records.findLast((record) => record.exercise === id)
    return {
      id,
      href: `/docs/exercises/${id}/`,
      title,
      summary,
      injects: injects.length,
      tasks: objectives.reduce((sum, { tasks }) => sum + Object.keys(tasks).length, 0),
      played: last?.startedAt.slice(0, 10) ?? 'never',
    }
  })
  return { page: { rows, gaps: openGaps(records.flatMap(ratedTasks)).map(shownGap) }, unreadable }
}

/** The open gaps that exercises found at the steps of a runbook. */
export function gapsAt(root: string, runbook: string): Gap[] {
  return openGaps(readRecords(root).records.flatMap(ratedTasks))
    .filter((gap) => gap.runbook === runbook)
    .map(shownGap)
}

function shownGap({ title, rating, evidence, at, exercise, runbook, step }: RatedTask): Gap {
  return {
    title,
    rating,
    evidence,
    date: at.slice(0, 10),
    exercise,
    ...(runbook === undefined || step === undefined ? {} : { href: `${runbookHref(runbook)}#${step}` }),
  }
}
