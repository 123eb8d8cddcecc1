import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import packageFile from '../../package.json' with { type: 'json' }
import type { Plan } from '../document/plan.ts'
import { SupervisedExecutor } from '../host/executor.ts'
import { bootId } from '../host/process-tree.ts'
import { systemClock } from '../host/clock.ts'
import { recordTerminal } from '../host/cast.ts'
import type { Recording } from '../host/cast.ts'
import { TerminalScreen } from '../host/screen.ts'
import { Journal, START } from '../journal/append.ts'
import type { ChainEnd } from '../journal/append.ts'
import { emptyState } from '../journal/fold.ts'
import type { RunState } from '../journal/fold.ts'
import type { Lock } from '../journal/lock.ts'
import { makeFolder } from '../journal/make-folder.ts'
import { createRunDirectory, journalFile, newRunId, snapshotFolder } from '../journal/run-directory.ts'
import { runsFolder } from '../journal/runs-folder.ts'
import type { Mode } from '../model/event.ts'
import { jsonLine } from '../model/printable.ts'
import { OperatorError } from '../model/problem.ts'
import type { Executable, Runbook, Value } from '../model/runbook.ts'
import { executables, steps } from '../model/runbook.ts'
import type { Messenger, Operator, Session } from '../runner/ports.ts'
import { approvalsFor, authorityFor } from './authority.ts'
import type { Authority } from './authority.ts'
import { contactLines } from './contacts.ts'
import { declareSecrets, refuseSecretsInInputs, secretInputs } from './declare-secrets.ts'
import { targetFacts } from './environment.ts'
import type { OpenEnvironment } from './environment.ts'
import { proveIdentity } from './identity.ts'
import type { Identity } from './identity.ts'
import { recordedInputs } from './inputs.ts'
import { listenForSignals } from './interruption.ts'
import { lockRun } from './lock-holder.ts'
import { Recorder } from './recorder.ts'

const GRACE_MS = 5000
const WARM_WORKERS = 2

/** What a run is started or resumed with. */
export type RunSettings = {
  root: string
  plan: Plan
  runbook: Runbook
  mode: Mode
  unattended: boolean
  inputs: Record<string, Value>
  choices: Map<string, string>
  environment: OpenEnvironment
  operatorName: string
  json: boolean
  mirror: string | undefined
  takeOver: boolean
  /** The record goes to docs/drills at the end. */
  published?: boolean
  /** The id and the lock of a run in the lab: taken before the lab is touched. */
  reserved?: Reserved | undefined
  /** The SSH key that proves who the operator is, and the one that signs the journal, when they are named. */
  key?: string | undefined
  sign?: string | undefined
}

/** A run that is about to begin, while nobody else can begin one. */
export type Reserved = { run: string; lock: Lock }

export type OpenRun = {
  session: Session
  recorder: Recorder
  screen: TerminalScreen
  directory: string
  /** Resolves when a fence could begin at once. */
  ready: () => Promise<void>
  /** What is shown from here on is not part of the run's recording, which can be sealed. */
  stopRecording: () => void
  /** Signs the journal that was just sealed, where that is wanted; returns what to tell of it. */
  sign: () => Promise<string | undefined>
  close: () => void
}

/** Locks, makes the run's folder and its journal, and records that the run started. */
export async function openNewRun(settings: RunSettings): Promise<OpenRun> {
  const { root, runbook, environment } = settings
  const runs = runsFolder(root, process.env)
  const id = settings.reserved?.run ?? newRunId(runbook.id, new Date())
  declareSecrets(secretInputs(runbook, settings.inputs))
  refuseSecretsInInputs(runbook, settings.inputs)
  const authority = authorityOf(settings)
  const identity = await identify(settings, authority, id)
  const lock = settings.reserved?.lock ?? (await lockFor(settings, runs, id, false))
  const directory = createRunDirectory(runs, id)
  keepSources(root, runbook, directory)
  const run = await openRun(settings, {
    directory,
    lock,
    state: emptyState(),
    end: START,
    authority,
    identity,
  })
  const objective = settings.plan.services[runbook.service]?.objective
  run.session.record({
    event: 'run-started',
    run: id,
    runbook: runbook.id,
    title: runbook.title,
    service: runbook.service,
    mode: settings.mode,
    lab: environment.lab?.options.name ?? null,
    host: hostname(),
    pid: process.pid,
    boot: bootId(),
    versions: { drillbook: packageFile.version, node: process.version },
    inputs: recordedInputs(runbook, settings.inputs),
    objective:
      objective === undefined
        ? null
        : {
            rtoMs: objective.rto,
            rpoMs: objective.rpo,
            approvedBy: objective.approvedBy,
            approvedAt: objective.approvedAt,
          },
    targets: targetFacts(environment.targets),
    sources: runbook.sources,
    ...(settings.published === true ? { published: true } : {}),
  })
  if (identity) run.session.record(identity.event)
  run.session.commit()
  return run
}

/** Locks again and continues the journal where it ended; a torn last line is set aside, not lost. */
export async function openStoppedRun(
  settings: RunSettings,
  directory: string,
  journal: { state: RunState; end: ChainEnd; validBytes: number; torn: boolean },
): Promise<OpenRun> {
  const runs = path.dirname(directory)
  declareSecrets(secretInputs(settings.runbook, settings.inputs))
  const authority = authorityOf(settings)
  const identity = await identify(settings, authority, journal.state.run)
  const lock = await lockFor(settings, runs, journal.state.run, true)
  await requireUnmoved(directory, journal, lock)
  if (!journal.state.sealed && journal.state.digest !== settings.runbook.digest)
    keepSources(settings.root, settings.runbook, directory)
  if (journal.torn) await setTornLineAside(directory, journal.validBytes)
  const after =
    journal.state.status === 'paused' ? `paused: ${journal.state.reason}` : 'the runner ended without a word'
  const run = await openRun(settings, { directory, lock, ...journal, authority, identity })
  // Nothing follows a seal: such a run only lacks the file that names it.
  if (!journal.state.sealed) {
    run.session.record({ event: 'run-resumed', host: hostname(), pid: process.pid, boot: bootId(), after })
    if (identity) run.session.record(identity.event)
  }
  run.session.commit()
  if (journal.state.messages > 0) run.session.messenger.wake()
  return run
}

async function setTornLineAside(directory: string, validBytes: number): Promise<void> {
  const torn = await import('../journal/torn.ts')
  torn.setTornLineAside(journalFile(directory), validBytes)
}

/** Another runner may have gone on with the run before this one had the lock. */
async function requireUnmoved(
  directory: string,
  journal: { state: RunState; end: ChainEnd },
  lock: Lock,
): Promise<void> {
  const { readJournal } = await import('../journal/read.ts')
  if (readJournal(journalFile(directory)).end.hash === journal.end.hash) return
  lock.release()
  throw new OperatorError('refused', {
    message: `${journal.state.run} went on while this was being prepared: nothing was changed`,
    hint: `See where it is now: npx drillbook show ${journal.state.run}`,
  })
}

function authorityOf({ plan, environment, operatorName: operator, unattended }: RunSettings): Authority {
  return authorityFor({ plan, environment: environment.name, operator, unattended })
}

function identify(settings: RunSettings, { policy }: Authority, run: string): Promise<Identity | undefined> {
  const { plan, runbook, mode, operatorName: operator, environment, key } = settings
  return proveIdentity({ plan, policy, runbook, mode, operator, environment: environment.name, run, key })
}

function lockFor(
  { runbook, environment, takeOver, operatorName: operator }: RunSettings,
  runs: string,
  run: string,
  resuming: boolean,
): Promise<Lock> {
  return lockRun({
    runs,
    runbook: runbook.id,
    environment: environment.name,
    run,
    operator,
    resuming,
    takeOver,
  })
}

/** What was read is kept with the run: it is what runs, and a later change of the runbook can be shown as a difference. */
function keepSources(root: string, runbook: Runbook, directory: string): void {
  for (const { file } of runbook.sources) {
    const copy = path.join(snapshotFolder(directory, runbook.digest), file)
    mkdirSync(path.dirname(copy), { recursive: true, mode: 0o700 })
    copyFileSync(path.join(root, file), copy)
    // The folder above is private already.
    chmodSync(copy, 0o600)
  }
}

async function signSealed(
  { plan, operatorName: operator, sign }: RunSettings,
  directory: string,
  run: string,
  { authority, identity }: Pick<Opening, 'authority' | 'identity'>,
): Promise<string | undefined> {
  const key = sign === undefined ? identity?.key : { file: sign }
  if (key === undefined && !authority.policy.signJournal) return undefined
  const { signAtEnd } = await import('./sign-journal.ts')
  return await signAtEnd({ directory, run, plan, operator, key })
}

type Opening = {
  directory: string
  lock: Lock
  state: RunState
  end: ChainEnd
  authority: Authority
  identity: Identity | undefined
}

/** The supervisor of the run, with workers only where something needs them. */
function startExecutor(
  { root, runbook, environment, inputs }: RunSettings,
  directory: string,
  onLost: () => void,
): SupervisedExecutor {
  const fences = steps(runbook.nodes).flatMap((step) => step.fences)
  const secrets = [...environment.secrets, ...secretInputs(runbook, inputs)]
  return new SupervisedExecutor({
    root,
    directory,
    secrets,
    shells: fences.filter(({ lang, role }) => lang === 'sh' && role !== 'rollback').length,
    workers: fences.some(({ lang }) => lang !== 'sh') ? WARM_WORKERS : 0,
    typescript: typescriptOf(runbook, directory),
    graceMs: GRACE_MS,
    onLost,
  })
}

/** Every text that a ts fence is, or may import. */
function typescriptOf(runbook: Runbook, directory: string): string[] {
  const fences = steps(runbook.nodes).flatMap((step) => step.fences.filter(({ lang }) => lang === 'ts'))
  if (fences.length === 0) return []
  const modules = runbook.sources
    .filter(({ file }) => file.endsWith('.ts'))
    .map(({ file }) => path.join(snapshotFolder(directory, runbook.digest), file))
    .filter((file) => existsSync(file))
  return [
    ...new Set([...fences.map(({ code }) => code), ...modules.map((file) => readFileSync(file, 'utf8'))]),
  ]
}

async function openRun(
  settings: RunSettings,
  { directory, lock, state, end, authority, identity }: Opening,
): Promise<OpenRun> {
  const { root, runbook, environment, plan } = settings
  // There is nothing to pause before signals are listened for: whoever opens the run is told by the executor.
  let pause: ReturnType<typeof listenForSignals>['pause'] | undefined
  const executor = startExecutor(settings, directory, () =>
    pause?.('the supervisor of the run ended; resuming starts another one'),
  )
  const head = { digest: runbook.digest, operator: settings.operatorName, environment: environment.name }
  const files = [journalFile(directory), ...mirrorFile(settings.mirror, directory)]
  const recorder = new Recorder(directory, new Journal(files, head, end, systemClock), state, executor)
  const screen = new TerminalScreen(
    settings.json ? process.stderr : process.stdout,
    plan.services[runbook.service]?.objective.rto,
  )
  const recording = recordingOf(settings, directory, state)
  const prompts = new AbortController()
  const signals = listenForSignals(
    () => stopStep(executor),
    () => prompts.abort(),
    (line) => screen.sentence(line),
  )
  const { interruption, dispose } = signals
  pause = signals.pause
  await executor.started()
  const operator = await chooseOperator(settings, failedSteps(state), screen, directory, prompts.signal)
  const session: Session = {
    runbook,
    state,
    mode: settings.mode,
    inputs: settings.inputs,
    targets: environment.targets,
    environment: { name: environment.name, protected: environment.protected },
    operatorName: settings.operatorName,
    unattended: settings.unattended,
    root,
    snapshot: snapshotFolder(directory, runbook.digest),
    clock: systemClock,
    executor,
    operator,
    access: authority.access,
    approvals: await approvalsFor(plan, authority.policy, runbook, directory),
    screen,
    interruption,
    messenger: await chooseMessenger(settings, state, directory),
    record: recorder.record,
    commit: recorder.commit,
    keep: recorder.keep,
  }
  recorder.listen((event) => screen.event(event, session))
  if (settings.json) recorder.listen((event) => process.stdout.write(`${jsonLine(event)}\n`))
  const close = (): void => {
    dispose()
    screen.rest()
    const { busy } = executor
    executor.close()
    // Otherwise the lock stays with the supervisor until the fence has ended.
    if (!busy) lock.release()
  }
  return {
    session,
    recorder,
    screen,
    directory,
    ready: () => ready(executor, session),
    stopRecording: recording.stop,
    sign: () => signSealed(settings, directory, state.run, { authority, identity }),
    close,
  }
}

/** A run that only lacks the file which names its seal gets no recording more: the seal could not name it. */
function recordingOf({ json, runbook }: RunSettings, directory: string, { sealed }: RunState): Recording {
  return sealed
    ? { stop: () => {} }
    : recordTerminal(json ? process.stderr : process.stdout, directory, runbook.title)
}

/** A supervisor hears only the runner that started it: what a person can do with another one is said. */
function stopStep(executor: SupervisedExecutor): string | undefined {
  executor.cancelAll()
  const { awaited } = executor
  return awaited === undefined
    ? undefined
    : `The step runs under the supervisor of a runner that is gone, and cannot be stopped from here. If the supervisor stands still, let it go on: kill -CONT ${awaited}. To give the step up: kill -9 ${awaited}; what it did is looked at then.`
}

const NOBODY_TO_TELL: Messenger = {
  route: () => ({ comms: 'comms_internal', channels: [] }),
  wake: () => {},
  ready: () => Promise.resolve(),
}

/** What carries messages is loaded only for a run that has some. */
async function chooseMessenger(
  settings: RunSettings,
  { messages }: RunState,
  directory: string,
): Promise<Messenger> {
  const informs = executables(settings.runbook.nodes).some(({ kind }) => kind === 'inform')
  if (!informs && messages === 0) return NOBODY_TO_TELL
  const { messengerFor } = await import('./inform/messenger.ts')
  return await messengerFor(settings, directory)
}

/** The template engine is large, and compiles a template when it is first filled in: both are over before the clock runs. */
async function ready(executor: SupervisedExecutor, session: Session): Promise<void> {
  const informs = executables(session.runbook.nodes).filter((node) => node.kind === 'inform')
  if (informs.length > 0) {
    const { renderInform } = await import('../steps/inform/run.ts')
    for (const inform of informs) renderInform(inform, session)
  }
  await Promise.all([executor.ready(), session.messenger.ready()])
}

function mirrorFile(mirror: string | undefined, directory: string): string[] {
  if (mirror === undefined) return []
  const copy = path.resolve(mirror, path.basename(directory))
  makeFolder(copy)
  return [journalFile(copy)]
}

function failedSteps(state: RunState): ReadonlySet<string> {
  return new Set([...state.steps].flatMap(([id, { status }]) => (status === 'failed' ? [id] : [])))
}

/** The libraries that ask are loaded only when someone is there to be asked. */
async function chooseOperator(
  settings: RunSettings,
  failedBefore: ReadonlySet<string>,
  screen: TerminalScreen,
  directory: string,
  signal: AbortSignal,
): Promise<Operator> {
  if (settings.unattended) {
    const { unattendedOperator } = await import('../runner/unattended.ts')
    return unattendedOperator(settings.choices, failedBefore)
  }
  const { TerminalOperator } = await import('../host/prompts.ts')
  const { dryRunLines } = await import('../runner/dry-run.ts')
  const { plan, runbook } = settings
  const hidden = new Set(
    Object.keys(runbook.inputs).filter((name) => runbook.inputs[name]?.type === 'secret'),
  )
  const lookups = {
    contacts: async (_: Session, role: string | undefined) => {
      const { onCallLines } = await import('./on-call-lines.ts')
      return [...onCallLines(plan, runbook.service, Date.now()), ...contactLines(plan, runbook.service, role)]
    },
    dryRun: (node: Parameters<typeof dryRunLines>[0], { targets, inputs, state }: Session) =>
      dryRunLines(node, { targets, inputs, outputs: state.outputs, secretInputs: hidden }),
    log: async (node: Executable, { state }: Session) => {
      const { logLines } = await import('./log-lines.ts')
      return logLines(directory, node, state)
    },
  }
  return new TerminalOperator(screen, lookups, {
    output: settings.json ? process.stderr : process.stdout,
    signal,
  })
}
