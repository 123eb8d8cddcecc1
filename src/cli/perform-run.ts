import type { ParseArgsConfig } from 'node:util'
import type { Plan } from '../document/plan.ts'
import type { Environment } from '../model/environment.ts'
import type { Mode } from '../model/event.ts'
import type { ExitName } from '../model/exit-code.ts'
import { mistakesText, OperatorError } from '../model/problem.ts'
import type { Runbook } from '../model/runbook.ts'
import { runsFolder } from '../journal/runs-folder.ts'
import type { UnattendedSubject } from '../runner/unattended.ts'
import { authorityFor, foreseen } from './authority.ts'
import type { Authority } from './authority.ts'
import { sentencesFor } from './command.ts'
import type { Io } from './command.ts'
import { findEnvironment, openEnvironment } from './environment.ts'
import { namedKey, operatorName, requireKnownPerson } from './identity.ts'
import { readSettings, requireInputs } from './inputs.ts'
import type { Given } from './inputs.ts'
import { passPreflight, runFolders, signsAnything } from './preflight.ts'
import { openPlan, openRunbook } from './project.ts'
import { projectRoot } from './project-root.ts'
import type { OpenRun, Reserved, RunSettings } from './run-session.ts'
import type { Publish } from './conclude.ts'

export const LIST_RUNBOOKS = 'npm run runbook -- --list'

export const RUN_OPTIONS = {
  env: { type: 'string' },
  set: { type: 'string', multiple: true },
  yes: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  rehearse: { type: 'boolean' },
  json: { type: 'boolean' },
  mirror: { type: 'string' },
  operator: { type: 'string' },
  key: { type: 'string' },
  sign: { type: 'string' },
  'take-over': { type: 'boolean' },
  'no-fault': { type: 'boolean' },
  lab: { type: 'string' },
  live: { type: 'boolean' },
  replication: { type: 'string' },
  incident: { type: 'string' },
} as const satisfies NonNullable<ParseArgsConfig['options']>

export type RunValues = {
  [Name in keyof typeof RUN_OPTIONS]?: (typeof RUN_OPTIONS)[Name]['type'] extends 'string'
    ? (typeof RUN_OPTIONS)[Name] extends { multiple: true }
      ? string[]
      : string
    : boolean
}

type Request = {
  root: string
  runbook: Runbook
  plan: Plan
  name: string
  environment: Environment
  given: Given
  say: (line: string) => void
  sentence: Io['sentence']
  warn: (line: string) => void
}

/** Everything from the command line to the end of a run: read, ask, open, break (in a drill), run, measure, conclude. */
export async function performRun(
  id: string,
  values: RunValues,
  io: Io,
  { publish }: { publish: Publish | undefined },
): Promise<ExitName> {
  const request = await readRequest(id, values, io)
  if (values['dry-run'] === true) {
    const { dryRun, openExisting } = await import('./dry-run.ts')
    return dryRun(
      request.runbook,
      request.given,
      await openExisting(request.name, request.environment, values.lab),
      request.say,
    )
  }
  const incident = await openIncident(values)
  const { settings, run } = await begin(request, values, publish !== undefined)
  const { lab } = settings.environment
  try {
    request.say(`Run ${run.session.state.run}, recorded in`)
    request.say(run.directory)
    if (incident !== undefined) await attachTo(incident, run.directory, settings.operatorName)
    if (values.live === true) await showLive(request, run.directory, io)
    if (settings.mode === 'drill' && lab !== undefined)
      await (await import('./drill.ts')).injectFault(lab, run)
  } catch (error) {
    run.close()
    throw error
  }
  const { concludeRun } = await import('./conclude.ts')
  return await concludeRun(run, { rehearse: values.rehearse === true, lab, publish })
}

type Begun = { settings: RunSettings; run: OpenRun }

/** A lab is shared: nobody touches it before the run is theirs, and a run that does not come about holds nobody up. */
async function begin(request: Request, values: RunValues, published: boolean): Promise<Begun> {
  const asked = await askAhead(request, values)
  const reserved = request.environment.lab ? await reserve(request, values) : undefined
  try {
    const settings = await prepare(request, values, asked, reserved)
    const { lab } = settings.environment
    if (settings.mode === 'drill' && lab !== undefined)
      await (await import('./drill.ts')).reachSteadyState(lab, request.say)
    const { openNewRun } = await import('./run-session.ts')
    return { settings, run: await openNewRun({ ...settings, published }) }
  } catch (error) {
    reserved?.lock.release()
    throw error
  }
}

async function reserve({ root, runbook, name }: Request, values: RunValues): Promise<Reserved> {
  const { reserveRun } = await import('./reserve-run.ts')
  return await reserveRun(root, {
    runbook: runbook.id,
    environment: name,
    operator: operatorName(values.operator),
    takeOver: values['take-over'] === true,
  })
}

/** The incident this run is part of, when one is named: looked for before anything is touched. */
async function openIncident(values: RunValues): Promise<string | undefined> {
  if (values.incident === undefined) return undefined
  const { requireOpenIncident } = await import('./incident/choose.ts')
  return requireOpenIncident(values.incident)
}

async function attachTo(incident: string, directory: string, operator: string): Promise<void> {
  const [{ attachRun }, { surroundings }, { statementOf }] = await Promise.all([
    import('./incident/attach.ts'),
    import('./incident/choose.ts'),
    import('./incident/statement.ts'),
  ])
  await attachRun(surroundings(operator), incident, directory, statementOf({}, operator))
}

/** Said on standard error: the recording of the run, which others will see, takes in standard output. */
async function showLive({ root, runbook }: Request, directory: string, io: Io): Promise<void> {
  const { startLivePage } = await import('./live-page.ts')
  await startLivePage({ directory, root, runbook: runbook.id }, io.err)
}

/** What is asked for, checked as far as it can be without touching anything. */
async function readRequest(id: string, values: RunValues, io: Io): Promise<Request> {
  const root = projectRoot()
  const [runbook, { plan, problems }] = await Promise.all([openRunbook(root, id), openPlan(root)])
  if (problems.length > 0) io.err(`The plan has ${mistakesText(problems.length)}: npm run check`)
  if (!isUnattended(values) && values['dry-run'] !== true) requireTerminal(runbook.id)
  const { name, environment } = findEnvironment(plan, values.env)
  const given = readSettings(runbook, values.set ?? [])
  const say = values.json === true ? io.err : io.out
  const sentence = sentencesFor(io, values.json === true)
  return { root, runbook, plan, name, environment, given, say, sentence, warn: io.err }
}

type Asked = { authority: Authority; inputs: RunSettings['inputs'] }

/** Refuses what policy reserves for people, or for people of the plan, and asks for the inputs. */
async function askAhead(
  { runbook, plan, name, environment, given, say, sentence }: Request,
  values: RunValues,
): Promise<Asked> {
  const unattended = isUnattended(values)
  const operator = operatorName(values.operator)
  const authority = authorityFor({ plan, environment: name, operator, unattended })
  const place = { name, protected: environment.protected }
  await refuseWhatIsForPeople(values, { runbook, environment: place, ...authority }, given)
  // Whether a lab is broken makes no difference to what has to be proved.
  const mode = modeOf(values, false)
  requireKnownPerson({ plan, policy: authority.policy, runbook, mode, operator, environment: name })
  const inputs = unattended ? requireInputs(runbook, given) : await ask(runbook, given, values)
  say(`${runbook.title}  ${runbook.id}  in ${environment.title}`)
  if (!unattended) for (const line of foreseen(authority, runbook, operator)) sentence(line)
  return { authority, inputs }
}

/** Opens the environment and passes the preflight. */
async function prepare(
  { root, runbook, plan, name, environment, given, say, sentence, warn }: Request,
  values: RunValues,
  { authority, inputs }: Asked,
  reserved: Reserved | undefined,
): Promise<RunSettings> {
  const unattended = isUnattended(values)
  const breaks = breaksLab(runbook, values)
  const opening = await openEnvironment(name, environment, async () => {
    const { readyLab } = await import('./lab-environment.ts')
    const wanted = await labOptions(values, plan.services[runbook.service]?.synchronousCommit)
    return await readyLab(wanted, { breaks, runs: runsFolder(root, process.env) }, say, warn)
  })
  const signs = signsAnything(authority.policy, runbook, values.sign)
  const folders = runFolders(root, values.mirror)
  const passed = passPreflight(
    opening,
    { runbook, folders, signs, unattended, json: values.json === true },
    sentence,
  )
  loadAhead(unattended)
  const open = await passed
  return {
    root,
    plan,
    runbook,
    mode: modeOf(values, open.lab !== undefined && breaks),
    unattended,
    inputs,
    choices: given.choices,
    environment: open,
    operatorName: operatorName(values.operator),
    key: namedKey(values.key),
    sign: values.sign,
    json: values.json === true,
    mirror: values.mirror,
    takeOver: values['take-over'] === true,
    reserved,
  }
}

async function ask(runbook: Runbook, { inputs }: Given, values: RunValues): Promise<RunSettings['inputs']> {
  const { askInputs, inputsToAsk } = await import('./ask-inputs.ts')
  return await askInputs(runbook, inputs, inputsToAsk(runbook, values.set ?? []), values.json === true)
}

/** What comes next is loaded while the preflight waits for others. */
function loadAhead(unattended: boolean): void {
  void import('./run-session.ts')
  void import('./conclude.ts')
  if (!unattended) void import('../host/prompts.ts')
}

function isUnattended(values: RunValues): boolean {
  return values.yes === true || values.rehearse === true
}

/** In a lab. */
function breaksLab({ drill }: Runbook, values: RunValues): boolean {
  return drill !== undefined && values['no-fault'] !== true && values.rehearse !== true
}

function modeOf(values: RunValues, drills: boolean): Mode {
  if (values.rehearse === true) return 'rehearsal'
  if (drills) return 'drill'
  return values.yes === true ? 'unattended' : 'interactive'
}

export function requireTerminal(id: string): void {
  if (process.stdin.isTTY) return
  throw new OperatorError('refused', {
    message: 'there is no terminal to ask you at, and --yes was not given: nothing was changed',
    hint: `Start it in a terminal, or unattended: npm run runbook ${id} -- --yes`,
  })
}

async function refuseWhatIsForPeople(
  values: RunValues,
  subject: UnattendedSubject,
  given: Given,
): Promise<void> {
  if (values.yes !== true) return
  const { refuseUnattended } = await import('../runner/unattended.ts')
  refuseUnattended(subject, given.choices)
}

async function labOptions(values: RunValues, planned: string | undefined) {
  const { defaultOptions, REPLICATION_MODES } = await import('../lab/index.ts')
  const wanted = values.replication ?? planned ?? defaultOptions.synchronousCommit
  const synchronousCommit = REPLICATION_MODES.find((mode) => mode === wanted)
  if (!synchronousCommit)
    throw new OperatorError('usage', {
      message: `--replication ${wanted}: expected one of ${REPLICATION_MODES.join(', ')}`,
    })
  return { ...defaultOptions, name: values.lab ?? defaultOptions.name, synchronousCommit }
}
