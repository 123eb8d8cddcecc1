import { stringify } from 'yaml'
import { z } from 'zod'
import type { ExerciseState } from '../../exercise/fold.ts'
import { actionItems } from '../../model/action-item.ts'
import type { ActionItem } from '../../model/action-item.ts'
import { stepsOfTask } from '../../model/exercise.ts'
import type { Exercise } from '../../model/exercise.ts'
import { fillKeepingWritten } from '../keep-written.ts'
import type { Written } from '../keep-written.ts'
import type { Template } from '../template.ts'
import { afterActionData } from './data.ts'
import type { AfterActionData } from './data.ts'

/** The front matter of docs/exercises/reports/<date>-<id>.md. */
export const reportMatter = z.strictObject({
  title: z.string(),
  description: z.string(),
  mdx: z.strictObject({ format: z.literal('md') }),
  exercise: z.string(),
  session: z.string(),
  actions: actionItems.default([]),
})
export type ReportMatter = z.infer<typeof reportMatter>

/** The whole report. What people wrote stays; a region that the template has no place for is refused, never dropped. */
export function afterActionDocument(
  data: AfterActionData,
  actions: readonly ActionItem[],
  template: Template,
  written: Written,
): string {
  const body = fillKeepingWritten(template, afterActionData, data, written)
  const matter: ReportMatter = {
    title: `EXERCISE: ${data.title}`,
    description: `After-action report and improvement plan of the exercise on ${data.startedAt.slice(0, 10)}.`,
    mdx: { format: 'md' },
    exercise: data.exercise,
    session: data.session,
    actions: [...actions],
  }
  const head = stringify(matter, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 })
  return `---\n${head}---\n\n${body}`
}

/** Every agreed action as an item, on the runbook step that shows the task. An item that people have changed stays as they left it. */
export function actionsFor(
  exercise: Exercise,
  state: ExerciseState,
  known: readonly ActionItem[],
): ActionItem[] {
  const items = state.actions.map(({ seq, task, title, owner, at, due, doneWhen }): ActionItem => {
    const [link] = task === null ? [] : stepsOfTask(exercise, task)
    const opened = at.slice(0, 10)
    return {
      id: `line-${seq}`,
      title,
      owner,
      type: 'process',
      priority: task !== null && state.ratings.get(task)?.rating === 'U' ? 'p1' : 'p2',
      opened,
      due: due < opened ? opened : due,
      doneWhen,
      status: 'open',
      ...link,
    }
  })
  const ids = new Set(known.map(({ id }) => id))
  return [...known, ...items.filter(({ id }) => !ids.has(id))]
}
