import { z } from 'zod'
import { existsSync } from 'node:fs'
import { serviceHealth } from './answer.ts'
import { route } from './edge.ts'
import { getJson } from './http.ts'
import { REGIONS, type Region } from './options.ts'
import { labParts, type Part } from './parts.ts'
import { fenceFile, query } from './postgres.ts'
import { readPostmaster } from './postmaster.ts'
import { isAlive, readRecord } from './processes.ts'
import { labPaths, type LabState } from './state.ts'
import { canaryStatus, type CanaryStatus } from './tracker.ts'

export type PartHealth = {
  part: string
  pid: number | undefined
  port: number
  /** It does what it is there for; `detail` says how, or why not. */
  healthy: boolean
  detail: string
}
export type NodeHealth = PartHealth & {
  region: Region
  role: 'primary' | 'standby' | undefined
  fenced: boolean
  timeline: number | undefined
}
export type Replication = {
  standby: string
  state: string
  syncState: string
  lagBytes: number
  /** It streams, and commits wait for it where that was asked for. */
  healthy: boolean
}

export type LabHealth = {
  /** Everything runs, there is exactly one primary, customers are sent to it, and a standby follows it as asked for. */
  healthy: boolean
  activeRegion: string | undefined
  nodes: NodeHealth[]
  services: PartHealth[]
  replication: Replication[]
  canary: CanaryStatus | undefined
}

const roleRow = z.object({ standby: z.boolean(), timeline: z.int() })
const replicationRow = z.object({
  standby: z.string(),
  state: z.string(),
  syncState: z.string(),
  lagBytes: z.coerce.number(),
})
const ROLE = `select pg_is_in_recovery() as standby,
  case when pg_is_in_recovery()
    then coalesce((select received_tli from pg_stat_wal_receiver), (select timeline_id from pg_control_checkpoint()))
    else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
  end as timeline`
const REPLICATION = `select application_name as standby, state, sync_state as "syncState",
  greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) as "lagBytes" from pg_stat_replication`

export async function checkHealth(directory: string, state: LabState): Promise<LabHealth> {
  const [nodes, services, canary, active] = await Promise.all([
    Promise.all(REGIONS.map(async (region) => checkNode(state, region))),
    Promise.all(labParts(directory, state).map(async (part) => checkPart(directory, part))),
    getJson(`http://127.0.0.1:${state.canary.port}/status`, canaryStatus).catch(() => undefined),
    getJson(`http://127.0.0.1:${state.edge.adminPort}/route`, route).catch(() => undefined),
  ])
  const primaries = nodes.filter(({ role }) => role === 'primary')
  const replication = primaries[0] === undefined ? [] : await readReplication(state, primaries[0].region)
  const whole = [...nodes, ...services].every(({ healthy }) => healthy)
  const routed = primaries.length === 1 && primaries[0]?.region === active?.region
  const followed = replication.some((to) => to.healthy)
  const healthy = whole && routed && followed
  return { healthy, activeRegion: active?.region, nodes, services, replication, canary }
}

async function checkNode(state: LabState, region: Region): Promise<NodeHealth> {
  const node = state.nodes[region]
  const fenced = existsSync(fenceFile(node))
  const pid = readPostmaster(node.dataDirectory)?.process?.pid
  const base = { part: `postgres-${region}`, region, pid, port: node.postgresPort, fenced }
  const silent = { ...base, healthy: false, role: undefined, timeline: undefined }
  if (pid === undefined) return { ...silent, detail: fenced ? 'stopped, fenced' : 'stopped' }
  try {
    const { standby, timeline } = roleRow.parse((await query(state, region, 'postgres', ROLE))[0])
    const role = standby ? 'standby' : 'primary'
    return { ...base, role, timeline, healthy: !fenced, detail: `${role}, timeline ${timeline}` }
  } catch (error) {
    return { ...silent, detail: `runs, and does not answer: ${messageOf(error)}` }
  }
}

async function readReplication(state: LabState, primary: Region): Promise<Replication[]> {
  const rows = await query(state, primary, 'postgres', REPLICATION).catch(() => [])
  const { synchronousCommit } = state.options
  const waits = ['sync', 'quorum']
  return z
    .array(replicationRow)
    .parse(rows)
    .map((row) => ({
      ...row,
      healthy: row.state === 'streaming' && (synchronousCommit === 'async' || waits.includes(row.syncState)),
    }))
}

async function checkPart(directory: string, part: Part): Promise<PartHealth> {
  const record = readRecord(labPaths(directory).processes, part.name)
  const pid = record !== undefined && isAlive(record) ? record.pid : undefined
  const base = { part: part.name, pid, port: part.port }
  if (pid === undefined) return { ...base, healthy: false, detail: 'not running' }
  try {
    return { ...base, healthy: true, detail: await ask(part) }
  } catch (error) {
    return { ...base, healthy: false, detail: `runs, and does not answer: ${messageOf(error)}` }
  }
}

async function ask(part: Part): Promise<string> {
  const address = `http://127.0.0.1:${part.port}`
  switch (part.script) {
    case 'orders-service.ts': {
      const { role, reason } = await getJson(`${address}/health`, serviceHealth, { anyStatus: true })
      if (role === undefined) throw new Error(`its database is unreachable: ${reason}`)
      return `its database is the ${role}`
    }
    case 'edge.ts':
      return `customers' address ${address}`
    case 'canary.ts': {
      const { state, acknowledgedLastSecond, reason } = await getJson(`${address}/status`, canaryStatus)
      if (state === 'stopped') throw new Error(reason)
      return `${state}, ${acknowledgedLastSecond} orders acknowledged in the last second`
    }
    default:
      return 'running'
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
