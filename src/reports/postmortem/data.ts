import { z } from 'zod'
import { actionPriority, actionStatus, actionType } from '../../model/action-item.ts'
import { postmortemKind, postmortemSeverity } from '../../model/postmortem.ts'

/** What templates/postmortem.md.hbs can print. Texts are as they are; the template engine escapes them where they stand. */

const source = z
  .strictObject({
    label: z.string().describe('The journal and the line, in short.'),
    href: z.string().describe('That line in the published journal.'),
    journal: z.string().describe('The id of the run or incident.'),
    line: z.int().describe('The number of the line, from 1.'),
    hash: z.string().describe('The SHA-256 of the line.'),
    shortHash: z.string().describe('Its first 12 digits.'),
  })
  .describe('The line of a journal that says so.')

export const postmortemData = z.strictObject({
  title: z.string(),
  owner: z.string().describe('The name of the one person who sees it through.'),
  kind: postmortemKind,
  isDrill: z.boolean(),
  isExercise: z.boolean(),
  severity: postmortemSeverity,
  services: z.array(z.string()),
  overview: z.string().describe('What happened, in computed sentences.'),
  startedAt: z.string(),
  endedAt: z.string().describe('"not recorded" when it never ended.'),
  runs: z
    .array(
      z.strictObject({
        id: z.string(),
        runbook: z.string(),
        title: z.string(),
        environment: z.string(),
        mode: z.string(),
        operator: z.string(),
        result: z.string().describe('"not finished" when the journal has no end.'),
        reason: z.string(),
        digest: z.string().describe('Of the runbook and everything it ran.'),
        lines: z.int().describe('How many lines the journal has.'),
        head: z.string().describe('The SHA-256 of its last line.'),
        href: z.string().describe('The published journal.'),
      }),
    )
    .describe('Every run that was part of it.'),
  impact: z
    .strictObject({
      acknowledged: z.string(),
      lost: z.string(),
      indeterminate: z.string(),
      recovered: z.string(),
      load: z.string(),
      replication: z.string(),
      users: z.string(),
      requestsFailed: z.string(),
      supportTickets: z.string(),
      source: source.nullable(),
    })
    .describe('Measured, or "not measured".'),
  moments: z.array(
    z.strictObject({
      name: z.string(),
      at: z.string().describe('"not measured" when no line says so.'),
      precision: z.string(),
      source: source.nullable(),
    }),
  ),
  metrics: z.array(
    z.strictObject({
      name: z.string(),
      value: z.string().describe('"not measured" when a line it needs is not there.'),
      definition: z.string(),
      objective: z.string(),
      sources: z.array(source),
    }),
  ),
  timeline: z.array(
    z.strictObject({
      at: z.string(),
      precision: z.string(),
      actor: z.string(),
      kind: z.string(),
      what: z.string(),
      source,
    }),
  ),
  skipped: z.array(z.strictObject({ step: z.string(), reason: z.string(), by: z.string(), source })),
  estimatesKnown: z
    .boolean()
    .describe('false when a runbook changed since and its text of that day was not kept.'),
  estimates: z.array(
    z.strictObject({
      step: z.string(),
      status: z.string(),
      estimate: z.string(),
      actual: z.string(),
      difference: z.string(),
      waited: z.string().describe('How long the step waited for people.'),
    }),
  ),
  rollbacks: z.array(
    z.strictObject({ step: z.string(), result: z.string(), reason: z.string(), took: z.string(), source }),
  ),
  failures: z
    .array(
      z.strictObject({
        step: z.string(),
        role: z.string(),
        place: z.string(),
        outcome: z.string(),
        output: z.string(),
        outputKept: z.boolean(),
        leftOut: z.int().describe('How many lines of the middle were left out.'),
        source,
      }),
    )
    .describe('Every fence that did not succeed, with what it printed.'),
  actions: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      owner: z.string(),
      type: actionType,
      priority: actionPriority,
      due: z.string(),
      doneWhen: z.string(),
      status: actionStatus,
      tracker: z.string(),
      concerns: z.string().describe('The runbook and step, or nothing.'),
    }),
  ),
})
export type PostmortemData = z.infer<typeof postmortemData>
