import { approvalsNeeded } from '../model/permission.ts'
import type { Policy } from '../model/permission.ts'
import { OperatorError } from '../model/problem.ts'
import type { Decision } from '../model/runbook.ts'
import { executables } from '../model/runbook.ts'
import { isManual } from '../steps/step/run.ts'
import type { Operator, Session } from './ports.ts'

function pause(reason: string): Promise<{ kind: 'pause'; reason: string }> {
  return Promise.resolve({ kind: 'pause', reason })
}

/** Answers for nobody: goes on where policy allows it, and stops, resumable, wherever a person would be asked. */
export function unattendedOperator(
  choices: ReadonlyMap<string, string>,
  failedBefore: ReadonlySet<string> = new Set(),
): Operator {
  const tried = new Set<string>()
  return {
    confirm: () => Promise.resolve({ kind: 'run' }),
    performed: (step) => pause(`${step.id} is done by hand; a person has to do it and resume`),
    decide: (decision) => {
      const choice = choices.get(decision.id) ?? decision.default
      return choice === undefined
        ? pause(`${decision.id} is for a person to decide`)
        : Promise.resolve({ kind: 'choice', choice })
    },
    failed: (step, reason) => {
      // Whoever resumes a run wants what had failed to be tried again, once.
      if (!failedBefore.has(step.id) || tried.has(step.id)) return pause(`${step.id} failed: ${reason}`)
      tried.add(step.id)
      return Promise.resolve({ kind: 'retry' })
    },
    settle: (step, reason) => pause(`${step.id}: ${reason}`),
    confirmRollback: (step, doubt) =>
      doubt === undefined
        ? Promise.resolve({ kind: 'run' })
        : pause(`it is not known whether ${step.id} is undone: ${doubt}; a person has to look and resume`),
    approval: ({ step }) => pause(`${step.id} needs the approval of other people; a person has to resume`),
    barred: (_, { reason }) => pause(reason),
  }
}

export type UnattendedSubject = Pick<Session, 'runbook' | 'environment' | 'access'> & { policy: Policy }

/** What an unattended run would meet that is reserved for people; refused before anything is changed. */
export function refuseUnattended(subject: UnattendedSubject, choices: ReadonlyMap<string, string>): void {
  const { runbook, environment, policy, access } = subject
  if (policy.unattended === 'refused')
    throw new OperatorError('refused', {
      message: `the policy of ${environment.name} refuses unattended runs: a person has to be there`,
    })
  const chosen = new Map(
    executables(runbook.nodes).flatMap((node) =>
      node.kind === 'decision' ? [[node.id, choices.get(node.id) ?? node.default]] : [],
    ),
  )
  const reached = executables(runbook.nodes).filter((node) =>
    node.when.every(({ decision, choice }) => chosen.get(decision) === choice),
  )
  const everything = reached.flatMap((node) => (node.kind === 'parallel' ? node.steps : [node]))
  const problems = everything.flatMap((node) => {
    if (node.kind === 'decision' && !isDecided(node, choices))
      return [
        {
          ...node.place,
          step: node.id,
          message: 'is a decision without a default: an unattended run cannot make it',
          hint: `--set ${node.id}=${node.choices.map((choice) => choice.value).join('|')}`,
        },
      ]
    if (node.kind !== 'step') return []
    if (isManual(node))
      return [{ ...node.place, step: node.id, message: 'is done by hand: an unattended run cannot do it' }]
    if (approvalsNeeded(policy, node, 'run').count > 0)
      return [{ ...node.place, step: node.id, message: 'needs the approval of another person' }]
    if (node.danger === 'destructive' && policy.unattended === 'not-destructive')
      return [
        {
          ...node.place,
          step: node.id,
          message: `is destructive and ${environment.name} is protected: a person has to run it`,
        },
      ]
    const barred = access.barred(node)
    return barred
      ? [{ ...node.place, step: node.id, message: barred.reason, hint: barred.contacts.join('\n    ') }]
      : []
  })
  if (problems.length > 0) throw new OperatorError('refused', problems)
}

function isDecided(decision: Decision, choices: ReadonlyMap<string, string>): boolean {
  return decision.default !== undefined || choices.has(decision.id)
}
