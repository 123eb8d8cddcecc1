import { exerciseTime, scenarioTime } from '../../exercise/clock-text.ts'
import { nextInject, statusOf } from '../../exercise/plan.ts'
import type { ExerciseState } from '../../exercise/fold.ts'
import { cells, fit, wrapCells } from '../../host/cells.ts'
import { clockText } from '../../host/text.ts'
import type { Row } from '../../host/full-screen.ts'
import type { Exercise, ExpectedAction, Inject } from '../../model/exercise.ts'
import { criticalTasks, stepText } from '../../model/exercise.ts'

/** Everything that the console shows; the same state always gives the same screen. */
export type Shown = {
  exercise: Exercise
  state: ExerciseState
  exerciseMs: number
  scenarioMs: number | undefined
  /** What was done last, or what is wrong. */
  message: string
}
export type Size = { columns: number; rows: number }

const LEAST: Size = { columns: 60, rows: 18 }

export const KEYS = [
  'r release  h hold  s skip  a again  b branch  c contingency  p pause  q leave',
  '1-9 rate  t task  n note  d decide  w wash  x action  v view  e end  ? help',
]

/** The whole screen. `prompt` is its last line. */
export function consoleRows(shown: Shown, size: Size, prompt: string): Row[] {
  if (size.columns < LEAST.columns || size.rows < LEAST.rows)
    return [
      'EXERCISE',
      `${size.columns}×${size.rows} is too small:`,
      `the console needs ${LEAST.columns}×${LEAST.rows}.`,
      'The clock goes on.',
    ]
  const rule = '─'.repeat(size.columns)
  const head = [titleRow(shown, size.columns), clockRow(shown), rule]
  const foot = [rule, ...nextRows(shown, size.columns), rule, ...KEYS, shown.message, prompt]
  const body = nowRows(shown, { columns: size.columns, rows: size.rows - head.length - foot.length })
  return [...head, ...body, ...foot]
}

function titleRow({ exercise, state }: Shown, columns: number): Row {
  const right = `${STATUS[state.status]}  EXERCISE `
  const left = ` EXERCISE  ${exercise.title}`
  const room = columns - cells(right)
  const shown = fit(left, room - 1)
  return {
    style: ['inverse', 'bold'],
    text: `${shown}${' '.repeat(Math.max(1, room - cells(shown)))}${right}`,
  }
}

const STATUS = { running: 'RUNNING', paused: 'CLOCK STOPPED', ended: 'ENDED' }

function clockRow({ exercise, state, exerciseMs, scenarioMs }: Shown): Row {
  const planned = exercise.injects.filter(({ kind }) => kind !== 'contingency').length
  return {
    style: 'bold',
    text: [
      `Exercise ${exerciseTime(exerciseMs)}`,
      `Scenario ${scenarioTime(exercise, scenarioMs)}`,
      `Injects ${state.released.size}/${planned}`,
      `Rated ${state.ratings.size}/${criticalTasks(exercise).length}`,
    ].join('   '),
  }
}

function nowRows(shown: Shown, size: Size): Row[] {
  const { exercise, state } = shown
  const inject = exercise.injects.find(({ id }) => id === state.current)
  const rows = inject ? injectRows(inject, shown, size) : beginRows(exercise, size)
  return [...rows, ...Array<Row>(size.rows).fill('')].slice(0, size.rows)
}

function beginRows(exercise: Exercise, size: Size): Row[] {
  const lines = [
    exercise.summary,
    ...exercise.groundRules.map((rule) => `- ${rule}`),
    'Nothing is executed. r releases the first inject and starts the clock; v shows everything.',
  ].flatMap((line) => wrapCells(line, size.columns))
  return lines.length <= size.rows ? lines : [...lines.slice(0, size.rows - 1), lines.at(-1) ?? '']
}

/** The expected actions are always there; text and questions share what is left. */
function injectRows(inject: Inject, { exercise, state }: Shown, size: Size): Row[] {
  const expected = inject.expected.map((action, index) => actionLine(action, index, state)).slice(0, 4)
  const questions = inject.questions.flatMap((question) => wrapCells(`? ${question}`, size.columns))
  const text = wrapCells(inject.text, size.columns).filter((line) => line.trim() !== '')
  const room = size.rows - 2 - expected.length
  const forQuestions = Math.min(questions.length, Math.max(2, room - text.length))
  const texts = cut(text, room - forQuestions)
  return [
    { style: 'bold', text: `NOW  ${inject.title}` },
    `${facts(exercise, inject)}${inject.choices.length > 0 ? `  branch: ${branchOf(inject, state)}` : ''}`,
    ...texts,
    ...cut(questions, room - texts.length),
    ...expected,
  ]
}

function cut(lines: readonly string[], room: number): string[] {
  if (lines.length <= room) return [...lines]
  return [...lines.slice(0, Math.max(0, room - 1)), '  … v shows all of it']
}

function branchOf({ id, choices }: Inject, state: ExerciseState): string {
  const taken = state.branches.get(id)
  return choices.find(({ value }) => value === taken)?.title ?? 'not taken yet (b)'
}

function actionLine(action: ExpectedAction, index: number, state: ExerciseState): string {
  const rating = action.task === undefined ? '·' : (state.ratings.get(action.task)?.rating ?? ' ')
  const text = action.text.replace(/\s+/g, ' ')
  const link = action.step ? stepText(action.step) : action.page
  return `[${rating}] ${index + 1} ${link === undefined ? '' : `${link}: `}${text}`
}

function facts(exercise: Exercise, { id, from, to, method, kind, module }: Inject): string {
  const where = exercise.modules.find((other) => other.id === module)
  return `${id} · ${kind} · ${from} → ${to} · ${method}${where === undefined ? '' : ` · ${where.title}`}`
}

function nextRows({ exercise, state, exerciseMs }: Shown, columns: number): Row[] {
  const next = nextInject(exercise, state)
  if (state.status === 'ended')
    return [
      'NEXT  w hot wash, t rate what is left, x corrective actions; f finishes and writes the report',
      '',
      '',
    ]
  if (!next) return ['NEXT  nothing is left; e ends the exercise', '', '']
  const { inject, waitsFor } = next
  const due = (inject.offsetMs ?? 0) - exerciseMs
  const when = due <= 0 ? `due since ${clockText(-due)}` : `due in ${clockText(due)}`
  const held = state.held.get(inject.id)
  const marks = [
    ...(waitsFor === undefined ? [] : [`WAITS for the branch of "${waitsFor}": b`]),
    ...(held === undefined ? [] : [`ON HOLD: ${held}`]),
  ]
  const [first = ''] = wrapCells(inject.text, columns - 6)
  return [
    { style: 'bold', text: `NEXT  ${inject.title}  (${when})` },
    `      ${facts(exercise, inject)}`,
    `      ${marks.length === 0 ? first : marks.join('  ')}`,
  ]
}

/** An inject from beginning to end, the facilitator's notes included. */
export function injectPage(
  exercise: Exercise,
  inject: Inject,
  state: ExerciseState,
  columns: number,
): string[] {
  const lines = [
    inject.title.toUpperCase(),
    facts(exercise, inject),
    ...(inject.attachments.length === 0 ? [] : [`Hand out: ${inject.attachments.join(', ')}`]),
    '',
    inject.text,
    '',
    'EXPECTED ACTIONS',
    ...inject.expected.map((action, index) => actionLine(action, index, state)),
    '',
    'QUESTIONS',
    ...inject.questions.map((question) => `- ${question}`),
    ...(inject.choices.length === 0
      ? []
      : ['', 'THE PLAYERS CAN CHOOSE', ...inject.choices.map(({ title, prose }) => `- ${title}: ${prose}`)]),
    ...(inject.notes === '' ? [] : ['', 'FOR THE FACILITATOR ONLY', inject.notes]),
  ]
  return lines.flatMap((line) => wrapCells(line, columns))
}

/** Everything in order, with what became of it. */
export function overviewPage(exercise: Exercise, state: ExerciseState, columns: number): string[] {
  const lines = [
    exercise.title.toUpperCase(),
    exercise.scope,
    '',
    'INJECTS',
    ...exercise.injects.map(
      (inject) =>
        `${statusOf(inject, state).padEnd(9)} ${inject.offsetMs === undefined ? 'when needed' : exerciseTime(inject.offsetMs)}  ${inject.id}: ${inject.title}`,
    ),
    '',
    'CRITICAL TASKS',
    ...criticalTasks(exercise).map(
      ({ id, text, objective }) =>
        `[${state.ratings.get(id)?.rating ?? ' '}] ${text} (${objective.capability})`,
    ),
    '',
    'DECISIONS',
    ...state.decisions.map(({ question, decision, decider }) => `- ${question} → ${decision} (${decider})`),
  ]
  return lines.flatMap((line) => wrapCells(line, columns))
}

export const HELP = `The exercise clock runs only while the exercise runs: from the first release, not while it is paused, never while this program is dead.

r  release the next inject: read it aloud, or let it be seen on the projector
h  hold the next inject, with a reason; r releases it later all the same
s  skip the next inject, with a reason
a  again: release the inject that is discussed once more
b  branch: what the players chose at an inject with choices; asks who decided and why
c  contingency: an inject that is only used when the discussion needs it
p  pause, with a reason, and go on
1-9  rate the critical task of that expected action: P, S, M or U, with evidence
t  rate any critical task
n  a note, with the time it has now
d  a decision: question, options, decision, who decided, why
w  hot wash: sustain, improve, surprise
x  a corrective action for a gap: what, who, until when, done when
v  view this inject from beginning to end, with the facilitator's notes
o  overview: all injects, tasks and decisions
u  a new address for the projector view (only with --web)
e  end the exercise: the clock stops for good; rate and wash up afterwards
f  finish: seal the journal, write the report
q  leave; npm run tabletop -- --resume goes on

P  performed without challenges
S  performed with some challenges
M  performed with major challenges: the objective was achieved, other activities suffered
U  unable to be performed

Esc takes back any question. Nothing on any target is ever touched.`
