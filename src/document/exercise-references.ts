import type { ExerciseMatter, Inject } from '../model/exercise.ts'
import type { Problem } from '../model/problem.ts'
import { suggest } from '../model/suggest.ts'

type Report = (at: Inject['place'], message: string, hint?: string) => void

/** What the parts of an exercise say of each other leads somewhere. Without front matter, only what needs none of it. */
export function checkExercise(
  matter: ExerciseMatter | undefined,
  injects: readonly Inject[],
  readFile: (path: string) => string | undefined,
): Problem[] {
  const problems: Problem[] = []
  const report: Report = (at, message, hint) => problems.push({ ...at, message, hint })
  checkOrder(injects, report)
  checkConditions(injects, report)
  for (const inject of injects)
    for (const file of inject.attachments)
      if (readFile(file) === undefined) report(inject.place, `attachments: there is no file "${file}"`)
  if (matter) checkNames(matter, injects, report)
  return problems
}

/** Ids are unique; offsets are there and never go back. */
function checkOrder(injects: readonly Inject[], report: Report): void {
  const seen = new Map<string, number>()
  let last = 0
  for (const { id, kind, offsetMs, place, choices, questions, text } of injects) {
    const first = seen.get(id)
    if (first !== undefined) report(place, `the id "${id}" stands twice: first on line ${first}`)
    else seen.set(id, place.line)
    if (kind === 'contingency') {
      if (offsetMs !== undefined)
        report(place, 'a contingency has no offset: it is released when it is needed')
    } else if (offsetMs === undefined) report(place, `<Inject id="${id}"> needs the attribute offset`)
    else if (offsetMs < last) report(place, `the offset of "${id}" is before that of the inject above it`)
    else last = offsetMs
    if (choices.length === 1)
      report(place, `<Inject id="${id}"> has one <Choice>: expected none, or at least two`)
    if (text === '') report(place, `<Inject id="${id}"> needs prose: what the players hear`)
    if (questions.length === 0)
      report(place, `<Inject id="${id}"> needs <Questions>: what is there to discuss?`)
    for (const choice of choices)
      if (choices.find(({ value }) => value === choice.value) !== choice)
        report(choice.place, `choice ${choice.value} stands twice`)
  }
}

function checkConditions(injects: readonly Inject[], report: Report): void {
  for (const [index, inject] of injects.entries())
    for (const { decision, choice } of inject.when) {
      const text = `when="${decision}=${choice}"`
      const earlier = injects.slice(0, index).find(({ id }) => id === decision)
      if (!earlier) report(inject.place, `${text}: no <Inject id="${decision}"> stands before it`)
      else if (!earlier.choices.some(({ value }) => value === choice))
        report(
          inject.place,
          `${text}: "${decision}" has no such <Choice>`,
          suggest(
            choice,
            earlier.choices.map(({ value }) => value),
          ),
        )
    }
}

function checkNames(matter: ExerciseMatter, injects: readonly Inject[], report: Report): void {
  const objectives = new Set(matter.objectives.map(({ id }) => id))
  const modules = new Set(matter.modules.map(({ id }) => id))
  const tasks = matter.objectives.flatMap((objective) => Object.keys(objective.tasks))
  for (const { place, objective, module, expected } of injects) {
    if (!objectives.has(objective))
      report(place, `there is no objective "${objective}"`, suggest(objective, objectives))
    if (module !== undefined && !modules.has(module))
      report(place, `there is no module "${module}"`, suggest(module, modules))
    for (const action of expected)
      if (action.task !== undefined && !tasks.includes(action.task))
        report(action.place, `there is no critical task "${action.task}"`, suggest(action.task, tasks))
  }
  checkTasks(tasks, injects, report)
}

/** Every critical task has a name of its own, and an inject that lets it be seen. */
function checkTasks(tasks: readonly string[], injects: readonly Inject[], report: Report): void {
  const start = { file: injects[0]?.place.file ?? '', line: 1, column: 1 }
  const shown = new Set(injects.flatMap(({ expected }) => expected.map(({ task }) => task)))
  for (const [index, task] of tasks.entries()) {
    if (tasks.indexOf(task) !== index) report(start, `two objectives have the critical task "${task}"`)
    else if (injects.length > 0 && !shown.has(task))
      report(
        start,
        `no inject shows the critical task "${task}"`,
        'Name it in an <Expect task="…">: nobody can rate what is never asked for.',
      )
  }
}
