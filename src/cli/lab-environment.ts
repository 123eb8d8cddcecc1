import { down, names, open, up } from '../lab/index.ts'
import type { Lab, LabOptions } from '../lab/index.ts'
import { OperatorError } from '../model/problem.ts'
import { interruptible } from './interruptible.ts'

type Purpose = { breaks: boolean; runs: string }
type Say = (line: string) => void

/**
 * A lab that is up. For a run that breaks it: whole and as asked for, an existing one where it fits, otherwise a new one. For any other
 * an existing one as it is: what is broken in it may be what the run is for. Says what it does; warnings are told by `warn`.
 */
export async function readyLab(options: LabOptions, purpose: Purpose, report: Say, warn: Say): Promise<Lab> {
  const lab = await interruptible((signal) => findOrStart(options, purpose, report, signal), warn)
  if (lab) return lab
  throw names().includes(options.name) ? leftInPlace(options.name) : interruption('nothing of it is left')
}

function leftInPlace(name: string): OperatorError {
  const lab = `npm run lab -- status --name ${name}`
  return interruption(
    'it is left as it stands',
    `${lab} shows it; npm run lab -- down --name ${name} ends it.`,
  )
}

function interruption(left: string, hint?: string): OperatorError {
  return new OperatorError('interrupted', {
    message: `interrupted before the lab was ready: ${left}, and nothing was run`,
    hint,
  })
}

async function findOrStart(
  options: LabOptions,
  { breaks, runs }: Purpose,
  report: Say,
  signal: AbortSignal,
): Promise<Lab> {
  const existing = await open(options.name)
  if (!existing) return await up(options, report, signal)
  const reason = await unfit(existing, options)
  signal.throwIfAborted()
  if (reason === undefined) return existing
  if (!breaks) {
    report(`The lab is ${reason}; it is used as it is.`)
    return existing
  }
  await (await import('./lab-runs.ts')).refuseToLose(existing, reason, runs)
  report(`The lab is ${reason}; it is built anew.`)
  await down(options.name, report, signal)
  return await up(options, report, signal)
}

async function unfit(lab: Lab, wanted: LabOptions): Promise<string | undefined> {
  if (lab.options.synchronousCommit !== wanted.synchronousCommit)
    return `up with replication ${lab.options.synchronousCommit}, and ${wanted.synchronousCommit} is asked for`
  const { healthy, nodes, services, replication } = await lab.health()
  if (healthy) return undefined
  const broken = [...nodes, ...services].filter((part) => !part.healthy).map((part) => part.part)
  const follows = replication.some(({ state }) => state === 'streaming')
  const standby = follows ? 'commits do not wait for the standby' : 'no standby follows the primary'
  return `not whole (${broken.join(', ') || standby})`
}
