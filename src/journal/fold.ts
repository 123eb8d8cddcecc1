import type { ApprovalRequest } from '../model/approval.ts'
import type { JournalEvent, Mode, RunResult } from '../model/event.ts'
import type { Outcome, Outputs } from '../model/outcome.ts'
import type { Clock } from '../runner/ports.ts'
import type { FenceRole, Value } from '../model/runbook.ts'

export type StepStatus = 'pending' | 'skipped' | 'running' | 'done' | 'failed' | 'unknown' | 'rolled-back'

export type FenceRecord = {
  job: string
  role: FenceRole
  place: string
  sha256: string
  startedAt: string
  outcome: Outcome | undefined
}

export type StepState = {
  status: StepStatus
  reason: string
  attempts: number
  /** Time a person took to answer, over all prompts of the step. */
  waitedMs: number
  durationMs: number | undefined
  startedAt: string | undefined
  finishedAt: string | undefined
  fences: FenceRecord[]
  /** Set while a rollback of this step has started and not finished. */
  rollingBack: boolean
  /** A person decided not to roll this step back. */
  kept: boolean
  /** Why it was kept, or could not be rolled back. */
  notUndone: string
  /** A person decided to leave this step out; it is not one that did not apply. */
  leftOut: boolean
  /** It had failed when it was skipped. */
  skippedFailure: boolean
}

/** A request for approval, and who has given theirs. */
export type ApprovalRecord = {
  number: number
  step: string
  needed: number
  request: ApprovalRequest
  given: { approver: string; key: string }[]
}

/** What a journal says about a run; the same whether it was just written or is read a year later. */
export type RunState = {
  run: string
  runbook: string
  title: string
  service: string
  mode: Mode
  environment: string
  operator: string
  digest: string
  startedAt: string
  lastAt: string
  /** Of the last line that is no note: since then a question may have stood. */
  quietSince: string
  status: 'running' | 'paused' | 'finished'
  result: RunResult | undefined
  reason: string
  inputs: Record<string, Value | null>
  steps: Map<string, StepState>
  decisions: Map<string, string>
  outputs: Outputs
  rollback: boolean
  humanMs: number
  /** How long the question stood before the pauses in which it was left; it belongs to whoever answers it. */
  leftMs: number
  started: Extract<JournalEvent, { event: 'run-started' }> | undefined
  fault: Extract<JournalEvent, { event: 'fault-injected' }> | undefined
  measurement: Extract<JournalEvent, { event: 'run-measured' }>['measurement'] | undefined
  jobs: number
  sealed: boolean
  approvals: ApprovalRecord[]
  /** How many messages were queued for sending. */
  messages: number
  /** Who the operator proved to be, last. */
  identity: { person: string; key: string } | undefined
  /** The monotonic clock at the first line, while the machine has not been started again since. */
  startedMono: number | undefined
}

export function emptyState(): RunState {
  return {
    run: '',
    runbook: '',
    title: '',
    service: '',
    mode: 'interactive',
    environment: '',
    operator: '',
    digest: '',
    startedAt: '',
    lastAt: '',
    quietSince: '',
    status: 'running',
    result: undefined,
    reason: '',
    inputs: {},
    steps: new Map(),
    decisions: new Map(),
    outputs: {},
    rollback: false,
    humanMs: 0,
    leftMs: 0,
    started: undefined,
    fault: undefined,
    measurement: undefined,
    jobs: 0,
    sealed: false,
    approvals: [],
    messages: 0,
    identity: undefined,
    startedMono: undefined,
  }
}

export function stepState(state: RunState, id: string): StepState {
  const known = state.steps.get(id)
  if (known) return known
  const fresh: StepState = {
    status: 'pending',
    reason: '',
    attempts: 0,
    waitedMs: 0,
    durationMs: undefined,
    startedAt: undefined,
    finishedAt: undefined,
    fences: [],
    rollingBack: false,
    kept: false,
    notUndone: '',
    leftOut: false,
    skippedFailure: false,
  }
  state.steps.set(id, fresh)
  return fresh
}

/** How long the run has been going on, in milliseconds: a stepped wall clock does not matter unless the machine was restarted. */
export function runElapsedMs(state: RunState, clock: Clock): number {
  const elapsed =
    state.startedMono === undefined
      ? clock.now() - Date.parse(state.startedAt)
      : clock.monotonic() - state.startedMono
  return Math.max(0, Math.round(elapsed))
}

export function foldAll(events: readonly JournalEvent[]): RunState {
  const state = emptyState()
  for (const event of events) fold(state, event)
  return state
}

/** Takes one more event into the state. */
export function fold(state: RunState, event: JournalEvent): void {
  state.lastAt = event.at
  if (event.event !== 'note-added') state.quietSince = event.at
  state.operator = event.operator
  switch (event.event) {
    case 'run-started':
    case 'run-resumed':
    case 'runbook-accepted':
    case 'run-paused':
    case 'run-finished':
    case 'run-measured':
    case 'run-sealed':
    case 'fault-injected':
    case 'rollback-started':
    case 'rollback-abandoned':
      return foldRun(state, event)
    case 'fence-started':
    case 'fence-finished':
      return foldFence(state, event)
    case 'step-rollback-started':
    case 'step-rollback-finished':
      return foldRollback(state, event)
    case 'step-confirmed':
    case 'step-started':
    case 'step-finished':
    case 'step-skipped':
    case 'decision-made':
    case 'inform-written':
      return foldStep(state, event)
    case 'identity-proved':
      state.identity = { person: event.person, key: event.key }
      return
    case 'approval-requested':
    case 'approval-given':
      return foldApproval(state, event)
    case 'inform-queued':
      state.messages += 1
      return
    case 'approval-refused':
    case 'approval-waived':
    case 'note-added':
  }
}

type Of<Name extends JournalEvent['event']> = Extract<JournalEvent, { event: Name }>

function foldRun(
  state: RunState,
  event: Of<
    | 'run-started'
    | 'run-resumed'
    | 'runbook-accepted'
    | 'run-paused'
    | 'run-finished'
    | 'run-measured'
    | 'run-sealed'
    | 'fault-injected'
    | 'rollback-started'
    | 'rollback-abandoned'
  >,
): void {
  switch (event.event) {
    case 'run-started':
      Object.assign(state, {
        run: event.run,
        runbook: event.runbook,
        title: event.title,
        service: event.service,
        mode: event.mode,
        environment: event.environment,
        digest: event.digest,
        startedAt: event.at,
        inputs: event.inputs,
        started: event,
        startedMono: event.mono,
      })
      break
    case 'run-resumed':
      if (state.status !== 'finished') state.status = 'running'
      if (event.boot !== state.started?.boot) state.startedMono = undefined
      break
    case 'runbook-accepted':
      state.digest = event.to
      break
    case 'run-paused':
      state.status = 'paused'
      state.leftMs += event.waitedMs ?? 0
      state.reason = event.reason
      break
    case 'run-finished':
      state.status = 'finished'
      state.result = event.result
      state.reason = event.reason
      break
    case 'run-measured':
      state.measurement = event.measurement
      break
    case 'fault-injected':
      state.fault = event
      break
    case 'rollback-started':
      state.rollback = true
      break
    case 'rollback-abandoned':
      state.rollback = false
      for (const step of state.steps.values())
        Object.assign(step, { rollingBack: false, kept: false, notUndone: '' })
      break
    case 'run-sealed':
      state.sealed = true
  }
}

function foldStep(
  state: RunState,
  event: Of<
    'step-confirmed' | 'step-started' | 'step-finished' | 'step-skipped' | 'decision-made' | 'inform-written'
  >,
): void {
  const step = stepState(state, event.step)
  switch (event.event) {
    case 'step-confirmed':
      addHumanTime(state, step, event)
      break
    case 'step-started':
      Object.assign(step, { status: 'running', attempts: event.attempt, startedAt: event.at, fences: [] })
      break
    case 'step-finished':
      Object.assign(step, {
        status: event.result,
        reason: event.reason,
        durationMs: event.durationMs,
        finishedAt: event.at,
      })
      Object.assign(state.outputs, event.outputs)
      break
    case 'step-skipped':
      state.leftMs = 0
      Object.assign(step, {
        status: 'skipped',
        reason: event.reason,
        finishedAt: event.at,
        leftOut: event.by === 'person',
        skippedFailure: step.status === 'failed',
      })
      break
    case 'decision-made':
      addHumanTime(state, step, event)
      Object.assign(step, { status: 'done', reason: event.choice, finishedAt: event.at })
      state.decisions.set(event.step, event.choice)
      break
    case 'inform-written':
      Object.assign(step, { status: 'done', reason: event.file, finishedAt: event.at })
  }
}

function addHumanTime(state: RunState, step: StepState, event: { by: string; waitedMs: number }): void {
  const waitedMs = event.waitedMs + state.leftMs
  state.leftMs = 0
  if (event.by !== 'person') return
  step.waitedMs += waitedMs
  state.humanMs += waitedMs
}

function foldApproval(state: RunState, event: Of<'approval-requested' | 'approval-given'>): void {
  if (event.event === 'approval-requested') {
    const { number, step, needed, request } = event
    state.approvals.push({ number, step, needed, request, given: [] })
    return
  }
  const record = state.approvals.find(({ number }) => number === event.number)
  record?.given.push({ approver: event.approver, key: event.key })
  addHumanTime(state, stepState(state, event.step), { by: 'person', waitedMs: event.waitedMs })
}

function foldFence(state: RunState, event: Of<'fence-started' | 'fence-finished'>): void {
  const step = stepState(state, event.step)
  if (event.event === 'fence-started') {
    state.jobs += 1
    const { job, role, place, sha256, at: startedAt } = event
    step.fences.push({ job, role, place, sha256, startedAt, outcome: undefined })
    return
  }
  const fence = step.fences.find((candidate) => candidate.job === event.job)
  if (fence) fence.outcome = event.outcome
  if (event.outcome.kind === 'ok') Object.assign(state.outputs, event.outcome.outputs)
}

function foldRollback(state: RunState, event: Of<'step-rollback-started' | 'step-rollback-finished'>): void {
  const step = stepState(state, event.step)
  if (event.event === 'step-rollback-started') {
    step.rollingBack = true
    return
  }
  step.rollingBack = false
  if (event.result === 'rolled-back') step.status = 'rolled-back'
  step.kept = event.result === 'kept'
  step.notUndone = event.reason
}
