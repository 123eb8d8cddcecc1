import { labTime, startUnaware } from '../../lab/index.ts'
import { regionOf, type Fault } from './fault.ts'

export const oldPrimaryReturns: Fault = {
  name: 'old-primary-returns',
  summary:
    'Starts the stopped database node as its host would after a reboot, knowing nothing of a failover.',
  defaultTarget: 'orders-db.standby',
  async inject(lab, on) {
    const region = await regionOf(lab, on)
    const at = labTime()
    const { started, detail } = await startUnaware(lab, region)
    return {
      at,
      detail: started ? `PostgreSQL in ${region} came back: ${detail}` : `the start was refused: ${detail}`,
    }
  },
}
