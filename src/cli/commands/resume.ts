import path from 'node:path'
import type { Target } from '../../fences/api.ts'
import { foldAll } from '../../journal/fold.ts'
import type { RunState } from '../../journal/fold.ts'
import { exercisesFolder } from '../../journal/exercise-directory.ts'
import { readJournal, requireJournal } from '../../journal/read.ts'
import type { ReadJournal } from '../../journal/read.ts'
import { findJournal } from '../../journal/find-journal.ts'
import type { FoundJournal } from '../../journal/find-journal.ts'
import { journalFile, listRuns, snapshotFolder } from '../../journal/run-directory.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import type { Lab } from '../../lab/index.ts'
import { readSeal } from '../../journal/read-seal.ts'
import type { ExitName } from '../../model/exit-code.ts'
import { OperatorError } from '../../model/problem.ts'
import { secretVariable } from '../../model/secret.ts'
import type { Runbook, Value } from '../../model/runbook.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import { policyIn } from '../authority.ts'
import { sentencesFor } from '../command.ts'
import type { Command, Io } from '../command.ts'
import { concludeRun } from '../conclude.ts'
import { findEnvironment, openEnvironment, recordedAddress } from '../environment.ts'
import type { OpenEnvironment, Opening } from '../environment.ts'
import { askInputs } from '../ask-inputs.ts'
import { namedKey, operatorName, requireKnownPerson } from '../identity.ts'
import { requireTerminal } from '../perform-run.ts'
import { passPreflight, runFolders, signsAnything } from '../preflight.ts'
import { openPlan, openRunbook } from '../project.ts'
import { projectRoot } from '../project-root.ts'
import { openStoppedRun } from '../run-session.ts'
import type { OpenRun } from '../run-session.ts'
import { acceptChange } from '../runbook-change.ts'
import { lastUnfinished } from '../tabletop/unfinished.ts'
import { readSettings } from '../inputs.ts'
import type { Given } from '../inputs.ts'

const usage = `drillbook resume [run | exercise | last] [options]      (npm run resume <run>)

Goes on with a run that was paused, interrupted or killed. What was completed is not done again; what was interrupted is looked at
first. Without an argument: the last run that is not finished, or else the last exercise. A session of an exercise goes on in its console,
as with "tabletop --resume"; of the options it takes --operator alone.

  --yes              unattended
  --accept-changes   the runbook changed since the run began: go on with it as it is now
  --set NAME=VALUE   the choice of a decision
                     (a secret input is asked again, or read from DRILLBOOK_INPUT_NAME)
  --json, --mirror DIR, --operator NAME, --key FILE, --sign KEY, --take-over   as for "run"`

const OPTIONS = {
  yes: { type: 'boolean' },
  'accept-changes': { type: 'boolean' },
  set: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  mirror: { type: 'string' },
  operator: { type: 'string' },
  key: { type: 'string' },
  sign: { type: 'string' },
  'take-over': { type: 'boolean' },
} as const

export const command: Command = {
  summary: 'Go on with a run or an exercise that was paused, interrupted or killed.',
  usage,
  run: async (argv, io) => {
    const { values, positionals } = parseCommandLine('resume', argv, OPTIONS)
    const root = projectRoot()
    const runs = runsFolder(root, process.env)
    const found: FoundJournal =
      positionals.length === 0
        ? lastOpen(runs)
        : findJournal(runs, oneArgument('resume', positionals, 'run or exercise'))
    if (found.kind !== 'run') return await resumeOther(root, found, values, io)
    const { directory } = found
    const journal = requireJournal(journalFile(directory))
    requireBegun(journal, directory)
    const state = foldAll(journal.events)
    requireUnfinished(state, directory)
    if (values.yes !== true) requireTerminal(state.runbook)
    const say = values.json === true ? io.err : io.out
    const run = await open(root, directory, { ...journal, state }, values, io)
    say(`Resuming ${state.run}`)
    say(
      `${state.title} in ${state.environment}, started ${state.startedAt.slice(0, 16).replace('T', ' ')} UTC`,
    )
    return await concludeRun(run.open, {
      rehearse: state.mode === 'rehearsal',
      lab: run.lab,
      // The spread over several drills is told by the command that began them; this one only publishes.
      publish: state.started?.published === true ? () => undefined : undefined,
    })
  },
}

type Values = {
  yes?: boolean
  'accept-changes'?: boolean
  set?: string[]
  json?: boolean
  mirror?: string
  operator?: string
  key?: string
  sign?: string
  'take-over'?: boolean
}

/** An exercise goes on in its console; an incident never stopped. */
async function resumeOther(
  root: string,
  { kind, directory }: FoundJournal,
  { operator, ...others }: Values,
  io: Io,
): Promise<ExitName> {
  const id = path.basename(directory)
  if (kind === 'incident')
    throw new OperatorError('usage', {
      message: `${id} is an incident: it goes on until it is closed, and there is nothing to resume`,
      hint: `npm run incident status -- --incident ${id}`,
    })
  const [unfit] = Object.keys(others)
  if (unfit !== undefined)
    throw new OperatorError('usage', {
      message: `--${unfit} is for runs, and ${id} is an exercise: a person leads it`,
      hint: `npm run resume ${id}`,
    })
  const { resumeSession } = await import('../tabletop/facilitate.ts')
  return await resumeSession(root, id, operatorName(operator), io)
}

type Journal = ReturnType<typeof requireJournal> & { state: RunState }

async function open(
  root: string,
  directory: string,
  journal: Journal,
  values: Values,
  io: Io,
): Promise<{ open: OpenRun; lab: Lab | undefined }> {
  const { state } = journal
  const how = { ask: values.yes !== true, json: values.json === true }
  const [runbook, { plan }] = await Promise.all([openRunbook(root, state.runbook), openPlan(root)])
  // Nothing is done any more in a run that only lacks the file which names its seal.
  const isChanged = !state.sealed && runbook.digest !== state.digest
  const before = snapshotFolder(directory, state.digest)
  const accept = values['accept-changes'] === true
  if (isChanged) await requireAccepted(before, runbook, { accept, ...how }, how.json ? io.err : io.out)
  const { name, environment } = findEnvironment(plan, state.environment)
  const given = readSettings(runbook, values.set ?? [])
  refuseOthers(values.set ?? [], given, state)
  const policy = policyIn(plan, name)
  const operator = operatorName(values.operator)
  requireKnownPerson({ plan, policy, runbook, mode: state.mode, operator, environment: name })
  const opening = await openEnvironment(name, environment, () => labOfRun(state))
  const environmentOpen = await passPreflight(
    asPinned(opening, state),
    {
      runbook,
      folders: runFolders(root, values.mirror),
      signs: signsAnything(policy, runbook, values.sign),
      unattended: values.yes === true,
      json: how.json,
    },
    sentencesFor(io, values.json === true),
  )
  const opened = await openStoppedRun(
    {
      root,
      plan,
      runbook,
      mode: state.mode,
      unattended: values.yes === true || state.mode === 'rehearsal',
      inputs: await restoredInputs(runbook, state, given.inputs, how),
      choices: given.choices,
      environment: environmentOpen,
      operatorName: operator,
      key: namedKey(values.key),
      sign: values.sign,
      json: values.json === true,
      mirror: values.mirror,
      takeOver: values['take-over'] === true,
    },
    directory,
    journal,
  )
  if (isChanged)
    opened.session.record({
      event: 'runbook-accepted',
      from: state.digest,
      to: runbook.digest,
      sources: runbook.sources,
    })
  opened.session.commit()
  return { open: opened, lab: environmentOpen.lab }
}

/** The lab as it stands: one that was built anew has none of the run's effects. */
async function labOfRun({ started }: RunState): Promise<Lab> {
  const labs = await import('../../lab/index.ts')
  const lab = await labs.open(started?.lab ?? labs.defaultOptions.name)
  if (lab) return lab
  throw new OperatorError('refused', {
    message: 'the lab of this run is gone: there is nothing to go on with',
    hint: `Begin a new run: npm run runbook ${started?.runbook ?? ''}. This one stays as it is: npx drillbook show ${started?.run ?? ''}`,
  })
}

/** Before anything is looked at: what is found has to be told by the names that the run uses. */
function asPinned(opening: Opening, state: RunState): Opening {
  const current = (): OpenEnvironment => {
    const environment = opening.current()
    return { ...environment, targets: pinned(environment.targets, state) }
  }
  return { ...opening, current }
}

/** Names such as orders-db.primary keep meaning the machine they meant when the run began; one that is gone is not guessed. */
function pinned(targets: Record<string, Target>, state: RunState): Record<string, Target> {
  const facts = state.started?.targets ?? {}
  const byAddress = new Map(Object.values(targets).map((target) => [recordedAddress(target), target]))
  const moved = Object.entries(facts).filter(([, fact]) => !byAddress.has(fact.address))
  if (moved.length > 0)
    throw new OperatorError(
      'refused',
      moved.map(([name, fact]) => ({
        message: `${name} was at ${fact.address} when the run began, and nothing is there now in ${state.environment}`,
        hint: 'The run cannot go on elsewhere: begin a new one.',
      })),
    )
  return Object.fromEntries(
    Object.entries(targets).map(([name, target]) => {
      const then = byAddress.get(facts[name]?.address ?? '')
      return [name, then === undefined ? target : { ...then, name }]
    }),
  )
}

/** What a run began with, or has decided, stays: another value would be ignored, and is refused instead. */
function refuseOthers(settings: readonly string[], { inputs, choices }: Given, state: RunState): void {
  const problems = [...new Set(settings.map((setting) => setting.split('=')[0] ?? ''))].flatMap((name) => {
    const choice = choices.get(name)
    const wanted = choice ?? inputs[name]
    const known = (choice === undefined ? state.inputs[name] : state.decisions.get(name)) ?? undefined
    if (known === undefined || wanted === undefined || String(known) === String(wanted)) return []
    const said = choice === undefined ? 'the run began with' : 'the run has decided'
    return [
      {
        message: `--set ${name}=${String(wanted)}: ${said} ${name}=${String(known)}, and goes on with that`,
        hint: 'Leave it out to go on. For another value, begin a new run.',
      },
    ]
  })
  if (problems.length > 0) throw new OperatorError('usage', problems)
}

async function requireAccepted(...change: Parameters<typeof acceptChange>): Promise<void> {
  if (await acceptChange(...change)) return
  throw new OperatorError('refused', {
    message: 'the runbook changed since the run began, and the change was not accepted',
    hint: '--accept-changes goes on with it as it is now.',
  })
}

/** Secret inputs are in no journal: they are asked again. */
async function restoredInputs(
  runbook: Runbook,
  state: RunState,
  given: Record<string, Value>,
  { ask, json }: { ask: boolean; json: boolean },
): Promise<Record<string, Value>> {
  const known: Record<string, Value> = { ...given }
  for (const [name, value] of Object.entries(state.inputs)) if (value !== null) known[name] = value
  const missing = Object.keys(runbook.inputs).filter((name) => !(name in known))
  if (missing.length === 0) return known
  if (ask) return await askInputs(runbook, known, missing, json)
  throw new OperatorError('usage', {
    message: `these inputs are in no journal and have to be given again: ${missing.join(', ')}`,
    hint: missing
      .map((name) =>
        runbook.inputs[name]?.type === 'secret' ? `export ${secretVariable(name)}=…` : `--set ${name}=…`,
      )
      .join('\n    '),
  })
}

function requireBegun({ events }: ReadJournal, directory: string): void {
  if (events.length === 0)
    throw new OperatorError('usage', {
      message: `${path.basename(directory)} ended before its first line was recorded: nothing was done, and there is nothing to go on with`,
      hint: 'Begin a new run.',
    })
}

/** A run that was stopped between its end and its seal can still be sealed. */
function requireUnfinished(state: RunState, directory: string): void {
  if (state.status === 'finished' && state.sealed && readSeal(directory) !== undefined)
    throw new OperatorError('usage', {
      message: `${state.run} is finished: it ${state.result}`,
      hint: `npx drillbook show ${state.run}`,
    })
}

/** A run that waits comes before any exercise. */
function lastOpen(runs: string): FoundJournal {
  const open = listRuns(runs)
    .reverse()
    .find((id) => isOpen(path.join(runs, id)))
  if (open !== undefined) return { kind: 'run', directory: path.join(runs, open) }
  const exercise = lastUnfinished(runs)
  if (exercise) return { kind: 'exercise', directory: path.join(exercisesFolder(runs), exercise.session) }
  throw new OperatorError('usage', {
    message: 'there is no run or exercise to go on with',
    hint: 'npx drillbook runs and npm run tabletop -- --list name those there are.',
  })
}

/** A journal that is damaged is not looked at here: it is refused by name. */
function isOpen(directory: string): boolean {
  const { events, problems } = readJournal(journalFile(directory))
  if (problems.length > 0 || events.length === 0) return false
  const state = foldAll(events)
  return state.status !== 'finished' || !state.sealed || readSeal(directory) === undefined
}
