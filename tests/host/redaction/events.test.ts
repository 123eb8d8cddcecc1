import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { cleanEvent } from '../../../src/cli/clean-event.ts'
import { eventBody } from '../../../src/model/event.ts'

const SECRET = 'hunter2-hunter3'
/** A name that every record takes; that of a sealed file is a path. */
const ANY = 'output/any'

/**
 * What is written down as it is: names, addresses, times, hashes and signatures that the plan or the program words, and inputs and
 * outputs, which are refused when they hold a secret. A new field of an event has to be put here or into cleanEvent.
 */
const AS_IT_IS = [
  'run-started: boot environment host inputs lab objective.approvedAt objective.approvedBy run runbook service sources.file targets.address targets.kind targets.region title versions',
  'run-resumed: boot host',
  'runbook-accepted: sources.file',
  'fault-injected: fault faultAt ledger on',
  'fence-started: job place step',
  'fence-finished: job outcome.outputs outcome.signal step',
  'step-finished: outputs step',
  'decision-made: choice step',
  'inform-written: audience file step',
  'inform-queued: audience channels file severity step template',
  'identity-proved: host key person provedAt signature',
  'approval-requested: file step',
  'approval-given: approver expiresAt key signature step',
  'run-measured: measurement.faultAt measurement.replication',
]

type Sample = string | number | boolean | null | Sample[] | { [name: string]: Sample }
type Schema = z.core.JSONSchema.BaseSchema

/** A value of the schema, with the secret in every text that could hold it. */
function sampleOf(schema: Schema): Sample {
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0] ?? null
  const [first] = schema.anyOf ?? schema.oneOf ?? []
  if (first !== undefined) return sampleOf(asSchema(first))
  const [type] = [schema.type].flat()
  switch (type) {
    case 'string':
      return textOf(schema)
    case 'object': {
      const named = Object.entries(schema.properties ?? {}).map(([name, part]) => [
        name,
        sampleOf(asSchema(part)),
      ])
      const more =
        typeof schema.additionalProperties === 'object' ? [[ANY, sampleOf(schema.additionalProperties)]] : []
      return Object.fromEntries([...named, ...more])
    }
    case 'array':
      return [sampleOf(Array.isArray(schema.items) ? {} : asSchema(schema.items ?? {}))]
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return 1
  }
}

/** The secret where the pattern lets it in, else as many digits as it asks for. */
function textOf({ format, pattern }: Schema): string {
  if (format === 'date-time') return '2026-11-21T01:34:00Z'
  const text = `a ${SECRET} b`
  if (pattern === undefined || new RegExp(pattern, 'u').test(text)) return text
  return '0'.repeat(Number(/\{(\d+)\}/.exec(pattern)?.[1]))
}

function asSchema(schema: Schema | boolean): Schema {
  return typeof schema === 'boolean' ? {} : schema
}

/** The names of the fields that hold the secret, by their path. */
function holders(value: unknown, path: string): string[] {
  if (typeof value === 'string') return value.includes(SECRET) ? [path] : []
  if (Array.isArray(value)) return value.flatMap((item) => holders(item, path))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) =>
    holders(part, name === ANY ? path : path === '' ? name : `${path}.${name}`),
  )
}

void test('every text of every event is either redacted or known to be nobody’s words', () => {
  const allowed = new Map(
    AS_IT_IS.map((line) => [line.split(': ')[0] ?? '', (line.split(': ')[1] ?? '').split(' ')]),
  )
  for (const option of eventBody.options) {
    const sample = sampleOf(z.toJSONSchema(option))
    const bodies = variants(sample).map((one) => eventBody.parse(one))
    for (const body of bodies) {
      const left = holders(
        cleanEvent(body, (text) => text.replaceAll(SECRET, '[redacted]')),
        '',
      )
      const unknown = left.filter(
        (name) => !(allowed.get(body.event) ?? ['step']).includes(name) && !name.startsWith('request.'),
      )
      assert.deepEqual(unknown, [], body.event)
    }
  }
})

/** A fence ends in one of several shapes. */
function variants(sample: Sample): Sample[] {
  if (
    typeof sample !== 'object' ||
    sample === null ||
    Array.isArray(sample) ||
    sample['outcome'] === undefined
  )
    return [sample]
  const failed = { kind: 'failed', durationMs: 1, reason: SECRET, signal: SECRET }
  return [
    sample,
    ...[
      failed,
      { kind: 'timed-out', durationMs: 1, reason: SECRET },
      { kind: 'unknown', reason: SECRET },
    ].map((outcome) => ({ ...sample, outcome })),
  ]
}
