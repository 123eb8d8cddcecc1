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
  { resumed }: { resumed: boolean },
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
      // Whoever resumes a run wants what failed to be tried again, once.
      if (!resumed || tried.has(step.id)) return pause(`${step.id} failed: ${reason}`)
      tried.add(step.id)
      return Promise.resolve({ kind: 'retry' })
    },
    settle: (step, reason) => pause(`${step.id}: ${reason}`),
    confirmRollback: () => Promise.resolve({ kind: 'run' }),
  }
}

/** What an unattended run would meet that is reserved for people; refused before anything is changed. */
export function refuseUnattended(
  session: Pick<Session, 'runbook' | 'environment'>,
  choices: ReadonlyMap<string, string>,
): void {
  const { runbook, environment } = session
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
    if (node.approvals > 0)
      return [{ ...node.place, step: node.id, message: 'needs the approval of another person' }]
    if (node.danger === 'destructive' && environment.protected)
      return [
        {
          ...node.place,
          step: node.id,
          message: `is destructive and ${environment.name} is protected: a person has to run it`,
        },
      ]
    return []
  })
  if (problems.length > 0) throw new OperatorError('refused', problems)
}

function isDecided(decision: Decision, choices: ReadonlyMap<string, string>): boolean {
  return decision.default !== undefined || choices.has(decision.id)
}
