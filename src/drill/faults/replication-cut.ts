import { killService } from '../../lab/index.ts'
import { regionOf, type Fault } from './fault.ts'

export const replicationCut: Fault = {
  name: 'replication-cut',
  summary:
    'Cuts the line over which the other region replicates from that node: what is on it is lost, and it refuses.',
  defaultTarget: 'orders-db.primary',
  async inject(lab, on) {
    const region = await regionOf(lab, on)
    const { at, part, pid } = await killService(lab, `delay-proxy-${region}`)
    const { replicationPort } = lab.nodes[region]
    return {
      at,
      detail: `killed ${part} (${pid}); port ${replicationPort} refuses until \`drillbook lab up\` starts it`,
    }
  },
}
