import { existsSync } from 'node:fs'
import { z } from 'zod'
import { OperatorError } from '../model/problem.ts'
import type { Lab } from './lab.ts'
import type { Region } from './options.ts'
import { fenceFile, query, startPostgres } from './postgres.ts'
import { labTime } from './clock.ts'
import { isPartRunning, labParts } from './parts.ts'
import { killTogether, readPostmaster } from './postmaster.ts'
import { readRecord, signalProcess, untilGone } from './processes.ts'
import { labPaths } from './state.ts'

/** Kills a node's PostgreSQL, postmaster and children, at one instant. */
export async function killPostgres(lab: Lab, region: Region): Promise<{ at: number; pids: number[] }> {
  const { dataDirectory } = lab.nodes[region]
  if (readPostmaster(dataDirectory)?.process === undefined) throw notRunning(`PostgreSQL in ${region}`)
  return killTogether(dataDirectory)
}

/** Kills a service process of the lab. */
export async function killService(
  lab: Lab,
  part: string,
): Promise<{ at: number; part: string; pid: number }> {
  const record = readRecord(labPaths(lab.directory).processes, part)
  const at = labTime()
  if (record === undefined || !signalProcess(record, 'SIGKILL')) throw notRunning(part)
  const left = await untilGone([record], 5000)
  if (left.length > 0) throw new Error(`${part} (${record.pid}) is still alive after SIGKILL`)
  return { at, part, pid: record.pid }
}

/** Kills whatever runs in a region: its services and its PostgreSQL, within a few milliseconds. */
export async function killRegion(lab: Lab, region: Region): Promise<{ at: number; killed: string[] }> {
  const running = labParts(lab.directory, lab.state).filter(
    (part) => part.region === region && isPartRunning(lab.directory, part),
  )
  const { dataDirectory } = lab.nodes[region]
  const database = readPostmaster(dataDirectory)?.process !== undefined
  if (running.length === 0 && !database) throw notRunning(`anything in ${region}`)
  const at = labTime()
  const services = Promise.all(running.map(async ({ name }) => killService(lab, name)))
  const [killed, { pids }] = await Promise.all([services, killTogether(dataDirectory)])
  const names = killed.map(({ part, pid }) => `${part} (${pid})`)
  return { at, killed: database ? [...names, `PostgreSQL (${pids.join(', ')})`] : names }
}

function notRunning(what: string): OperatorError {
  return new OperatorError('refused', {
    message: `${what} is not running, so it cannot be made to fail`,
    hint: 'npm run lab -- status shows what runs; npm run lab -- up starts what has stopped.',
  })
}

/** Starts a node like a host that knows nothing of a failover. Only a fence stops it. */
export async function startUnaware(lab: Lab, region: Region): Promise<{ started: boolean; detail: string }> {
  const node = lab.nodes[region]
  if (readPostmaster(node.dataDirectory)?.process !== undefined) {
    throw new OperatorError('refused', { message: `PostgreSQL in ${region} is running already` })
  }
  try {
    await startPostgres(lab.directory, lab.state, region)
  } catch (error) {
    if (!existsSync(fenceFile(node)) || !(error instanceof OperatorError)) throw error
    return { started: false, detail: error.message }
  }
  return { started: true, detail: await describeRole(lab, region) }
}

async function describeRole(lab: Lab, region: Region): Promise<string> {
  try {
    const rows = await query(lab.state, region, 'postgres', 'select pg_is_in_recovery() as standby')
    const [row] = z.array(z.object({ standby: z.boolean() })).parse(rows)
    return row?.standby === true ? 'as a standby, read-only' : 'as a primary that takes writes'
  } catch (error) {
    return `and refuses connections: ${error instanceof Error ? error.message : String(error)}`
  }
}
