import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import type { PostgresTarget, Row, Target } from '../../src/fences/api.ts'

/** A PostgreSQL node whose files this machine can reach. */
export type LocalNode = PostgresTarget & { dataDirectory: string; bin: string }

/**
 * The target as a node with files here. Elsewhere, replace what these scripts do by the same over ssh or your orchestrator.
 * `mayBeMissing`: a data directory that an interrupted rebuild moved aside is no reason to stop.
 */
export function localNode(name: string, { mayBeMissing = false } = {}): LocalNode {
  const node = postgresNode(name)
  const { dataDirectory, binDirectory } = node
  if (dataDirectory === undefined || !(mayBeMissing || existsSync(dataDirectory)))
    throw new Error(
      `${name}: its data directory (${dataDirectory ?? 'not in environments.yaml'}) is not on this machine; run this on its host`,
    )
  return { ...node, dataDirectory, bin: binDirectory === undefined ? '' : `${binDirectory}/` }
}

export function postgresNode(name: string): PostgresTarget {
  const found: Target = target(name)
  if (found.kind !== 'postgres') throw new Error(`${name} is a ${found.kind} target; expected a postgres one`)
  return found
}

/** Its name and where it is, for messages. */
export function nameOf({ name, host, port }: PostgresTarget): string {
  return `${name} (${host}:${port})`
}

/** The rows; what goes wrong says who was asked. */
export async function ask(
  node: PostgresTarget,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return await query(node, text, values).catch((error: unknown) => {
    throw new Error(
      `${nameOf(node)} does not answer: ${messageOf(error)}. See that it runs and that you reach it, then try this step again`,
      { cause: error },
    )
  })
}

const TOO_MANY_CONNECTIONS = '53300'

/** Whether it answers as a primary; one that is too busy to answer does as well. Not one that refuses, hangs or is a standby. */
export async function takesWrites(node: PostgresTarget): Promise<boolean> {
  return await query(node, 'select pg_is_in_recovery() as waiting').then(
    ([row]) => row?.['waiting'] === false,
    (error: unknown) => error instanceof Error && 'code' in error && error.code === TOO_MANY_CONNECTIONS,
  )
}

/** An error that several addresses caused has no message of its own. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

/** The words that make a command run as the account that owns the data directory. */
export function asOwner(node: LocalNode): string[] {
  const isRoot = process.getuid?.() === 0
  return isRoot && node.osUser !== undefined ? ['runuser', '-u', node.osUser, '--'] : []
}

/** Whether a postmaster runs in the data directory: pg_ctl status ends with 0 when one does, 3 when none does. */
export async function isRunning(node: LocalNode): Promise<boolean> {
  // Not there, or a copy that was interrupted before it was one.
  if (!existsSync(`${node.dataDirectory}/PG_VERSION`) || isCertainlyDead(node)) return false
  const { exitCode } = await $({
    nothrow: true,
    quiet: true,
  })`${asOwner(node)} ${node.bin}pg_ctl status -D ${node.dataDirectory}`
  if (exitCode === 0) return true
  if (exitCode === 3) return false
  throw new Error(`pg_ctl status in ${node.dataDirectory} ended with ${exitCode}: is this a data directory?`)
}

/** The process that postmaster.pid names is gone: seconds count, and nobody has to be asked. False when anything is in doubt. */
function isCertainlyDead({ dataDirectory }: LocalNode): boolean {
  const file = `${dataDirectory}/postmaster.pid`
  if (!existsSync(file)) return true
  try {
    const pid = Math.abs(Number.parseInt(readFileSync(file, 'utf8'), 10))
    if (pid > 0) process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

/** The identity of the cluster, the same on a primary and all its standbys: the first eight bytes of pg_control. */
export function systemIdentifier(node: LocalNode): string {
  const file = `${node.dataDirectory}/global/pg_control`
  const bytes = Buffer.alloc(8)
  const descriptor = openSync(file, 'r')
  try {
    if (readSync(descriptor, bytes, 0, 8, 0) !== 8) throw new Error(`${file} is shorter than a control file`)
  } finally {
    closeSync(descriptor)
  }
  return bytes.readBigUInt64LE().toString()
}

/** When the node last wrote to its log of changes: a primary what it did, a standby what it received. By its own clock. */
export function lastWrite({ dataDirectory }: LocalNode): Date {
  const segments = readdirSync(`${dataDirectory}/pg_wal`).filter((name) => /^[0-9A-F]{24}$/.test(name))
  return new Date(Math.max(0, ...segments.map((name) => statSync(`${dataDirectory}/pg_wal/${name}`).mtimeMs)))
}
