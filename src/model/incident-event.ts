import { z } from 'zod'
import { envelope } from './event.ts'
import { comms, phase } from './message-words.ts'

/**
 * The events of an incident's journal, named as post-mortems name them. docs/incident-format.md describes them for people; a test
 * holds the two together. A line is written now, but tells of something that may have happened before: `occurredAt` is when.
 */

export const INCIDENT_VERSION = 1

const text = z.string().min(1)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const moment = z.iso.datetime({ offset: true })

export const severity = z.enum(['sev1', 'sev2', 'sev3', 'sev4'])
export const incidentKind = z.enum(['incident', 'drill', 'exercise'])
/** Where a statement comes from. */
export const eventSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('terminal') }).describe('Typed in when the line was written.'),
  z.strictObject({ kind: z.literal('person'), name: text }),
  z.strictObject({ kind: z.literal('link'), url: z.url() }),
  z.strictObject({ kind: z.literal('journal'), run: text, line: z.int().min(1), sha256 }),
  z.strictObject({ kind: z.literal('file'), file: text, line: z.int().min(1), sha256 }),
  z.strictObject({ kind: z.literal('program'), name: text }),
])
export type EventSource = z.infer<typeof eventSource>

/** What every event of an incident says besides what it is. */
const statement = {
  occurredAt: moment,
  precision: z.enum(['exact', 'estimated', 'range']),
  /** The end of a range. */
  until: moment.optional(),
  actor: text,
  source: eventSource,
}

/** A moment that people name in words: a row of the timeline, and the end of a metric. */
const told = { ...statement, text }
/** The moments that people mark, and that metrics are computed from. */
export const MARKS = [
  'impact_start',
  'detected',
  'paged',
  'acked',
  'mitigated',
  'impact_end',
  'resolved',
  'last_good_data',
  'recovery_point_selected',
  'service_restored',
  'data_verified',
] as const
/** The events that are a moment and words, and nothing else. */
export const MOMENTS = [...MARKS, 'note'] as const
export type Moment = (typeof MOMENTS)[number]

/** A step that was done by hand, from the page or from paper. */
const byHand = { ...told, runbook: text, digest: sha256.nullable(), step: text }
/** One message to one audience, by its number in the journal it is recorded in: `1`, `2`… */
const message = z.string()
const attempt = { ...statement, message, comms, channel: text, attempt: z.int().min(1) }

export const incidentEventBody = z.discriminatedUnion('event', [
  z.strictObject({
    ...statement,
    event: z.literal('declared'),
    title: text,
    severity,
    kind: incidentKind,
    services: z.array(z.string()),
    environment: z.string().nullable(),
  }),
  z.strictObject({ ...statement, event: z.literal('severity_changed'), from: severity, to: severity, text }),
  z.strictObject({
    ...statement,
    event: z.literal('role_assumed'),
    role: text,
    person: text,
    from: text.nullable(),
  }),
  z.strictObject({
    ...statement,
    event: z.literal('role_released'),
    role: text,
    person: text,
    to: text.nullable(),
  }),
  z.strictObject({
    ...told,
    event: z.literal('decision'),
    runbook: text.optional(),
    step: text.optional(),
    choice: text.optional(),
  }),
  z.strictObject({
    ...told,
    event: z.literal('hypothesis'),
    state: z.enum(['open', 'confirmed', 'refuted']),
  }),
  z.strictObject({ ...told, event: z.literal('impact_start') }),
  z.strictObject({
    ...told,
    event: z.literal('detected'),
    by: z.enum(['alert', 'human', 'customer']).optional(),
  }),
  z.strictObject({ ...told, event: z.literal('paged') }),
  z.strictObject({ ...told, event: z.literal('acked') }),
  z.strictObject({ ...told, event: z.literal('mitigated') }),
  z.strictObject({ ...told, event: z.literal('impact_end') }),
  z.strictObject({ ...told, event: z.literal('resolved') }),
  z.strictObject({ ...told, event: z.literal('last_good_data') }),
  z.strictObject({ ...told, event: z.literal('recovery_point_selected') }),
  z.strictObject({ ...told, event: z.literal('service_restored') }),
  z.strictObject({ ...told, event: z.literal('data_verified') }),
  z.strictObject({ ...told, event: z.literal('note'), runbook: text.optional(), step: text.optional() }),
  z.strictObject({ ...byHand, event: z.literal('step_started') }),
  z.strictObject({ ...byHand, event: z.literal('step_passed') }),
  z.strictObject({ ...byHand, event: z.literal('step_failed') }),
  z.strictObject({ ...byHand, event: z.literal('step_skipped') }),
  z.strictObject({
    ...statement,
    event: z.literal('run_attached'),
    run: text,
    runbook: text,
    /** The last line that the run's journal had then: with the chain it covers every line before it. */
    line: z.int().min(1),
    sha256,
  }),
  z.strictObject({ ...told, event: z.literal('run_detached'), run: text }),
  z.strictObject({ ...statement, event: z.literal('update_promised'), audience: text, dueAt: moment }),
  z.strictObject({
    ...told,
    event: z.literal('clock_started'),
    regulation: text,
    basis: text,
  }),
  z.strictObject({
    ...told,
    event: z.literal('clock_stopped'),
    regulation: text,
    /** One deadline of the regulation; null: all of them. */
    notice: text.nullable(),
    reason: z.enum(['notified', 'not_applicable']),
  }),
  z.strictObject({
    ...statement,
    event: z.literal('message_rendered'),
    message,
    comms,
    audience: text,
    phase: phase.nullable(),
    template: text,
    subject: z.string(),
    file: text,
    sha256,
    channels: z.array(text),
  }),
  z.strictObject({ ...attempt, event: z.literal('message_sent'), receipt: z.string() }),
  z.strictObject({
    ...attempt,
    event: z.literal('message_failed'),
    text,
    /** When it is tried again; null: not by itself. */
    retryAt: moment.nullable(),
  }),
  z.strictObject({ ...statement, event: z.literal('message_retried'), message, comms, channel: text }),
  z.strictObject({ ...told, event: z.literal('message_abandoned'), message, comms, channel: text }),
  z.strictObject({ ...told, event: z.literal('declared_over') }),
  z.strictObject({ ...told, event: z.literal('reopened') }),
])
export type IncidentEventBody = z.infer<typeof incidentEventBody>

/** What every line of an incident's journal has. */
export const incidentEnvelope = envelope.pick({ seq: true, at: true, mono: true, prev: true }).extend({
  v: z.literal(INCIDENT_VERSION),
  /** Id of the incident; in the outbox of a run, the id of the run. */
  of: z.string(),
  /** Who was at the keyboard. */
  operator: z.string(),
})
export type IncidentEnvelope = z.infer<typeof incidentEnvelope>
export type IncidentEvent = IncidentEnvelope & IncidentEventBody

const ENVELOPE_KEYS = new Set(Object.keys(incidentEnvelope.shape))

/** One line, already parsed as JSON, to an event; throws a ZodError when it is not one. */
export function parseIncidentEvent(line: unknown): IncidentEvent {
  const head = incidentEnvelope.parse(line)
  const body = incidentEventBody.parse(
    Object.fromEntries(Object.entries(Object(line)).filter(([key]) => !ENVELOPE_KEYS.has(key))),
  )
  return { ...body, ...head }
}
