import type { TargetSpec } from '../model/environment.ts'
import { canaryControl, type Canary } from './canary-control.ts'
import { route } from './edge.ts'
import { checkHealth, type LabHealth } from './health.ts'
import { getJson } from './http.ts'
import { HOME_REGION, otherRegion, region, type LabOptions, type Region } from './options.ts'
import { ADMIN, DATABASE } from './postgres.ts'
import { labPaths, readJson, type LabState, type NodeFacts } from './state.ts'

export type Lab = {
  options: LabOptions
  directory: string
  state: LabState
  nodes: Record<Region, NodeFacts>
  /** The region that the edge sends customers to; from its file when the edge does not answer. */
  activeRegion: () => Promise<Region>
  targets: () => Promise<Record<string, TargetSpec>>
  secrets: () => Record<string, string>
  health: () => Promise<LabHealth>
  canary: Canary
}

export function labOf(directory: string, state: LabState): Lab {
  const activeRegion = async (): Promise<Region> => readActiveRegion(directory, state)
  return {
    options: state.options,
    directory,
    state,
    nodes: state.nodes,
    activeRegion,
    targets: async () => targetsOf(state, await activeRegion()),
    secrets: () => ({ ...state.secrets }),
    health: async () => checkHealth(directory, state),
    canary: canaryControl(state, labPaths(directory).ledgers),
  }
}

export async function readActiveRegion(directory: string, state: LabState): Promise<Region> {
  const said = await getJson(`http://127.0.0.1:${state.edge.adminPort}/route`, route).catch(() => undefined)
  const stored = said ?? readJson(labPaths(directory).route, route)
  return region.safeParse(stored?.region).data ?? HOME_REGION
}

/** Names follow the traffic: `primary` is where the edge sends customers now, `standby` is the other region. */
function targetsOf(state: LabState, active: Region): Record<string, TargetSpec> {
  const other = otherRegion(active)
  return {
    'orders-db.primary': postgresTarget(state, active),
    'orders-db.standby': postgresTarget(state, other),
    'orders.primary': httpTarget(state, active),
    'orders.standby': httpTarget(state, other),
    'edge.router': {
      kind: 'edge',
      url: `http://127.0.0.1:${state.edge.port}`,
      admin: `http://127.0.0.1:${state.edge.adminPort}`,
    },
  }
}

function postgresTarget(state: LabState, region: Region): TargetSpec {
  const node = state.nodes[region]
  const { name } = state.account
  return {
    kind: 'postgres',
    host: '127.0.0.1',
    port: node.postgresPort,
    database: DATABASE,
    user: ADMIN,
    password: { secret: 'LAB_ORDERS_DB_PASSWORD' },
    region,
    dataDirectory: node.dataDirectory,
    binDirectory: state.binDirectory,
    ...(name === undefined ? {} : { osUser: name }),
    synchronousCommit: state.options.synchronousCommit,
    replicationHost: '127.0.0.1',
    replicationPort: node.replicationPort,
  }
}

function httpTarget(state: LabState, region: Region): TargetSpec {
  return { kind: 'http', url: `http://127.0.0.1:${state.nodes[region].ordersPort}`, region }
}
