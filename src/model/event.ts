import { z } from 'zod'
import { approvalRequest } from './approval.ts'
import { comms, phase } from './message-words.ts'
import { outcome } from './outcome-schema.ts'
import { sealedFiles } from './sealed-schema.ts'

/** The events of a journal. docs/journal-format.md describes them for people; a test holds the two together. */

export const JOURNAL_VERSION = 1

const value = z.union([z.string(), z.number(), z.boolean()])
const step = z.string()
const ms = z.number()
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const source = z.strictObject({ file: z.string(), sha256 })
const process = { host: z.string(), pid: z.int(), boot: z.string() }

export const mode = z.enum(['interactive', 'unattended', 'drill', 'rehearsal', 'tabletop'])
export type Mode = z.infer<typeof mode>

const objective = z.strictObject({ rtoMs: ms, rpoMs: ms, approvedBy: z.string(), approvedAt: z.string() })
const targetFacts = z.strictObject({ kind: z.string(), address: z.string(), region: z.string().optional() })

export const runResult = z.enum(['succeeded', 'failed', 'stopped', 'rolled-back'])
export type RunResult = z.infer<typeof runResult>

const measurement = z.strictObject({
  faultAt: z.string().nullable(),
  rtoMs: ms.nullable(),
  rpoMs: ms.nullable(),
  machineMs: ms.nullable(),
  humanMs: ms,
  detectionMs: ms.nullable(),
  acknowledged: z.int().nullable(),
  lost: z.int().nullable(),
  indeterminate: z.int().nullable(),
  recovered: z.int().nullable(),
  writesPerSecond: z.number().nullable(),
  replication: z.string().nullable(),
})

export const eventBody = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('run-started'),
    run: z.string(),
    runbook: z.string(),
    title: z.string(),
    service: z.string(),
    mode,
    lab: z.string().nullable(),
    ...process,
    versions: z.record(z.string(), z.string()),
    inputs: z.record(z.string(), value.nullable()),
    objective: objective.nullable(),
    targets: z.record(z.string(), targetFacts),
    sources: z.array(source),
    published: z.boolean().optional(),
  }),
  z.strictObject({ event: z.literal('run-resumed'), ...process, after: z.string() }),
  z.strictObject({
    event: z.literal('runbook-accepted'),
    from: sha256,
    to: sha256,
    sources: z.array(source),
  }),
  z.strictObject({
    event: z.literal('fault-injected'),
    fault: z.string(),
    on: z.string(),
    faultAt: z.string(),
    detail: z.string(),
    ledger: z.string().optional(),
  }),
  z.strictObject({
    event: z.literal('step-confirmed'),
    step,
    by: z.enum(['person', 'unattended']),
    waitedMs: ms,
  }),
  z.strictObject({
    event: z.literal('identity-proved'),
    person: z.string(),
    host: z.string(),
    provedAt: z.string(),
    key: z.string(),
    signature: z.string(),
  }),
  z.strictObject({
    event: z.literal('approval-requested'),
    step,
    number: z.int(),
    needed: z.int(),
    request: approvalRequest,
    file: z.string(),
    sha256,
  }),
  z.strictObject({
    event: z.literal('approval-given'),
    step,
    number: z.int(),
    approver: z.string(),
    key: z.string(),
    signature: z.string(),
    expiresAt: z.string(),
    waitedMs: ms,
  }),
  z.strictObject({ event: z.literal('approval-refused'), step, number: z.int(), reason: z.string() }),
  z.strictObject({ event: z.literal('approval-waived'), step, asked: z.int(), reason: z.string() }),
  z.strictObject({ event: z.literal('step-started'), step, attempt: z.int() }),
  z.strictObject({
    event: z.literal('fence-started'),
    step,
    job: z.string(),
    role: z.enum(['check', 'run', 'verify', 'rollback']),
    lang: z.enum(['ts', 'sh', 'sql']),
    place: z.string(),
    sha256,
  }),
  z.strictObject({
    event: z.literal('fence-finished'),
    step,
    job: z.string(),
    outcome,
    found: z.enum(['live', 'supervisor', 'verification', 'person']),
  }),
  z.strictObject({
    event: z.literal('step-finished'),
    step,
    result: z.enum(['done', 'failed', 'unknown']),
    reason: z.string(),
    durationMs: ms,
    outputs: z.record(z.string(), value),
  }),
  z.strictObject({
    event: z.literal('step-skipped'),
    step,
    reason: z.string(),
    by: z.enum(['person', 'condition', 'rollback']),
  }),
  z.strictObject({
    event: z.literal('decision-made'),
    step,
    choice: z.string(),
    by: z.enum(['person', 'unattended']),
    waitedMs: ms,
  }),
  z.strictObject({
    event: z.literal('inform-written'),
    step,
    audience: z.string(),
    file: z.string(),
    sha256,
  }),
  z.strictObject({
    event: z.literal('inform-queued'),
    step,
    comms,
    audience: z.string(),
    phase: phase.nullable(),
    severity: z.string(),
    template: z.string(),
    subject: z.string(),
    file: z.string(),
    sha256,
    channels: z.array(z.string()),
  }),
  z.strictObject({ event: z.literal('note-added'), step: step.optional(), text: z.string() }),
  z.strictObject({ event: z.literal('rollback-started'), reason: z.string() }),
  z.strictObject({ event: z.literal('rollback-abandoned'), reason: z.string() }),
  z.strictObject({ event: z.literal('step-rollback-started'), step }),
  z.strictObject({
    event: z.literal('step-rollback-finished'),
    step,
    result: z.enum(['rolled-back', 'failed', 'kept']),
    reason: z.string(),
    durationMs: ms,
  }),
  z.strictObject({ event: z.literal('run-paused'), reason: z.string(), waitedMs: ms.optional() }),
  z.strictObject({ event: z.literal('run-measured'), measurement }),
  z.strictObject({ event: z.literal('run-finished'), result: runResult, reason: z.string(), durationMs: ms }),
  z.strictObject({ event: z.literal('run-sealed'), files: sealedFiles }),
])
export type EventBody = z.infer<typeof eventBody>

/** What every line of a journal has. */
export const envelope = z.object({
  v: z.literal(JOURNAL_VERSION),
  seq: z.int().min(1),
  at: z.iso.datetime({ precision: 3 }),
  /** Milliseconds of this machine's monotonic clock: durations come from here, also when the wall clock is stepped. */
  mono: ms,
  digest: sha256,
  operator: z.string(),
  environment: z.string(),
  prev: z.string().regex(/^[0-9a-f]{64}$/),
})
export type Envelope = z.infer<typeof envelope>
export type JournalEvent = Envelope & EventBody

const ENVELOPE_KEYS = new Set(Object.keys(envelope.shape))

/** One journal line, already parsed as JSON, to an event; throws a ZodError when it is not one. */
export function parseEvent(line: unknown): JournalEvent {
  const head = envelope.parse(line)
  const body = eventBody.parse(
    Object.fromEntries(Object.entries(Object(line)).filter(([key]) => !ENVELOPE_KEYS.has(key))),
  )
  return { ...body, ...head }
}
