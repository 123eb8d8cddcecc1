import { z } from 'zod'
import { convertInput, readInput } from '../model/read-input.ts'
import type { InputSpec, Requirement } from '../model/runbook.ts'
import { shClash } from '../model/shell.ts'

const reserved = new Set(['constructor', 'prototype', '__proto__'])

const writtenSpec = z.strictObject({
  type: z.enum(['string', 'number', 'boolean', 'secret']),
  prompt: z.string().describe('The question the operator is asked.'),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  choices: z.array(z.string()).min(1).optional().describe('The only answers there are.'),
  pattern: z.string().optional().describe('A regular expression that the whole answer must match.'),
})

const inputSpec = writtenSpec
  .superRefine((spec, context) => {
    for (const { path, message } of mistakes(spec)) context.addIssue({ code: 'custom', path, message })
  })
  .transform((spec) => withoutUndefined(spec))

type Mistake = { path: (string | number)[]; message: string }

/** An answer that could not be taken, or a default that no operator could give, is told before anyone is asked. */
function mistakes(spec: z.infer<typeof writtenSpec>): Mistake[] {
  if (spec.pattern !== undefined && !isPattern(spec.pattern))
    return [{ path: ['pattern'], message: 'expected a regular expression' }]
  if (spec.type === 'secret')
    return (['default', 'choices'] as const)
      .filter((path) => spec[path] !== undefined)
      .map((path) => ({
        path: [path],
        message: `a secret input has no ${path}: whoever reads the runbook would read the secret`,
      }))
  const { default: offered, choices = [], ...alone } = withoutUndefined(spec)
  const impossible = choices.flatMap((choice, index) => refusal(['choices', index], readInput(alone, choice)))
  if (offered === undefined) return impossible
  if (typeof offered !== spec.type)
    return [...impossible, { path: ['default'], message: `expected a ${spec.type}` }]
  return [...impossible, ...refusal(['default'], convertInput(withoutUndefined(spec), String(offered)))]
}

function refusal(path: Mistake['path'], value: ReturnType<typeof readInput>): Mistake[] {
  return typeof value === 'object' ? [{ path, message: value.problem }] : []
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp
  } catch {
    return false
  }
}

function withoutUndefined(spec: {
  type: InputSpec['type']
  prompt: string
  default?: InputSpec['default'] | undefined
  choices?: string[] | undefined
  pattern?: string | undefined
}): InputSpec {
  return {
    type: spec.type,
    prompt: spec.prompt,
    ...(spec.default === undefined ? {} : { default: spec.default }),
    ...(spec.choices === undefined ? {} : { choices: spec.choices }),
    ...(spec.pattern === undefined ? {} : { pattern: spec.pattern }),
  }
}

const inputName = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9_]*$/, 'expected a name such as reason or ticket_number')
  .refine((name) => !reserved.has(name), 'this name is reserved')

const REQUIREMENT = /^([a-zA-Z0-9._+-]+)(?: *>= *(\d+(?:\.\d+)*))?$/

/** `pg_ctl` or `pg_ctl >= 18`. */
const requirement = z
  .string()
  .regex(REQUIREMENT, 'expected a program, or a program and its least version: pg_ctl >= 18')
  .transform((text): Requirement => {
    const [, program = '', version] = REQUIREMENT.exec(text) ?? []
    return version === undefined ? { program } : { program, version }
  })

/** The front matter of a runbook. */
export const frontMatter = z.strictObject({
  title: z.string().min(1).describe('What has happened, in a few words.'),
  summary: z.string().min(1).describe('What this recovers, in one or two sentences.'),
  service: z.string().describe('A service of docs/plan/services.yaml.'),
  severity: z.enum(['sev1', 'sev2', 'sev3', 'sev4']).describe('sev1 is the worst.'),
  triggers: z.array(z.string()).default([]).describe('The alerts that lead here.'),
  requires: z
    .array(requirement)
    .default([])
    .describe('Programs the steps need, such as psql or "pg_ctl >= 18"; looked for before the first step.'),
  inputs: z
    .record(inputName, inputSpec)
    .superRefine((inputs, context) => {
      for (const [index, name] of Object.keys(inputs).entries()) {
        const clash = shClash('INPUT', name, Object.keys(inputs).slice(0, index))
        if (clash !== undefined) context.addIssue({ code: 'custom', path: [name], message: clash })
      }
    })
    .default({})
    .describe('What the operator is asked before the first step.'),
  drill: z
    .strictObject({ fault: z.string(), on: z.string() })
    .optional()
    .describe('The fault a drill injects, and the target it injects it on.'),
})
export type FrontMatter = z.infer<typeof frontMatter>
