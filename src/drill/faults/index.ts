import { OperatorError } from '../../model/problem.ts'
import type { Fault } from './fault.ts'
import { oldPrimaryReturns } from './old-primary-returns.ts'
import { postgresKill } from './postgres-kill.ts'
import { regionLoss } from './region-loss.ts'
import { replicationCut } from './replication-cut.ts'

export type { Fault } from './fault.ts'

/** Every fault that can be injected; a new one is a new file and a line here. */
export const faults: Fault[] = [postgresKill, regionLoss, replicationCut, oldPrimaryReturns]

export function findFault(name: string): Fault {
  const fault = faults.find((one) => one.name === name)
  if (fault !== undefined) return fault
  throw new OperatorError('usage', {
    message: `unknown fault '${name}'; expected one of ${faults.map((one) => one.name).join(', ')}`,
  })
}
