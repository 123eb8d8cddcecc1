import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { List, RootContent } from 'mdast'
import { toString } from 'mdast-util-to-string'
import type { MdxJsxFlowElement } from 'mdast-util-mdx-jsx'
import { exerciseMatter, expectAttributes, injectAttributes, scenarioMs } from '../model/exercise.ts'
import type { Exercise, ExerciseMatter, ExpectedAction, Inject, InjectChoice } from '../model/exercise.ts'
import { OperatorError, attempt } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import { choiceAttributes } from '../steps/decision/schema.ts'
import {
  headingText,
  isEvaluated,
  evaluatedProblem,
  partsOf,
  placeOf,
  proseText,
  readAttributes,
} from './element.ts'
import type { Reading } from './element.ts'
import { checkExercise } from './exercise-references.ts'
import { parseDocument } from './parse.ts'
import { ProjectFiles, digestOf } from './project-files.ts'
import { sortedProblems } from './sorted.ts'
import { sweep } from './sweep.ts'
import { parseYaml } from './yaml.ts'

export const EXERCISES = 'docs/exercises'

export type LoadedExercise =
  | { exercise: Exercise; problems: [] }
  | { exercise: undefined; problems: Problem[] }

export function exerciseFile(id: string): string {
  return `${EXERCISES}/${id}.mdx`
}

/** The ids of all exercises, sorted. */
export function exerciseIds(root: string): string[] {
  const folder = path.join(root, EXERCISES)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .flatMap((file) => (file.endsWith('.mdx') ? [file.slice(0, -'.mdx'.length)] : []))
    .sort()
}

/** Reads an exercise. Either all of it is right, or every mistake is reported at once with its place. */
export function loadExercise(root: string, id: string): LoadedExercise {
  return attempt(() => load(root, id), failed)
}

function load(root: string, id: string): LoadedExercise {
  const files = new ProjectFiles(root)
  const file = exerciseFile(id)
  const source = files.read(file)
  if (source === undefined)
    return failed([
      {
        file,
        message: 'there is no such exercise',
        hint: 'npm run tabletop -- --list names those there are.',
      },
    ])
  return parseExercise(id, source, files)
}

/** The text of an exercise; what it hands out is read from `files`. */
export function parseExercise(id: string, source: string, files: ProjectFiles): LoadedExercise {
  const file = exerciseFile(id)
  const parsed = parseDocument(source, file)
  if ('problem' in parsed) return failed([parsed.problem])
  const problems: Problem[] = []
  const reading = { file, source, problems }
  const matter = readMatter(parsed.frontMatter, file, problems)
  const children = parsed.tree.children
  const injects = readInjects(children, reading)
  problems.push(...sweep(parsed.tree, new Set(), file), ...checkExercise(matter, injects, files.read))
  if (injects.length === 0 && problems.length === 0)
    problems.push({ file, line: 1, column: 1, message: 'an exercise needs at least one <Inject>' })
  if (!matter || problems.length > 0) return failed(problems)
  const sources = files.sources()
  return {
    exercise: {
      id,
      file,
      ...matter,
      intro: introText(children, source),
      injects,
      sources,
      digest: digestOf(sources),
    },
    problems: [],
  }
}

/** As loadExercise, but mistakes are thrown as one OperatorError. */
export function requireExercise(root: string, id: string): Exercise {
  const { exercise, problems } = loadExercise(root, id)
  if (exercise) return exercise
  throw new OperatorError('usage', problems)
}

function failed(problems: Problem[]): LoadedExercise {
  return { exercise: undefined, problems: sortedProblems(problems) }
}

function readMatter(
  found: { text: string; firstLine: number } | undefined,
  file: string,
  problems: Problem[],
): ExerciseMatter | undefined {
  if (!found) {
    problems.push({
      file,
      line: 1,
      column: 1,
      message: 'expected front matter between --- lines: title, summary, scope, objectives',
    })
    return undefined
  }
  const result = parseYaml(found.text, exerciseMatter, file, found.firstLine)
  problems.push(...result.problems)
  return result.value
}

function introText(children: readonly RootContent[], source: string): string {
  const first = children.findIndex((child) => child.type === 'mdxJsxFlowElement')
  const before = children.slice(0, first === -1 ? children.length : first)
  return proseText(
    before.filter((child) => child.type !== 'yaml'),
    new Set(),
    source,
  )
}

function readInjects(children: readonly RootContent[], reading: Reading): Inject[] {
  const injects: Inject[] = []
  for (const child of children) {
    if (isEvaluated(child)) reading.problems.push(evaluatedProblem(child, reading.file))
    if (child.type !== 'mdxJsxFlowElement') continue
    if (child.name === 'Inject') {
      const inject = readInject(child, reading)
      if (inject) injects.push(inject)
    } else
      reading.problems.push({
        ...placeOf(child, reading.file),
        message: `unknown kind <${child.name ?? ''}>: expected <Inject>`,
      })
  }
  return injects
}

/** What stands in an inject besides its text. */
type Inner = Pick<Inject, 'expected' | 'questions' | 'notes' | 'choices'>

function readInject(node: MdxJsxFlowElement, reading: Reading): Inject | undefined {
  const values = readAttributes(node, injectAttributes, reading)
  const parts = partsOf(node.children, reading)
  const title = headingText(parts, node, reading)
  const inner: Inner = { expected: [], questions: [], notes: '', choices: [] }
  for (const element of parts.elements) readInner(element, inner, reading)
  if (!values) return undefined
  const { offset, scenarioTime, module, ...rest } = values
  return {
    ...rest,
    title,
    ...(offset === undefined ? {} : { offsetMs: offset }),
    ...(scenarioTime === undefined ? {} : { scenarioMs: scenarioMs(scenarioTime) }),
    ...(module === undefined ? {} : { module }),
    text: proseText(parts.prose, new Set(), reading.source),
    ...inner,
    place: placeOf(node, reading.file),
  }
}

function readInner(node: MdxJsxFlowElement, inner: Inner, reading: Reading): void {
  switch (node.name) {
    case 'Expect':
      inner.expected.push(...readExpect(node, reading))
      return
    case 'Choice':
      inner.choices.push(...readChoice(node, reading))
      return
    case 'Questions':
      refuseAttributes(node, reading)
      inner.questions.push(...readQuestions(node, reading))
      return
    case 'Notes':
      refuseAttributes(node, reading)
      inner.notes = [inner.notes, ownText(node, reading)].filter((text) => text !== '').join('\n\n')
      return
    default:
      reading.problems.push({
        ...placeOf(node, reading.file),
        message: `<${node.name ?? ''}> in <Inject>: expected <Expect>, <Questions>, <Choice> or <Notes>`,
      })
  }
}

function readExpect(node: MdxJsxFlowElement, reading: Reading): ExpectedAction[] {
  const values = readAttributes(node, expectAttributes, reading)
  const text = ownText(node, reading)
  if (text === '')
    reading.problems.push({
      ...placeOf(node, reading.file),
      message: '<Expect> needs a sentence: what the players do',
    })
  if (!values) return []
  const [runbook, step] = values.step?.split('#') ?? []
  return [
    {
      text,
      ...(values.task === undefined ? {} : { task: values.task }),
      ...(runbook === undefined || step === undefined ? {} : { step: { runbook, step } }),
      ...(values.page === undefined ? {} : { page: values.page }),
      place: placeOf(node, reading.file),
    },
  ]
}

function readChoice(node: MdxJsxFlowElement, reading: Reading): InjectChoice[] {
  const values = readAttributes(node, choiceAttributes, reading)
  const prose = ownText(node, reading)
  if (!values) return []
  const { value, title = value } = values
  return [{ value, title, prose, place: placeOf(node, reading.file) }]
}

function readQuestions(node: MdxJsxFlowElement, reading: Reading): string[] {
  const lists = node.children.filter((child): child is List => child.type === 'list')
  if (lists.length === 0 || lists.length < node.children.length)
    reading.problems.push({
      ...placeOf(node, reading.file),
      message: '<Questions> holds a list, one question an entry, and nothing else',
    })
  return lists.flatMap((list) => list.children.map((item) => toString(item).replace(/\s+/g, ' ').trim()))
}

function ownText(node: MdxJsxFlowElement, reading: Reading): string {
  const parts = partsOf(node.children, reading)
  for (const element of parts.elements)
    reading.problems.push({
      ...placeOf(element, reading.file),
      message: `<${element.name ?? ''}> in <${node.name ?? ''}>: expected prose only`,
    })
  if (parts.heading)
    reading.problems.push({
      ...placeOf(parts.heading, reading.file),
      message: `a heading in <${node.name ?? ''}>: expected prose only`,
    })
  return proseText(parts.prose, new Set(), reading.source)
}

function refuseAttributes(node: MdxJsxFlowElement, reading: Reading): void {
  if (node.attributes.length > 0)
    reading.problems.push({
      ...placeOf(node, reading.file),
      message: `<${node.name ?? ''}> takes no attributes`,
    })
}
