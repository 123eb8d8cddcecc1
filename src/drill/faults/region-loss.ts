import { killRegion } from '../../lab/index.ts'
import { regionOf, type Fault } from './fault.ts'

export const regionLoss: Fault = {
  name: 'region-loss',
  summary:
    'Kills everything in that region: PostgreSQL, the orders service, and the line between the regions.',
  defaultTarget: 'orders-db.primary',
  async inject(lab, on) {
    const region = await regionOf(lab, on)
    const { at, killed } = await killRegion(lab, region)
    return { at, detail: `killed in ${region}: ${killed.join(', ')}` }
  },
}
