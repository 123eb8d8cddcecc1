import { existsSync } from 'node:fs'
import path from 'node:path'
import { exerciseFile, exerciseIds, loadExercise } from '../document/exercise.ts'
import { loadRunbook, runbookFile } from '../document/load.ts'
import type { Plan } from '../document/plan.ts'
import { EXERCISE_ROLES } from '../model/exercise.ts'
import type { Exercise, ExpectedAction } from '../model/exercise.ts'
import type { Problem } from '../model/problem.ts'
import type { Node } from '../model/runbook.ts'
import { suggest } from '../model/suggest.ts'

/** What is wrong with the exercises: how they are written, and links to steps, pages, people and roles that lead nowhere. */
export function checkExercises(root: string, plan: Plan | undefined): Problem[] {
  return exerciseIds(root).flatMap((id) => {
    const { exercise, problems } = loadExercise(root, id)
    if (!exercise) return problems.map((problem) => ({ file: exerciseFile(id), ...problem }))
    return [...deadLinks(root, exercise), ...(plan ? unknownPeople(exercise, plan) : [])]
  })
}

function deadLinks(root: string, exercise: Exercise): Problem[] {
  const steps = new Map<string, string[] | undefined>()
  const stepsOf = (runbook: string): string[] | undefined => {
    if (!steps.has(runbook)) steps.set(runbook, nodeIds(root, runbook))
    return steps.get(runbook)
  }
  return exercise.injects
    .flatMap(({ expected }) => expected)
    .flatMap((action) => [...deadStep(root, action, stepsOf), ...deadPage(root, action)])
}

/** Undefined when the runbook has mistakes of its own: they are reported there. */
function nodeIds(root: string, id: string): string[] | undefined {
  const { runbook } = loadRunbook(root, id)
  return runbook === undefined ? undefined : idsOf(runbook.nodes)
}

function idsOf(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => [
    node.id,
    ...(node.kind === 'parallel' ? node.steps.map(({ id }) => id) : []),
    ...(node.kind === 'use' ? idsOf(node.nodes) : []),
  ])
}

function deadStep(
  root: string,
  { step, place }: ExpectedAction,
  stepsOf: (runbook: string) => string[] | undefined,
): Problem[] {
  if (!step) return []
  if (!existsSync(path.join(root, runbookFile(step.runbook))))
    return [
      { ...place, message: `step="${step.runbook}#${step.step}": there is no ${runbookFile(step.runbook)}` },
    ]
  const known = stepsOf(step.runbook)
  if (known === undefined || known.includes(step.step)) return []
  const message = `step="${step.runbook}#${step.step}": ${runbookFile(step.runbook)} has no such step`
  return [{ ...place, message, hint: suggest(step.step, known) }]
}

/** Pages that the site computes; every other one is a file below docs/. */
const COMPUTED = ['/', '/runbooks/', '/services/', '/contacts/', '/exercises/']

function deadPage(root: string, { page, place }: ExpectedAction): Problem[] {
  if (page === undefined) return []
  const [address = ''] = page.split('#')
  const stem = address.replace(/\/$/, '').slice(1)
  const files = [`${stem}.md`, `${stem}.mdx`, `${stem}/index.md`]
  if (COMPUTED.includes(address) || files.some((file) => existsSync(path.join(root, file)))) return []
  return [
    {
      ...place,
      message: `page="${page}": there is no such page`,
      hint: `Expected one of ${COMPUTED.join(', ')}, a runbook, or a page of docs such as /docs/guide/running/.`,
    },
  ]
}

function unknownPeople(exercise: Exercise, plan: Plan): Problem[] {
  const { people } = plan.contacts
  const roles = new Set(Object.values(people).flatMap((person) => person.roles))
  const at = { file: exercise.file, line: 1, column: 1 }
  const named = [...EXERCISE_ROLES.flatMap((role) => exercise.roles[role]), ...exercise.absent]
  return [...new Set(named)].flatMap((who) => {
    const [kind, id = ''] = who.split(':')
    if (kind === 'person' && !Object.hasOwn(people, id))
      return [
        {
          ...at,
          message: `"${id}" is not a person of contacts.yaml`,
          hint: suggest(id, Object.keys(people)),
        },
      ]
    if (kind === 'role' && !roles.has(id))
      return [{ ...at, message: `nobody in contacts.yaml has the role "${id}"`, hint: suggest(id, roles) }]
    return []
  })
}
