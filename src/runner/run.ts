import { runElapsedMs } from '../journal/fold.ts'
import type { RunState } from '../journal/fold.ts'
import { mayHaveUndone } from '../journal/undone.ts'
import type { RunResult } from '../model/event.ts'
import { runDecision } from '../steps/decision/run.ts'
import { runParallel } from '../steps/parallel/run.ts'
import { declined, recordConfirmed } from '../steps/answers.ts'
import type { Onward } from '../steps/answers.ts'
import { attemptStep, runStep } from '../steps/step/run.ts'
import type { Executable, Inform, Step } from '../model/runbook.ts'
import { holdBack } from './access.ts'
import { nextAction } from './plan.ts'
import type { Action } from './plan.ts'
import type { Session } from './ports.ts'

export type RunEnd = { kind: 'finished'; result: RunResult } | { kind: 'paused'; reason: string }

/** Drives a run to its end or to a pause: fold, plan, act, until there is nothing left. */
export async function run(session: Session): Promise<RunEnd> {
  let shown: Executable | undefined
  for (;;) {
    const { requested, reason } = session.interruption
    if (requested !== 'no') return pause(session, reason)
    const action = nextAction(session.runbook, session.state)
    if (action.kind === 'finish') return finish(session)
    shown = show(action, shown, session)
    const onward = await perform(action, session)
    if (onward.kind === 'pause') return pause(session, onward.reason)
  }
}

/** What is done next; a step that is asked about is shown too, unless it stands there already. */
function show(
  action: Exclude<Action, { kind: 'finish' }>,
  shown: Executable | undefined,
  session: Session,
): Executable | undefined {
  if (action.kind === 'skip' || action.kind === 'roll-back') return undefined
  const node = action.kind === 'execute' ? action.node : action.step
  if (action.kind === 'execute' || node !== shown) session.screen.node(node, session)
  return node
}

async function perform(action: Exclude<Action, { kind: 'finish' }>, session: Session): Promise<Onward> {
  return (await holdBack(action, session)) ?? (await act(action, session))
}

function act(action: Exclude<Action, { kind: 'finish' }>, session: Session): Promise<Onward> {
  switch (action.kind) {
    case 'skip':
      return Promise.resolve(skipNode(action.node, action.reason, session))
    case 'execute':
      return executeNode(action.node, session)
    case 'settle':
      return settle(action.step, session)
    case 'failed':
      return askAfterFailure(action.step, action.reason, session)
    case 'roll-back':
      return rollBack(action.step, action.interrupted, session)
  }
}

function executeNode(node: Executable, session: Session): Promise<Onward> {
  switch (node.kind) {
    case 'step':
      return runStep(node, session)
    case 'decision':
      return runDecision(node, session)
    case 'parallel':
      return runParallel(node, session)
    case 'inform':
      return inform(node, session)
  }
}

/** Most runs are neither interrupted nor undone: what does that is loaded by those that are. */
async function settle(step: Step, session: Session): Promise<Onward> {
  const { settleStep } = await import('./settle.ts')
  return await settleStep(step, session)
}

async function rollBack(step: Step, interrupted: boolean, session: Session): Promise<Onward> {
  const { rollBackStep } = await import('./rollback.ts')
  return await rollBackStep(step, interrupted, session)
}

/** The template engine is large: it is loaded only by a run that tells somebody something. */
async function inform(node: Inform, session: Session): Promise<Onward> {
  const { runInform } = await import('../steps/inform/run.ts')
  return await runInform(node, session)
}

function skipNode(node: Executable, reason: string, session: Session): Onward {
  const parts = node.kind === 'parallel' ? node.steps : [node]
  for (const part of parts) session.record({ event: 'step-skipped', step: part.id, reason, by: 'condition' })
  return { kind: 'next' }
}

async function askAfterFailure(step: Step, reason: string, session: Session): Promise<Onward> {
  session.commit()
  const asked = session.clock.monotonic()
  const answer = await session.operator.failed(step, reason, session)
  if (answer.kind !== 'retry') return declined(step.id, answer, session)
  recordConfirmed(step, asked, session)
  return await attemptStep(step, session)
}

/** The question that is left has stood since the line before, but for notes. */
export function pause(session: Session, reason: string): Extract<RunEnd, { kind: 'paused' }> {
  const waitedMs = Math.max(0, session.clock.now() - Date.parse(session.state.quietSince))
  session.record({ event: 'run-paused', reason, ...(session.unattended ? {} : { waitedMs }) })
  session.commit()
  return { kind: 'paused', reason }
}

function finish(session: Session): RunEnd {
  const { result, reason } = endOf(session.state)
  const durationMs = runElapsedMs(session.state, session.clock)
  session.record({ event: 'run-finished', result, reason, durationMs })
  session.commit()
  return { kind: 'finished', result }
}

/** A rollback in which everything was kept has stopped the run, and no more. */
function endOf(state: RunState): { result: RunResult; reason: string } {
  if (!state.rollback) return { result: 'succeeded', reason: '' }
  return mayHaveUndone(state)
    ? { result: 'rolled-back', reason: '' }
    : { result: 'stopped', reason: 'nothing was undone' }
}
