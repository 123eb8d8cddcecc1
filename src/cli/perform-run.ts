import type { ParseArgsConfig } from 'node:util'
import type { Environment } from '../model/environment.ts'
import type { Mode } from '../model/event.ts'
import type { ExitName } from '../model/exit-code.ts'
import { OperatorError } from '../model/problem.ts'
import type { InputSpec, Runbook, Value } from '../model/runbook.ts'
import { executables } from '../model/runbook.ts'
import type { Io } from './command.ts'
import { findEnvironment, openEnvironment } from './environment.ts'
import type { OpenEnvironment } from './environment.ts'
import { readInput, readSettings } from './inputs.ts'
import type { Given } from './inputs.ts'
import { passPreflight, runFolders } from './preflight.ts'
import { openPlan, openRunbook, projectRoot } from './project.ts'
import { openNewRun, operatorName } from './run-session.ts'
import type { RunSettings } from './run-session.ts'
import { concludeRun } from './conclude.ts'

export const RUN_OPTIONS = {
  env: { type: 'string' },
  set: { type: 'string', multiple: true },
  yes: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  rehearse: { type: 'boolean' },
  json: { type: 'boolean' },
  mirror: { type: 'string' },
  operator: { type: 'string' },
  'take-over': { type: 'boolean' },
  'no-fault': { type: 'boolean' },
  lab: { type: 'string' },
  replication: { type: 'string' },
} as const satisfies NonNullable<ParseArgsConfig['options']>

export type RunValues = {
  [Name in keyof typeof RUN_OPTIONS]?: (typeof RUN_OPTIONS)[Name]['type'] extends 'string'
    ? (typeof RUN_OPTIONS)[Name] extends { multiple: true }
      ? string[]
      : string
    : boolean
}

/** Everything from the command line to the end of a run: read, ask, open, break (in a drill), run, measure, conclude. */
export async function performRun(id: string, values: RunValues, io: Io, { publish }: { publish: boolean }): Promise<ExitName> {
  const root = projectRoot()
  const [runbook, { plan, problems }] = await Promise.all([openRunbook(root, id), openPlan(root)])
  const say = values.json === true ? io.err : io.out
  if (problems.length > 0) io.err(`The plan has ${problems.length} mistakes; npm run check names them.`)
  const unattended = values.yes === true || values.rehearse === true
  if (!unattended && values['dry-run'] !== true) requireTerminal(id)
  const { name, environment } = findEnvironment(plan, values.env)
  const given = readSettings(runbook, values.set ?? [])
  if (values['dry-run'] === true) return await dryRun(runbook, given, await openExisting(name, environment, values.lab), say)
  await refuseWhatIsForPeople(values, runbook, { name, protected: environment.protected }, given)
  const inputs = unattended ? requireInputs(runbook, given) : await askInputs(runbook, given.inputs, inputsToAsk(runbook, values.set ?? []))

  say(`${runbook.title}  ${runbook.id}  in ${environment.title}`)
  const open = await openEnvironment(name, environment, async () => {
    const { readyLab } = await import('./lab-environment.ts')
    return await readyLab(await labOptions(values, plan.services[runbook.service]?.synchronousCommit), say)
  })
  await passPreflight({ runbook, targets: open.targets, folders: runFolders(root, values.mirror) }, unattended, say)
  const drills = open.lab !== undefined && runbook.drill !== undefined && values['no-fault'] !== true && values.rehearse !== true
  if (drills && open.lab) await (await import('./drill.ts')).reachSteadyState(open.lab, say)
  const settings: RunSettings = {
    root,
    plan,
    runbook,
    mode: modeOf(values, drills),
    unattended,
    inputs,
    choices: given.choices,
    environment: open,
    operatorName: operatorName(values.operator),
    json: values.json === true,
    mirror: values.mirror,
    takeOver: values['take-over'] === true,
  }
  const run = await openNewRun(settings)
  say(`Run ${run.session.state.run}; journal in ${run.directory}`)
  if (drills && open.lab) await (await import('./drill.ts')).injectFault(open.lab, run, say)
  return await concludeRun(run, { rehearse: values.rehearse === true, lab: open.lab, publish })
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

async function refuseWhatIsForPeople(values: RunValues, runbook: Runbook, environment: { name: string; protected: boolean }, given: Given): Promise<void> {
  if (values.yes !== true) return
  const { refuseUnattended } = await import('../runner/unattended.ts')
  refuseUnattended({ runbook, environment }, given.choices)
}

function requireInputs(runbook: Runbook, { inputs, missing }: Given): Record<string, Value> {
  if (missing.length === 0) return inputs
  throw new OperatorError('usage', missing.map((name) => ({ message: `the input "${name}" has no value: ${runbook.inputs[name]?.prompt ?? ''}`, hint: `--set ${name}=…` })))
}

/** A person is asked for everything that was not said on the command line; a default is only offered. */
function inputsToAsk(runbook: Runbook, settings: readonly string[]): string[] {
  const said = new Set(settings.map((setting) => setting.split('=')[0]))
  return Object.keys(runbook.inputs).filter((name) => !said.has(name))
}

export async function askInputs(runbook: Runbook, inputs: Record<string, Value>, names: readonly string[]): Promise<Record<string, Value>> {
  if (names.length === 0) return inputs
  const answers: Record<string, Value> = { ...inputs }
  for (const name of names) {
    const spec = runbook.inputs[name]
    if (!spec) continue
    const validate = (text: string): boolean | string => {
      const value = readInput(spec, text)
      return typeof value === 'object' ? value.problem : true
    }
    const text = await askText(spec, validate)
    const value = readInput(spec, text)
    if (typeof value !== 'object') answers[name] = value
  }
  return answers
}

async function askText(spec: InputSpec, validate: (text: string) => boolean | string): Promise<string> {
  const { default: inquirer } = await import('inquirer')
  const message = spec.prompt
  const offered = spec.default === undefined ? {} : { default: String(spec.default) }
  if (spec.choices) return (await inquirer.prompt([{ type: 'select', name: 'text', message, choices: spec.choices, ...offered }])).text
  if (spec.type === 'secret') return (await inquirer.prompt([{ type: 'password', name: 'text', message, mask: '*', validate }])).text
  return (await inquirer.prompt([{ type: 'input', name: 'text', message, validate, ...offered }])).text
}

async function labOptions(values: RunValues, planned: string | undefined) {
  const { defaultOptions, REPLICATION_MODES } = await import('../lab/index.ts')
  const wanted = values.replication ?? planned ?? defaultOptions.synchronousCommit
  const synchronousCommit = REPLICATION_MODES.find((mode) => mode === wanted)
  if (!synchronousCommit) throw new OperatorError('usage', { message: `--replication ${wanted}: expected one of ${REPLICATION_MODES.join(', ')}` })
  return { ...defaultOptions, name: values.lab ?? defaultOptions.name, synchronousCommit }
}

/** A dry run starts nothing and reads no secret: without a lab that is up, the targets are simply not known. */
async function openExisting(name: string, environment: Environment, labName: string | undefined): Promise<OpenEnvironment> {
  const open = { name, protected: environment.protected, targets: {}, secrets: [], lab: undefined }
  if (!environment.lab) return await openEnvironment(name, { ...environment, secrets: {} }, () => Promise.reject(new Error('not a lab')))
  const labs = await import('../lab/index.ts')
  const lab = await labs.open(labName ?? labs.defaultOptions.name)
  return lab ? await openEnvironment(name, environment, () => Promise.resolve(lab)) : open
}

async function dryRun(runbook: Runbook, given: Given, environment: OpenEnvironment, say: (line: string) => void): Promise<ExitName> {
  const { dryRunLines } = await import('../runner/dry-run.ts')
  const secretInputs = new Set(Object.keys(runbook.inputs).filter((name) => runbook.inputs[name]?.type === 'secret'))
  for (const [index, node] of executables(runbook.nodes).entries()) {
    const when = node.when.map(({ decision, choice }) => `, if ${decision} is ${choice}`).join('')
    say(`\n[${index + 1}] ${node.title}  ${node.id}${when}`)
    for (const line of dryRunLines(node, { targets: environment.targets, inputs: given.inputs, outputs: {}, secretInputs })) say(`  ${line}`)
  }
  say('\nNothing was executed, and nothing was recorded.')
  return 'ok'
}

