import { z } from 'zod'
import type { Problem } from './problem.ts'

/**
 * What a person noted who worked through a runbook by hand, on its page: one JSON object a line, oldest first. The times are when
 * somebody ticked, not when something took effect, so each is `estimated`. Nothing chains or seals these lines: they are a
 * statement, no proof. An incident's timeline takes them in; docs/guide/by-hand.md describes them for people.
 */

export const ESTIMATED_VERSION = 1

const common = {
  v: z.literal(ESTIMATED_VERSION),
  runbook: z.string().regex(/^[a-z0-9][a-z0-9/-]*$/, 'expected the id of a runbook'),
  /** SHA-256 over the runbook that was on the page, and everything it runs. */
  digest: z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256'),
  /** RFC 3339 with the offset of the person's own clock: `2026-03-29T02:14:09.120+02:00`, or Z. */
  at: z.iso.datetime({ offset: true }),
  precision: z.literal('estimated'),
  /** In words, for a timeline: `Promote the standby: done`. */
  text: z.string().min(1),
  /** Who did it, as they call themselves; empty when they did not say. */
  actor: z.string(),
}
/** Id of a node of the runbook; `use/step` for one of a runbook it uses. */
const step = z.string().min(1)

export const estimatedEvent = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('step_started'), step }),
  z.strictObject({ ...common, kind: z.literal('step_passed'), step }),
  z.strictObject({ ...common, kind: z.literal('step_failed'), step }),
  z.strictObject({ ...common, kind: z.literal('step_skipped'), step }),
  z.strictObject({ ...common, kind: z.literal('decision'), step, choice: z.string().min(1) }),
  z.strictObject({ ...common, kind: z.literal('note'), step: step.optional() }),
])
export type EstimatedEvent = z.infer<typeof estimatedEvent>

/** The text of an exported file to its events; a line that is not one is a problem with its place, and is left out. */
export function readEstimatedEvents(
  text: string,
  file: string,
): { events: EstimatedEvent[]; problems: Problem[] } {
  const events: EstimatedEvent[] = []
  const problems: Problem[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const read = estimatedEvent.safeParse(jsonOf(line))
    if (read.success) events.push(read.data)
    else problems.push({ file, line: index + 1, message: messageOf(read.error), hint: HINT })
  }
  return { events, problems }
}

const HINT = 'Export it again from the page of the runbook; the lines are described in docs/guide/by-hand.md.'

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function messageOf({ issues }: z.ZodError): string {
  const [issue] = issues
  const place = issue?.path.join('.') ?? ''
  return `is no event of a run by hand: ${place === '' ? '' : `${place}: `}${issue?.message ?? 'unknown'}`
}
