import { down, open, up } from '../lab/index.ts'
import type { Lab, LabOptions } from '../lab/index.ts'

/**
 * A lab that is up. For a run that breaks it: whole and as asked for, an existing one where it fits, otherwise a new one. For any other
 * an existing one as it is: what is broken in it may be what the run is for. Says what it does.
 */
export async function readyLab(
  options: LabOptions,
  { breaks, runs }: { breaks: boolean; runs: string },
  report: (line: string) => void,
): Promise<Lab> {
  const existing = await open(options.name)
  if (!existing) return await up(options, report)
  const reason = await unfit(existing, options)
  if (reason === undefined) return existing
  if (!breaks) {
    report(`The lab is ${reason}; it is used as it is.`)
    return existing
  }
  await (await import('./lab-runs.ts')).refuseToLose(existing, reason, runs)
  report(`The lab is ${reason}; it is built anew.`)
  await down(options.name, report)
  return await up(options, report)
}

async function unfit(lab: Lab, wanted: LabOptions): Promise<string | undefined> {
  if (lab.options.synchronousCommit !== wanted.synchronousCommit)
    return `up with replication ${lab.options.synchronousCommit}, and ${wanted.synchronousCommit} is asked for`
  const { healthy, nodes, services } = await lab.health()
  if (healthy) return undefined
  const broken = [...nodes, ...services].filter((part) => !part.healthy).map((part) => part.part)
  return `not whole (${broken.join(', ') || 'no standby follows the primary'})`
}
