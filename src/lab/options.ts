import { realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { OperatorError } from '../model/problem.ts'

export const REGIONS = ['eu-west', 'us-east'] as const
export type Region = (typeof REGIONS)[number]
export const region = z.enum(REGIONS)

/** The region that takes orders when a lab starts. */
export const HOME_REGION: Region = 'eu-west'

export function otherRegion(one: Region): Region {
  return one === 'eu-west' ? 'us-east' : 'eu-west'
}

export const REPLICATION_MODES = ['async', 'remote_write', 'on', 'remote_apply'] as const

export const labOptions = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected at most 32 lower-case letters, digits and dashes'),
  synchronousCommit: z.enum(REPLICATION_MODES).describe('What an acknowledged order means.'),
  delayMs: z.int().min(0).max(5000).describe('One way between the regions, in each direction.'),
  writesPerSecond: z.int().min(1).max(2000).describe('Orders the canary places through the edge.'),
})
export type LabOptions = z.infer<typeof labOptions>

export const defaultOptions: LabOptions = {
  name: 'default',
  synchronousCommit: 'remote_apply',
  delayMs: 25,
  writesPerSecond: 120,
}

/** The folder that holds every lab of this account. */
export function stateRoot(): string {
  return withoutSymlinks(namedRoot())
}

/** As it is named: it may be a symbolic link, and anyone may make one in a shared folder. */
export function namedRoot(): string {
  const chosen = process.env['DRILLBOOK_LAB']
  return chosen === undefined || chosen === '' ? ownFolder() : resolve(chosen)
}

function ownFolder(): string {
  return join(tmpdir(), `drillbook-lab-${process.getuid?.() ?? 0}`)
}

/** The kernel names a process's folder without symbolic links, and processes are told apart by it. */
function withoutSymlinks(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return join(withoutSymlinks(dirname(path)), basename(path))
  }
}

/** The folder of one lab: its data, logs, secrets and process records, and nothing of any other lab. */
export function stateDirectory(name: string): string {
  const parsed = labOptions.shape.name.safeParse(name)
  if (!parsed.success) {
    throw new OperatorError('usage', {
      message: `'${name}' cannot name a lab: ${parsed.error.issues[0]?.message}`,
    })
  }
  return join(stateRoot(), parsed.data)
}
