import type { Rating } from './exercise.ts'

/** One task as one exercise rated it. */
export type RatedTask = {
  exercise: string
  task: string
  title: string
  rating: Rating
  evidence: string
  session: string
  at: string
  runbook?: string | undefined
  step?: string | undefined
}

export function isGap(rating: Rating): boolean {
  return rating === 'M' || rating === 'U'
}

/** The tasks whose last rating is M or U: each stays open until a later exercise rates that task P or S. */
export function openGaps(rated: readonly RatedTask[]): RatedTask[] {
  const last = new Map<string, RatedTask>()
  for (const task of rated.toSorted((a, b) => a.at.localeCompare(b.at)))
    last.set(`${task.exercise}/${task.task}`, task)
  return [...last.values()].filter(({ rating }) => isGap(rating))
}
