import { z } from 'zod'
import { incidentKind, severity } from './incident-event.ts'
import { phase } from './message-words.ts'

/** What a template of templates/inform can name. docs/reference/message-variables.md is generated from this. */

const value = z.union([z.string(), z.number(), z.boolean()])
/** For people: `2026-11-21 05:44 UTC`. */
const time = z.string().describe('As 2026-11-21 05:44 UTC; empty when nobody told.')

export const messageFacts = z.strictObject({
  title: z.string().describe('What is wrong, in one line.'),
  text: z.string().describe('What the sender adds in their own words; empty when they add nothing.'),
  audience: z.string().describe('Id of the audience.'),
  phase: z.union([phase, z.literal('')]).describe('Empty when the step names none.'),
  severity,
  isSevere: z.boolean().describe('The severity is sev1 or sev2.'),
  mode: z.string().describe('Mode of the run: drill, interactive …; empty without a run.'),
  isDrill: z.boolean().describe('Nobody is affected: a drill or an exercise.'),
  now: z.string().describe('When the message was written.'),
  elapsed: z.string().describe('How long it has been going on, in words.'),
  nextUpdateAt: time.describe('When the next update is due; empty when none is promised.'),
  nextUpdateIn: z.string().describe('How long until then, in words; empty when none is promised.'),
  impactStart: time.describe('When customers began to be affected; empty when nobody told.'),
  mitigatedAt: time,
  resolvedAt: time,
  incident: z.strictObject({
    id: z.string().describe('Id of the incident; of the run when there is no incident.'),
    kind: incidentKind,
    declaredAt: time,
    commander: z.string().describe('Who is in command; empty when nobody is.'),
    services: z.array(z.strictObject({ id: z.string(), title: z.string() })),
    roles: z.array(z.strictObject({ role: z.string(), person: z.string() })),
    runs: z.array(z.string()).describe('Ids of its runs.'),
  }),
  runbook: z
    .strictObject({ id: z.string(), title: z.string(), service: z.string(), severity: z.string() })
    .describe('The runbook of the run; all empty without a run.'),
  run: z
    .strictObject({
      id: z.string(),
      startedAt: z.string(),
      operator: z.string(),
      environment: z.string(),
    })
    .describe('The run; all empty without one.'),
  input: z.record(z.string(), value).describe('Inputs of the run; a secret is "(secret)".'),
  outputs: z.record(z.string(), value).describe('Outputs of its steps; "(not known)" until then.'),
  done: z
    .record(z.string(), z.boolean())
    .describe('Whether a step of the run was done, by its id; false also when it was skipped.'),
  decisions: z.record(z.string(), z.string()).describe('What was chosen; "(not known)" until then.'),
})
export type MessageFacts = z.infer<typeof messageFacts>
