import { killPostgres } from '../../lab/index.ts'
import { regionOf, type Fault } from './fault.ts'

export const postgresKill: Fault = {
  name: 'postgres-kill',
  summary:
    'Kills the postmaster and every process of that PostgreSQL at one instant, as a power loss of its host would.',
  defaultTarget: 'orders-db.primary',
  async inject(lab, on) {
    const region = await regionOf(lab, on)
    const { at, pids } = await killPostgres(lab, region)
    return { at, detail: `killed PostgreSQL in ${region}: ${pids.length} processes at one instant` }
  },
}
