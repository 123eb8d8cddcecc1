import { z } from 'zod'
import { duration } from './duration-schema.ts'
import type { Condition, Place, Source } from './runbook.ts'

/** What a tabletop exercise is, in the terms of HSEEP and NIST SP 800-84. Nothing in it is ever executed. */

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case letters, digits and dashes')
const said = z.string().trim().min(1, 'expected some words')

const CONTROL =
  /^(SOC 2|ISO 27001|ISO 22301|DORA|NIST CSF 2\.0|NIST 800-34|NIST 800-84|PCI DSS|HIPAA|GDPR|NIS2) \S.*$/

const control = z
  .string()
  .regex(CONTROL, 'expected a framework and a control, such as "SOC 2 CC7.5" or "ISO 22301 8.5"')

const objective = z.strictObject({
  id: name.describe('What an inject names.'),
  objective: said.describe('Specific, measurable, achievable, relevant, bound in time: one sentence.'),
  capability: said.describe('The capability it exercises.'),
  controls: z.array(control).min(1).describe('The controls this is evidence for, such as "SOC 2 CC7.5".'),
  tasks: z
    .record(name, said)
    .refine((tasks) => Object.keys(tasks).length > 0, 'expected at least one critical task')
    .describe('Critical tasks by id: each is rated P, S, M or U.'),
})
export type Objective = z.infer<typeof objective>

const TARGET = /^(person|role):[a-z][a-z0-9-]*$/
const who = z.array(z.string().regex(TARGET, 'expected person:… or role:… of contacts.yaml')).default([])

const roles = z.strictObject({
  director: who.describe('Owns the exercise and its budget of time.'),
  facilitator: who.describe('Leads the discussion and releases injects.'),
  evaluator: who.describe('Rates the critical tasks.'),
  dataCollector: who.describe('Writes down what is said.'),
  player: who.describe('Acts as on the day.'),
  observer: who.describe('Watches, and says nothing before the hot wash.'),
})
export const EXERCISE_ROLES = [
  'director',
  'facilitator',
  'evaluator',
  'dataCollector',
  'player',
  'observer',
] as const

/** The front matter of docs/exercises/<id>.mdx. */
export const exerciseMatter = z.strictObject({
  title: said,
  summary: said.describe('What is exercised, in one or two sentences. Players may read it.'),
  type: z
    .enum(['seminar', 'workshop', 'tabletop', 'game', 'functional'])
    .default('tabletop')
    .describe('The kind of exercise, in HSEEP’s words.'),
  scope: said.describe('Who and what takes part, and what is left out.'),
  objectives: z.array(objective).min(1),
  assumptions: z.array(said).default([]).describe('What everyone takes as given.'),
  artificialities: z.array(said).default([]).describe('Where the exercise differs from the day.'),
  roles: roles.prefault({}),
  absent: z
    .array(z.string().regex(/^person:[a-z][a-z0-9-]*$/, 'expected person:… of contacts.yaml'))
    .default([])
    .describe('People who may not help: they are away in the scenario.'),
  groundRules: z.array(said).default([]),
  modules: z
    .array(
      z.strictObject({
        id: name.describe('What an inject names.'),
        title: said,
        duration: duration.optional().describe('How long it is planned to take.'),
      }),
    )
    .default([])
    .describe('Parts of the exercise, in their order.'),
})
export type ExerciseMatter = z.infer<typeof exerciseMatter>

const id = name.describe('Unique in the exercise.')

/** An inject: one row of the master scenario events list. */
export const injectAttributes = z.strictObject({
  id,
  offset: duration.optional().describe('When it is due on the exercise clock; only a contingency has none.'),
  scenarioTime: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, 'expected a local time such as 2027-02-05T16:40')
    .refine((text) => !Number.isNaN(scenarioMs(text)), 'expected a day that exists')
    .optional()
    .describe('What time it is in the scenario, without a zone.'),
  module: name.optional().describe('A module of the front matter.'),
  from: said.describe('Who says it, in the scenario.'),
  to: said.describe('Who hears it.'),
  method: z
    .enum(['phone', 'email', 'chat', 'page', 'in-person', 'dashboard', 'ticket', 'press', 'letter', 'radio'])
    .describe('How it arrives.'),
  objective: name.describe('The objective it serves.'),
  kind: z
    .enum(['key', 'contingency', 'optional'])
    .default('key')
    .describe(
      'A contingency is released only when the discussion needs it; an optional one may be left out.',
    ),
  when: z
    .string()
    .regex(/^[a-z][a-z0-9-]*=[a-z][a-z0-9-]*$/, 'expected inject=choice')
    .optional()
    .transform((text): Condition[] => {
      const [decision, choice] = text?.split('=') ?? []
      return decision === undefined || choice === undefined ? [] : [{ decision, choice }]
    })
    .describe('Only when the players chose that: inject=choice, of an inject with <Choice> before it.'),
  attachments: z
    .string()
    .optional()
    .transform((text) => (text === undefined ? [] : text.split(',').map((part) => part.trim())))
    .describe('Files of the project that are handed out, parted by commas.'),
})

/** What the players are expected to do. */
export const expectAttributes = z.strictObject({
  task: name.optional().describe('The critical task that this shows.'),
  step: z
    .string()
    .regex(/^[a-z][a-z0-9/-]*#[a-z][a-z0-9/-]*$/, 'expected runbook#step, such as database-failure#promote')
    .optional()
    .describe('The step of a runbook that says how; one that does not exist is an error.'),
  page: z
    .string()
    .regex(/^\/[a-z0-9/-]*(#[a-z0-9-]+)?$/, 'expected a page of the site, such as /contacts/')
    .optional()
    .describe('The page that says how, where no runbook does.'),
})

export type StepLink = { runbook: string; step: string }
export type InjectKind = z.infer<typeof injectAttributes>['kind']
export type InjectMethod = z.infer<typeof injectAttributes>['method']

export type ExpectedAction = {
  text: string
  task?: string
  step?: StepLink
  page?: string
  place: Place
}
export type InjectChoice = { value: string; title: string; prose: string; place: Place }

export type Inject = {
  id: string
  title: string
  kind: InjectKind
  /** On the exercise clock, in milliseconds; undefined for a contingency. */
  offsetMs?: number
  /** The scenario's wall clock, in milliseconds as if it were UTC; in a walked runbook since its beginning. */
  scenarioMs?: number
  module?: string
  from: string
  to: string
  method: InjectMethod
  objective: string
  when: Condition[]
  /** What the players hear, as Markdown. */
  text: string
  attachments: string[]
  expected: ExpectedAction[]
  questions: string[]
  /** For the facilitator only: never on the projector. */
  notes: string
  /** What the players can decide here; later injects depend on it. */
  choices: InjectChoice[]
  place: Place
}

export type Exercise = ExerciseMatter & {
  /** `region-loss`, or `runbook:database-failure` for a runbook that is walked. */
  id: string
  file: string
  intro: string
  injects: Inject[]
  sources: Source[]
  digest: string
}

/** A runbook that is walked has a scenario clock that counts from its beginning. */
export function isWalk({ id }: Pick<Exercise, 'id'>): boolean {
  return id.startsWith('runbook:')
}

/** Milliseconds of a scenario's local time, as if it were UTC; NaN when there is no such time. */
export function scenarioMs(text: string): number {
  const ms = Date.parse(`${text}:00.000Z`)
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 16) !== text ? Number.NaN : ms
}

export const RATINGS = {
  P: 'Performed without challenges',
  S: 'Performed with some challenges',
  M: 'Performed with major challenges',
  U: 'Unable to be performed',
} as const
export type Rating = keyof typeof RATINGS

/** Every critical task with its objective, in the order of the front matter. */
export function criticalTasks(
  exercise: Pick<Exercise, 'objectives'>,
): { id: string; text: string; objective: Objective }[] {
  return exercise.objectives.flatMap((objective) =>
    Object.entries(objective.tasks).map(([task, text]) => ({ id: task, text, objective })),
  )
}

/** The steps that show how a critical task is done. */
export function stepsOfTask(exercise: Pick<Exercise, 'injects'>, task: string): StepLink[] {
  const found = exercise.injects
    .flatMap((inject) => inject.expected)
    .flatMap((action) => (action.task === task && action.step ? [action.step] : []))
  return [...new Map(found.map((link) => [stepText(link), link])).values()]
}

export function stepText({ runbook, step }: StepLink): string {
  return `${runbook}#${step}`
}
