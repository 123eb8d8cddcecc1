import type { Link, List, Paragraph, PhrasingContent, Root, RootContent } from 'mdast'
import { parseDocument } from '../../document/parse.ts'
import { exerciseTime, scenarioTime } from '../../exercise/clock-text.ts'
import { EXERCISE_ROLES, stepText } from '../../model/exercise.ts'
import type { Exercise, ExpectedAction, Inject } from '../../model/exercise.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Contacts } from '../../model/contact.ts'
import { exerciseIdOf, readExercise } from '../content/exercises.ts'
import { personName, readPlan } from '../content/plan.ts'
import { runbookHref } from '../content/runbooks.ts'
import type { Named } from '../components/exercise.tsx'
import { element, headingWithId } from './elements.ts'
import type { Flow } from './elements.ts'
import { indexNodes } from './index-nodes.ts'
import { isFlow, showProse } from './prose.ts'
import { tocExport } from './toc.ts'

/** Remark plugin: the page of an exercise is what `loadExercise` read; any other page stays as it is. `notes`: also what is for the facilitator only. */
export function exercisePage({ root, notes }: { root: string; notes: boolean }) {
  return (tree: Root, file: { path: string }): void => {
    const id = exerciseIdOf(root, file.path)
    if (id === undefined) return
    const exercise = readExercise(root, id)
    const toc = TITLES.filter(({ has }) => has(exercise)).map(({ title }) => ({
      value: title,
      id: slug(title),
      level: 2,
    }))
    tree.children = [
      tocExport([], indexNodes([]), toc),
      ...pageOf(exercise, readPlan(root).plan.contacts, notes),
    ]
  }
}

/** The headings of the page; a list that is empty has none. */
const TITLES: { title: string; has: (exercise: Exercise) => boolean }[] = [
  { title: 'Scope', has: () => true },
  { title: 'Objectives', has: () => true },
  { title: 'Assumptions', has: ({ assumptions }) => assumptions.length > 0 },
  { title: 'Artificialities', has: ({ artificialities }) => artificialities.length > 0 },
  { title: 'Roles', has: () => true },
  { title: 'Ground rules', has: ({ groundRules }) => groundRules.length > 0 },
  { title: 'Injects', has: () => true },
]

function slug(title: string): string {
  return title.toLowerCase().replaceAll(' ', '-')
}

function pageOf(exercise: Exercise, contacts: Contacts, notes: boolean): RootContent[] {
  return [
    paragraph(text(exercise.summary)),
    ...prose(exercise.intro, exercise),
    heading(2, 'Scope'),
    paragraph(text(exercise.scope)),
    heading(2, 'Objectives'),
    element('Objectives', { objectives: exercise.objectives }),
    ...listed('Assumptions', exercise.assumptions),
    ...listed('Artificialities', exercise.artificialities),
    heading(2, 'Roles'),
    element('ExerciseRoles', {
      roles: EXERCISE_ROLES.map((role) => ({
        role,
        who: exercise.roles[role].map((who) => named(who, contacts)),
      })),
      absent: exercise.absent.map((who) => named(who, contacts)),
    }),
    ...listed('Ground rules', exercise.groundRules),
    heading(2, 'Injects'),
    paragraph(
      text(
        notes
          ? 'With what only the facilitator may know: this is a facilitator’s build.'
          : 'Players stop reading here. What only the facilitator may know is in the console, not on this page.',
      ),
    ),
    element(
      'Spoilers',
      { count: exercise.injects.length },
      exercise.injects.flatMap((inject) => injectOf(inject, exercise, notes)),
    ),
  ]
}

/** `person:maria-keller` is that person; `role:dba` is everyone who has the role. */
function named(who: string, contacts: Contacts): Named {
  if (who.startsWith('role:')) return { name: `everyone with the role ${who.slice('role:'.length)}` }
  const id = who.slice('person:'.length)
  return contacts.people[id] ? { name: personName(contacts, id), href: `/contacts/#${id}` } : { name: id }
}

function injectOf(inject: Inject, exercise: Exercise, notes: boolean): Flow[] {
  const { id, title, kind, from, to, method, offsetMs, scenarioMs, objective, when, module } = inject
  const conditions = when.map(({ decision, choice }) => `only when ${decision} = ${choice}`)
  const facts = {
    id,
    title,
    facts: [
      kind,
      offsetMs === undefined ? 'released when it is needed' : `due at ${exerciseTime(offsetMs)}`,
      ...(scenarioMs === undefined ? [] : [scenarioTime(exercise, scenarioMs)]),
      `${from} → ${to}, by ${method}`,
      `objective ${objective}`,
      ...(module === undefined ? [] : [`module ${module}`]),
      ...conditions,
    ],
  }
  return [
    element('InjectView', facts, [
      ...flow(inject.text, exercise),
      ...(inject.expected.length === 0
        ? []
        : [label('Expected actions'), expectedList(inject.expected, exercise)]),
      label('Questions'),
      list(inject.questions.map((question) => [paragraph(text(question))])),
      ...(inject.choices.length === 0
        ? []
        : [
            label('The players can choose'),
            list(
              inject.choices.map((choice) => [
                paragraph(text(choice.title)),
                ...flow(choice.prose, exercise),
              ]),
            ),
          ]),
      ...(notes && inject.notes !== ''
        ? [label('For the facilitator only'), ...flow(inject.notes, exercise)]
        : []),
    ]),
  ]
}

function expectedList(expected: readonly ExpectedAction[], exercise: Exercise): List {
  return list(
    expected.map((action) => {
      const link = linkOf(action)
      const task = action.task === undefined ? [] : [text(` Critical task: ${action.task}.`)]
      return [
        ...flow(action.text, exercise),
        ...(link || task.length > 0 ? [paragraph(...(link ? [link] : []), ...task)] : []),
      ]
    }),
  )
}

function linkOf({ step, page }: ExpectedAction): Link | undefined {
  if (step) return link(`${runbookHref(step.runbook)}#${step.step}`, stepText(step))
  return page === undefined ? undefined : link(page, page)
}

function link(url: string, words: string): Link {
  return { type: 'link', url, children: [text(words)] }
}

/** The author's Markdown, by the one parser. */
function prose(source: string, exercise: Exercise): RootContent[] {
  const parsed = parseDocument(source, exercise.file)
  if ('problem' in parsed) throw new OperatorError('failed', parsed.problem)
  return parsed.tree.children.flatMap(showProse)
}

function flow(source: string, exercise: Exercise): Flow[] {
  return prose(source, exercise).filter(isFlow)
}

function text(value: string): PhrasingContent {
  return { type: 'text', value }
}

function paragraph(...children: PhrasingContent[]): Paragraph {
  return { type: 'paragraph', children }
}

function label(words: string): Paragraph {
  return paragraph({ type: 'strong', children: [text(words)] })
}

function heading(level: 2, words: string): Paragraph {
  return headingWithId(level, slug(words), [text(words)])
}

function listed(title: string, entries: readonly string[]): RootContent[] {
  return entries.length === 0
    ? []
    : [heading(2, title), list(entries.map((entry) => [paragraph(text(entry))]))]
}

function list(entries: Flow[][]): List {
  return {
    type: 'list',
    ordered: false,
    spread: false,
    children: entries.map((children) => ({
      type: 'listItem',
      spread: children.length > 1,
      children,
    })),
  }
}
