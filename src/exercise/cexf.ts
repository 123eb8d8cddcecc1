import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Exercise } from '../model/exercise.ts'
import type { Problem } from '../model/problem.ts'
import { injectAsWritten, inputOf, matterAsWritten } from './exchange-format.ts'
import type { ExerciseInput, InjectInput } from './exchange-format.ts'
import { escaped, verbatim } from './to-mdx.ts'

/**
 * The Common Exercise Format of the MISP project, as github.com/MISP/cexf describes it in format-description.md. What HSEEP has and
 * CEXF has not stands under the key `hseep`, in `exercise.meta` and in each inject. docs/guide/tabletop.md says what maps to what.
 */

const text = z.string()
/** What other writers add is left alone. */
const flow = z.looseObject({
  description: text.default(''),
  inject_uuid: text,
  requirements: z
    .looseObject({ inject_uuid: text.optional(), resolution_requirement: text.optional() })
    .optional(),
  timing: z.looseObject({ triggered_at: z.union([z.number(), text]).nullish() }).optional(),
})
const payload = z.looseObject({
  name: text.default(''),
  parameters: z.record(z.string(), z.unknown()).default({}),
  type: text,
  uuid: text,
})
const inject = z.looseObject({
  action: text,
  action_payload_resource_uuid: text.optional(),
  inject_evaluation: z.array(z.looseObject({ result: text.optional() })).default([]),
  name: text,
  target_tool: text.optional(),
  uuid: text,
  hseep: injectAsWritten.optional(),
})
export const cexf = z.looseObject({
  exercise: z.looseObject({
    description: text,
    expanded: text.default(''),
    meta: z
      .looseObject({ hseep: z.looseObject({ matter: matterAsWritten, intro: text }).optional() })
      .default({}),
    name: text,
    namespace: text.default(''),
    tags: z.array(text).default([]),
    total_duration: text.optional(),
    uuid: text,
    version: text,
  }),
  inject_flow: z.array(flow),
  inject_payloads: z.array(payload).default([]),
  injects: z.array(inject),
})
type Cexf = z.input<typeof cexf>
type Read = z.output<typeof cexf>

/** A UUID in the form of version 4 that is always the same for the same names. */
function uuidOf(...names: string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(names)).digest('hex')
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export function toCexf(exercise: Exercise): Cexf {
  const input = inputOf(exercise)
  const ordered = exercise.injects.filter(({ kind }) => kind !== 'contingency')
  const planned = exercise.modules.reduce((sum, { duration }) => sum + (duration ?? 0), 0)
  const last = ordered.at(-1)?.offsetMs ?? 0
  return {
    exercise: {
      description: exercise.summary,
      expanded: exercise.intro === '' ? exercise.summary : exercise.intro,
      meta: { hseep: { matter: input.matter, intro: input.intro } },
      name: exercise.title,
      namespace: 'drillbook',
      tags: [`exercise:type="${exercise.type}"`],
      total_duration: String(Math.round(Math.max(planned, last) / 1000)),
      uuid: uuidOf(exercise.id),
      version: '1',
    },
    inject_flow: exercise.injects.map(({ id, title, offsetMs, when }) => {
      const following = ordered[ordered.findIndex((other) => other.id === id) + 1]
      const [condition] = when
      return {
        description: title,
        inject_uuid: uuidOf(exercise.id, id),
        reporting_callback: [],
        requirements:
          condition === undefined
            ? {}
            : {
                inject_uuid: uuidOf(exercise.id, condition.decision),
                resolution_requirement: condition.choice,
              },
        sequence: {
          completion_trigger: ['completion'],
          followed_by:
            offsetMs === undefined || following === undefined ? [] : [uuidOf(exercise.id, following.id)],
          trigger: id === ordered[0]?.id ? ['startex'] : [],
        },
        timing: { triggered_at: offsetMs === undefined ? null : Math.round(offsetMs / 1000) },
      }
    }),
    inject_payloads: exercise.injects.map(({ id, title, text: words }) => ({
      name: title,
      parameters: {
        content: Buffer.from(words).toString('base64'),
        'content-type': 'base64',
        filename: `${id}.md`,
      },
      type: 'file',
      uuid: uuidOf(exercise.id, id, 'payload'),
    })),
    injects: input.injects.map((own) => ({
      action: 'email_to_participants',
      action_payload_resource_uuid: uuidOf(exercise.id, own.id, 'payload'),
      inject_evaluation: own.expected.map((action) => ({
        parameters: [],
        result: action.text,
        score_range: [0, 3],
      })),
      name: own.title,
      target_tool: '',
      uuid: uuidOf(exercise.id, own.id),
      hseep: own,
    })),
  }
}

/** What an exercise's author would have written; `completed` says what CEXF did not hold and was filled in. */
export function fromCexf(
  json: unknown,
): { input: ExerciseInput; completed: string[] } | { problems: Problem[] } {
  const parsed = cexf.safeParse(json)
  if (!parsed.success)
    return {
      problems: parsed.error.issues.map((issue) => ({
        message: `${issue.path.map(String).join('.') || 'the file'}: ${issue.message}`,
      })),
    }
  const given = parsed.data
  const { hseep } = given.exercise.meta
  const completed: string[] = []
  const injects = orderedInjects(given, completed)
  if (hseep) return { input: { matter: hseep.matter, intro: hseep.intro, injects }, completed }
  completed.push('scope, objectives and critical tasks')
  return {
    input: {
      matter: {
        title: given.exercise.name,
        summary: given.exercise.description,
        scope: 'Taken over from CEXF: say who and what takes part.',
        objectives: [
          {
            id: 'imported',
            objective: given.exercise.description,
            capability: 'To be named',
            controls: ['NIST 800-84 tabletop'],
            tasks: { respond: 'The table responds to every inject' },
          },
        ],
      },
      intro: verbatim(given.exercise.expanded),
      injects,
    },
    completed,
  }
}

/** In the order of the flow; an inject that the flow does not name is a contingency. */
function orderedInjects(file: Read, completed: string[]): InjectInput[] {
  const named = file.inject_flow.map(({ inject_uuid }) => inject_uuid)
  const order = [...new Set([...named, ...file.injects.map(({ uuid }) => uuid)])]
  let seconds = 0
  return order.flatMap((uuid) => {
    const found = file.injects.find((one) => one.uuid === uuid)
    if (!found) return []
    if (found.hseep) return [found.hseep]
    const step = file.inject_flow.find((one) => one.inject_uuid === uuid)
    const at = Number(step?.timing?.triggered_at ?? Number.NaN)
    if (Number.isFinite(at)) seconds = Math.max(seconds, at)
    completed.push(`who says "${found.name}" to whom, and what to discuss`)
    return [foreignInject(found, step?.description ?? '', step ? `${seconds}s` : undefined, file)]
  })
}

function foreignInject(
  found: Read['injects'][number],
  description: string,
  offset: string | undefined,
  file: Read,
): InjectInput {
  const results = found.inject_evaluation.flatMap(({ result }) => result ?? [])
  const wanted = results.length === 0 ? ['Respond'] : results
  return {
    id: `inject-${found.uuid.toLowerCase().replace(/[^a-z0-9-]/g, '-')}`,
    title: found.name,
    kind: offset === undefined ? 'contingency' : 'key',
    ...(offset === undefined ? {} : { offset }),
    from: 'Exercise control',
    to: 'Players',
    method: found.action === 'email_to_participants' ? 'email' : 'in-person',
    objective: 'imported',
    text:
      [description === '' ? '' : escaped(description), contentOf(found, file)]
        .filter((part) => part !== '')
        .join('\n\n') || escaped(found.name),
    expected: wanted.map((result) => ({ text: escaped(result), task: 'respond' })),
    questions: ['What do you do now?'],
    notes:
      found.target_tool === undefined || found.target_tool === ''
        ? ''
        : escaped(`Evaluated by ${found.target_tool} in CEXF.`),
    choices: [],
  }
}

function contentOf(found: Read['injects'][number], file: Read): string {
  const parameters = file.inject_payloads.find(
    (one) => one.uuid === found.action_payload_resource_uuid,
  )?.parameters
  if (!parameters) return ''
  const { content } = parameters
  return typeof content === 'string'
    ? verbatim(Buffer.from(content, 'base64').toString('utf8'))
    : verbatim(JSON.stringify(parameters, undefined, 2))
}
