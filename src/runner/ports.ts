import type { EventBody, JournalEvent, Mode } from '../model/event.ts'
import type { Outcome, Outputs } from '../model/outcome.ts'
import type { Comms } from '../model/message-words.ts'
import type { ApprovalAction } from '../model/permission.ts'
import type {
  Decision,
  Executable,
  Fence,
  Inform,
  Runbook,
  Step,
  Value,
  ValueType,
} from '../model/runbook.ts'
import type { RunState } from '../journal/fold.ts'
import type { RunFacts, Target } from '../fences/api.ts'

/** What the runner needs of the world. `src/host` implements it for a real machine. */

export type Clock = {
  /** Wall clock, milliseconds since 1970. */
  now: () => number
  /** Monotonic clock of this machine, milliseconds; never steps. */
  monotonic: () => number
}

/** One fence, ready to execute: plain data, because another process executes it. */
export type FenceJob = {
  id: string
  step: string
  fence: Fence
  /** The project; relative paths of the fence start here. */
  root: string
  /** The sources as they were when the run began: what is imported comes from here, whatever happens to the files meanwhile. */
  snapshot: string
  timeoutMs: number
  /** A verify fence is tried again until it holds or the time is over. */
  poll: boolean
  /** The outputs the fence may declare. */
  declares: Record<string, ValueType>
  context: { input: Record<string, Value>; outputs: Outputs; targets: Record<string, Target>; run: RunFacts }
}

export type Watcher = {
  output: (chunk: string) => void
  /** A verify that does not hold yet, and why. */
  waiting: (reason: string) => void
}

/** Executes fences outside this process. Contract: settles exactly once, never throws for what the fence does, and what it started is gone when it settles. */
export type Executor = {
  execute: (job: FenceJob, watcher: Watcher) => Promise<Outcome>
  /** Ends a running fence: TERM, then KILL, to all it started. */
  cancel: (jobId: string) => void
  /** What the journal now holds need not be kept by the executor. */
  recorded: (jobId: string) => void
  /**
   * The outcome that outlived a dead runner; waits while the step is still being finished, and says by which process. Undefined: the
   * fence certainly never began.
   */
  recover: (jobId: string, waiting?: (supervisor: number) => void) => Promise<Outcome | undefined>
}

export type StepAnswer =
  | { kind: 'run' }
  | { kind: 'skip'; reason: string }
  | { kind: 'pause'; reason: string }
  | { kind: 'roll-back'; reason: string }

export type FailureAnswer = { kind: 'retry' } | Exclude<StepAnswer, { kind: 'run' }>
export type SettleAnswer =
  | { kind: 'done'; reason: string }
  | { kind: 'retry' }
  | Exclude<StepAnswer, { kind: 'run' }>

export type RollbackAnswer =
  | { kind: 'run' }
  | { kind: 'undone'; reason: string }
  | { kind: 'keep'; reason: string }
  /** Nothing more is undone: the run goes on where it was. */
  | { kind: 'go-on'; reason: string }
  | { kind: 'pause'; reason: string }

/** Whoever answers: a person at a terminal, or the policy of an unattended run. */
export type Operator = {
  confirm: (
    node: Step | Inform | Extract<Executable, { kind: 'parallel' }>,
    session: Session,
  ) => Promise<StepAnswer>
  /** A manual step: the person has done it, or not. */
  performed: (step: Step, session: Session) => Promise<StepAnswer>
  decide: (
    decision: Decision,
    session: Session,
  ) => Promise<{ kind: 'choice'; choice: string } | Exclude<StepAnswer, { kind: 'run' }>>
  failed: (step: Step, reason: string, session: Session) => Promise<FailureAnswer>
  /** The outcome of an interrupted step is not known and its verification does not tell. */
  settle: (step: Step, reason: string, session: Session) => Promise<SettleAnswer>
  /** `doubt`: the step was being undone before, and nobody knows whether it is. */
  confirmRollback: (step: Step, doubt: string | undefined, session: Session) => Promise<RollbackAnswer>
  /** Other people have to approve: waits for an answer, or for the wish to do something else. */
  approval: (waiting: WaitingApproval, session: Session) => Promise<ApprovalReply>
  /** The operator may not run, skip or roll back what comes next; they may look, note, and hand over. */
  barred: (node: Executable, refusal: Barred, session: Session) => Promise<{ kind: 'pause'; reason: string }>
}

/** A request for approval that is not answered yet. */
export type WaitingApproval = {
  step: Step
  action: ApprovalAction
  number: number
  needed: number
  /** Who has approved so far. */
  given: string[]
  expiresAt: number
  /** Who may approve, in words, and how they are reached. */
  who: string
  contacts: string[]
  /** The request as one line, as a file, and as groups to read out. */
  line: string
  file: string
  spoken: string[] | undefined
  /** Why the last answer was refused. */
  problem: string | undefined
  /** An answer that has come into the run's folder. */
  look: () => string | undefined
}
export type ApprovalReply =
  | { kind: 'answer'; text: string }
  | { kind: 'renew' }
  | Exclude<StepAnswer, { kind: 'run' }>

/** Why somebody may not act, and who may. */
export type Barred = { reason: string; contacts: string[] }

/** Who may do what in this environment. */
export type Access = {
  /** Undefined when the operator may run the step, skip it, or roll it back. */
  barred: (step: Step) => Barred | undefined
}

/** The consent of other people. */
export type Approvals = {
  /** Resolves with `run` when nobody has to approve, or enough have; otherwise with what the operator wants instead. */
  obtain: (step: Step, action: ApprovalAction, attempt: number, session: Session) => Promise<StepAnswer>
  /** Whether `obtain` would resolve with `run` without asking anyone. */
  stillHold: (step: Step, action: ApprovalAction, attempt: number, session: Session) => boolean
}

/** Shows what happens; never decides. */
export type Screen = {
  event: (event: JournalEvent, session: Session) => void
  node: (node: Executable, session: Session) => void
  output: (step: Step, fence: Fence, chunk: string) => void
  waiting: (step: Step, reason: string) => void
  /** `since`: on the run's clock, where it began before now. */
  fence: (step: Step, fence: Fence, session: Session, since?: number) => void
}

/** A request to stop that came from outside: a signal. */
export type Interruption = { requested: 'no' | 'pause' | 'stop'; reason: string }

/** Messages to people. The run says what is to leave; who carries it, and whether it arrives, is not waited for. */
export type Messenger = {
  route: (audience: string) => { comms: Comms; channels: string[] }
  /** What the journal has queued is sent by another process. Returns at once, and never throws. */
  wake: () => void
  /** Resolves when that process is started; a run that never asks has it started by the first message. */
  ready: () => Promise<void>
}

/** Everything a run works with. */
export type Session = {
  runbook: Runbook
  state: RunState
  mode: Mode
  inputs: Record<string, Value>
  targets: Record<string, Target>
  environment: { name: string; protected: boolean }
  operatorName: string
  /** Nobody is asked; what policy reserves for people is refused. */
  unattended: boolean
  root: string
  snapshot: string
  clock: Clock
  executor: Executor
  operator: Operator
  access: Access
  approvals: Approvals
  screen: Screen
  interruption: Interruption
  messenger: Messenger
  /** Appends an event and folds it into `state`. */
  record: (body: EventBody) => JournalEvent
  /** Makes what was recorded durable. */
  commit: () => void
  /** Writes a file of the run (an update to people, say); returns its path within the run and its SHA-256. */
  keep: (name: string, text: string) => { file: string; sha256: string }
}
