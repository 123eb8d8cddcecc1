import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { labOptions, type Region } from './options.ts'

const port = z.int().min(1).max(65535)

const nodeFacts = z.strictObject({
  postgresPort: port,
  /** The delay proxy in front of this node: where the other region's standby connects. */
  replicationPort: port,
  ordersPort: port,
  /** Holds the data directory, the node's settings outside it, its log, and FENCED once it is fenced. */
  directory: z.string(),
  dataDirectory: z.string(),
})
export type NodeFacts = z.infer<typeof nodeFacts>

const account = z.strictObject({
  uid: z.int(),
  gid: z.int(),
  name: z.string().optional(),
  /** True when this program is root, so that PostgreSQL has to run as somebody else. */
  switched: z.boolean(),
})
export type Account = z.infer<typeof account>

export const labState = z.strictObject({
  version: z.literal(1),
  phase: z.enum(['starting', 'up']),
  options: labOptions,
  createdAt: z.iso.datetime(),
  account,
  binDirectory: z.string(),
  nodes: z.strictObject({ 'eu-west': nodeFacts, 'us-east': nodeFacts }),
  edge: z.strictObject({ port, adminPort: port }),
  canary: z.strictObject({ port }),
  secrets: z.strictObject({
    LAB_ORDERS_DB_PASSWORD: z.string().describe('drillbook_admin, for runbooks'),
    LAB_ORDERS_APP_PASSWORD: z.string().describe('orders_app, for the orders service'),
    LAB_REPLICATION_PASSWORD: z.string().describe('replicator, for the standby'),
  }),
})
export type LabState = z.infer<typeof labState>

export type LabPaths = {
  marker: string
  state: string
  route: string
  processes: string
  config: string
  logs: string
  ledgers: string
  binaries: string
  node: (region: Region) => string
}

export function labPaths(directory: string): LabPaths {
  return {
    // Only a folder that holds it is ever removed.
    marker: join(directory, '.drillbook-lab'),
    state: join(directory, 'lab.json'),
    route: join(directory, 'route.json'),
    processes: join(directory, 'processes'),
    config: join(directory, 'config'),
    logs: join(directory, 'logs'),
    ledgers: join(directory, 'ledgers'),
    binaries: join(directory, 'postgres'),
    node: (region) => join(directory, region),
  }
}

/** Readers see the whole old file or the whole new one, also after a crash. */
export function writeFileAtomically(file: string, text: string, mode = 0o600): void {
  const draft = `${file}.${process.pid}.draft`
  const descriptor = openSync(draft, 'w', mode)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(draft, file)
}

/** The parsed file; undefined when there is none, or when it is not what this version wrote. */
export function readJson<T>(file: string, schema: z.ZodType<T>): T | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
  const parsed = schema.safeParse(parseJson(text))
  return parsed.success ? parsed.data : undefined
}

/** The value of a JSON text; undefined when it is not JSON, which every schema here refuses. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function isErrno(error: unknown, ...codes: string[]): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
  )
}

export function readState(directory: string): LabState | undefined {
  return readJson(labPaths(directory).state, labState)
}

export function writeState(directory: string, state: LabState): void {
  writeFileAtomically(labPaths(directory).state, `${JSON.stringify(state, undefined, 2)}\n`)
}
