import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { cleanEnvironment } from './commands.ts'
import { HOME_REGION, REGIONS, type Region } from './options.ts'
import { PortTaken } from './ports.ts'
import { DATABASE } from './postgres.ts'
import { identify, isAlive, readRecord, writeRecord } from './processes.ts'
import { labPaths, writeFileAtomically, type LabState } from './state.ts'

/** A service process of the lab: one of these files, run with one configuration file. */
export type Part = {
  name: string
  script: string
  port: number
  region?: Region
  config: Record<string, unknown>
}

const START_TIMEOUT_MS = 15_000
const readiness = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ ready: z.literal(false), portTaken: z.boolean(), message: z.string() }),
])

/** Every service process that belongs to a lab, in the order they are reported. */
export function labParts(directory: string, state: LabState): Part[] {
  const paths = labPaths(directory)
  const { nodes, edge, canary, options, secrets } = state
  const upstreams = Object.fromEntries(REGIONS.map((region) => [region, nodes[region].ordersPort]))
  const regional = REGIONS.flatMap((region): Part[] => [delayProxy(state, region), orders(region)])
  return [
    ...regional,
    {
      name: 'edge',
      script: 'edge.ts',
      port: edge.port,
      config: { ...edge, routeFile: paths.route, upstreams, initialRegion: HOME_REGION },
    },
    {
      name: 'canary',
      script: 'canary.ts',
      port: canary.port,
      config: {
        port: canary.port,
        edgePort: edge.port,
        ledgerFolder: paths.ledgers,
        writesPerSecond: options.writesPerSecond,
      },
    },
  ]

  function orders(region: Region): Part {
    const { ordersPort: port, postgresPort } = nodes[region]
    const password = secrets.LAB_ORDERS_APP_PASSWORD
    const database = { port: postgresPort, database: DATABASE, user: 'orders_app', password }
    return {
      name: `orders-${region}`,
      script: 'orders-service.ts',
      port,
      region,
      config: { region, port, database },
    }
  }
}

function delayProxy({ nodes, options }: LabState, region: Region): Part {
  const { replicationPort: port, postgresPort: upstreamPort } = nodes[region]
  const config = { port, upstreamPort, delayMs: options.delayMs }
  return { name: `delay-proxy-${region}`, script: 'delay-proxy.ts', port, region, config }
}

export function isPartRunning(directory: string, part: Part): boolean {
  const record = readRecord(labPaths(directory).processes, part.name)
  return record !== undefined && isAlive(record)
}

/** Starts a service in a process group of its own; resolves when it listens. */
export async function startPart(directory: string, part: Part, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  const paths = labPaths(directory)
  const config = join(paths.config, `${part.name}.json`)
  writeFileAtomically(config, JSON.stringify(part.config))
  const logFile = join(paths.logs, `${part.name}.log`)
  const log = openSync(logFile, 'a', 0o600)
  const script = fileURLToPath(new URL(part.script, import.meta.url))
  const child = spawn(process.execPath, ['--max-semi-space-size=8', script, config], {
    cwd: directory,
    env: cleanEnvironment(),
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)
  const identity = child.pid === undefined ? undefined : identify(child.pid)
  if (identity !== undefined) writeRecord(paths.processes, part.name, identity)
  try {
    await untilReady(part, child, logFile, signal)
  } finally {
    // What becomes of it from now on is found from its record, also by other programs.
    child.removeAllListeners().on('error', () => undefined)
    if (child.connected) child.disconnect()
    child.unref()
  }
}

async function untilReady(
  part: Part,
  child: ChildProcess,
  logFile: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await new Promise<void>((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${part.name} was not ready within 15 s`)), START_TIMEOUT_MS)
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    child.once('error', reject)
    child.once('exit', (code, by) => reject(endedEarly(part, code ?? by, logFile)))
    child.once('message', (message) => {
      const said = readiness.parse(message)
      if (said.ready) resolve()
      else reject(said.portTaken ? new PortTaken(part.port) : new Error(`${part.name}: ${said.message}`))
    })
  }).finally(() => clearTimeout(timer))
}

function endedEarly(part: Part, how: number | NodeJS.Signals | null, logFile: string): Error {
  const last = readFileSync(logFile, 'utf8').trim().split('\n').slice(-8).join('\n')
  return new Error(`${part.name} ended with ${how} before it was ready; the end of ${logFile}:\n${last}`)
}
