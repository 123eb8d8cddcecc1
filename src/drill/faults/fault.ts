import type { Lab, Region } from '../../lab/index.ts'
import { OperatorError } from '../../model/problem.ts'

export type Injection = {
  /** Wall-clock milliseconds at the instant the fault took effect. */
  at: number
  /** What was done, exactly: processes, ports, files. */
  detail: string
}

/** One way a system breaks, done for real to the lab. */
export type Fault = {
  name: string
  summary: string
  /** The target it happens to when none is named. */
  defaultTarget: string
  inject: (lab: Lab, on: string) => Promise<Injection>
}

/** The region that a target's name stands for at this moment. */
export async function regionOf(lab: Lab, on: string): Promise<Region> {
  const targets = await lab.targets()
  const target = targets[on]
  const region = target !== undefined && target.kind !== 'edge' ? target.region : undefined
  if (region === 'eu-west' || region === 'us-east') return region
  const regional = Object.keys(targets).filter((name) => targets[name]?.kind !== 'edge')
  throw new OperatorError('usage', {
    message: `no fault can be injected on '${on}'; expected one of ${regional.join(', ')}`,
  })
}
