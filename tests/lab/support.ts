import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statfsSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import { defaultOptions, down, names, type Lab, type LabOptions, type Region } from '../../src/lab/index.ts'
import { connectAdmin } from '../../src/lab/postgres.ts'

export const quiet = (): void => undefined

/** A folder for the labs of one test, gone afterwards with every lab in it, also when the test failed. */
export function labRoot(t: TestContext): string {
  const root = mkdtempSync(join(scratch(), 'drillbook-test-'))
  // The account that runs PostgreSQL when the tests run as root has to pass through.
  chmodSync(root, 0o711)
  process.env['DRILLBOOK_LAB'] = root
  t.after(async () => {
    process.env['DRILLBOOK_LAB'] = root
    for (const name of names()) await down(name, quiet)
    rmSync(root, { recursive: true, force: true })
  })
  return root
}

/** Memory, where there is enough of it: most of a lab's start and end is waiting for the disk. */
function scratch(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    return bavail * bsize > 2 ** 31 ? '/dev/shm' : tmpdir()
  } catch {
    return tmpdir()
  }
}

export function options(some: Partial<LabOptions> = {}): LabOptions {
  return { ...defaultOptions, name: 'test', ...some }
}

/** Living processes that mention a folder in their command or work in it; found without the lab's own code. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .map((pid) => ({ pid, text: `${read(`/proc/${pid}/cmdline`)} ${link(`/proc/${pid}/cwd`)}` }))
    .filter(({ pid, text }) => text.includes(folder) && !/^\d+ \(.*\) Z/.test(read(`/proc/${pid}/stat`)))
    .map(({ pid, text }) => `${pid} ${text}`)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}

export async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

export function portsOf({ state }: Lab): number[] {
  const { nodes, edge, canary } = state
  const regional = Object.values(nodes).flatMap((node) => [
    node.postgresPort,
    node.replicationPort,
    node.ordersPort,
  ])
  return [...regional, edge.port, edge.adminPort, canary.port]
}

/** Tries until it holds; for what nothing announces. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await delay(10)
  }
}

export async function withDatabase<T>(
  lab: Lab,
  region: Region,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await connectAdmin(lab.state, region, 'orders')
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

export async function promote(lab: Lab, region: Region): Promise<void> {
  await withDatabase(lab, region, async (client) => client.query('select pg_promote(true)'))
}

export async function setRoute(lab: Lab, region: string): Promise<Response> {
  const body = JSON.stringify({ region })
  return fetch(`http://127.0.0.1:${lab.state.edge.adminPort}/route`, { method: 'PUT', body })
}
