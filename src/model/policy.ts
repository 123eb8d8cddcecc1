import { z } from 'zod'
import { duration } from './duration-schema.ts'

/** Who may do what in an environment. What is not said has the default of its kind of environment: lab, protected, or any other. */

/** Words of a role list that are not roles of contacts.yaml. */
export const ROLE_WORDS: ReadonlySet<string> = new Set(['anyone', 'step-role'])

const role = z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a role of contacts.yaml, step-role or anyone')
const roles = z.array(role).min(1)
const people = z.int().min(0).max(9)

export const policy = z.strictObject({
  identity: z
    .enum(['none', 'for-approvals', 'signed'])
    .optional()
    .describe(
      'When the operator proves who they are with their SSH key before a run starts. none: never, a name is taken at its word. ' +
        'for-approvals: when a step of the run needs an approval. signed: always. Default: for-approvals.',
    ),
  roles: z
    .strictObject({
      safe: roles.optional().describe('Default: anyone.'),
      caution: roles.optional().describe('Default: anyone.'),
      destructive: roles
        .optional()
        .describe(
          'Default: [step-role, incident-commander] where the environment is protected, else anyone.',
        ),
    })
    .optional()
    .describe(
      'Who may run a step, by its danger: roles of contacts.yaml; step-role is the role that the step itself names; anyone is ' +
        'everybody, also people who are not in contacts.yaml. Whoever may not run a step may not skip it or roll it back either.',
    ),
  approvals: z
    .strictObject({
      asWritten: z
        .boolean()
        .optional()
        .describe('Whether approvals="…" of the runbooks counts here. Default: yes, but not in a lab.'),
      safe: people.optional().describe('Default: 0.'),
      caution: people.optional().describe('Default: 0.'),
      destructive: people.optional().describe('Default: 0.'),
      rollback: z
        .boolean()
        .optional()
        .describe('Rolling a step back needs as many approvals as running it. Default: no.'),
    })
    .optional()
    .describe(
      'How many other people must approve a step of this danger; what the runbook says counts when it is more.',
    ),
  approvers: roles
    .optional()
    .describe(
      'Who may approve: roles, step-role or anyone of contacts.yaml. Default: whoever may run the step.',
    ),
  approvalValidFor: duration
    .optional()
    .describe('How long a request for approval, and the approval given to it, is valid. Default: 15m.'),
  unattended: z
    .enum(['allowed', 'not-destructive', 'refused'])
    .optional()
    .describe(
      'Whether --yes may run here at all, and whether it may run destructive steps. Default: not-destructive where the ' +
        'environment is protected, else allowed. A rehearsal changes nothing and is always allowed.',
    ),
  signJournal: z
    .boolean()
    .optional()
    .describe(
      'The operator signs the sealed journal with their SSH key; an unsigned one is a finding of verify. Default: no, but the ' +
        'key that proved who the operator is signs it in any case.',
    ),
})
export type PolicySpec = z.infer<typeof policy>
