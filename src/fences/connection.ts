import { isDeepStrictEqual } from 'node:util'
import pg from 'pg'
import type { PostgresTarget } from './api.ts'

declare module 'pg' {
  /** Missing in its types. */
  interface Client {
    ref: () => void
    unref: () => void
  }
}

export type Connection = pg.Client

const CONNECT_MS = 2000
/**
 * How long a connection waits for the next statement: far below the 5 s for which PostgreSQL lets a restore that drops a database wait
 * for others to leave it.
 */
const LINGER_MS = 1000
/** How soon a server notices that the client of a statement is gone, also one that was killed. PostgreSQL can do so since version 14. */
const NOTICE_MS = 500

/** Connections that wait. `asNew`: whether settings, locks, temporary tables and prepared statements of the last user are gone. */
type Left = {
  target: PostgresTarget
  connection: Connection
  asNew: Promise<boolean>
  timer: NodeJS.Timeout
}
let left: Left[] = []

/** One that waits for this very target and still works, otherwise a new one. `timeoutMs`: for each statement. */
export async function takeConnection(target: PostgresTarget, timeoutMs: number): Promise<Connection> {
  const found = left.find((one) => isDeepStrictEqual(one.target, target))
  if (!found) return await connect(target, timeoutMs)
  forget(found)
  const { connection, asNew } = found
  connection.ref()
  if ((await asNew) && (await succeeds(setTimeLimit(connection, timeoutMs)))) return connection
  void connection.end()
  return await connect(target, timeoutMs)
}

/** Leaves it for the next statement, which keeps this process neither busy nor alive. One with an open transaction is ended. */
export async function leaveConnection(target: PostgresTarget, connection: Connection): Promise<void> {
  const isSpare = !left.some((one) => isDeepStrictEqual(one.target, target))
  if (!isSpare || !isIdle(connection)) return await connection.end()
  connection.unref()
  const waiting: Left = {
    target,
    connection,
    asNew: succeeds(connection.query('discard all')),
    timer: setTimeout(() => {
      forget(waiting)
      void connection.end()
    }, LINGER_MS).unref(),
  }
  left.push(waiting)
}

/** No transaction is open. */
export function isIdle(connection: Connection): boolean {
  return connection.getTransactionStatus() === 'I'
}

function forget(one: Left): void {
  clearTimeout(one.timer)
  left = left.filter((other) => other !== one)
}

/** Servers that refuse settings at the start of a session: those before PostgreSQL 14, some poolers. */
const refusing = new Set<string>()

async function connect(target: PostgresTarget, timeoutMs: number): Promise<Connection> {
  const server = `${target.host}:${target.port}`
  if (!refusing.has(server))
    try {
      return await open(target, timeoutMs, settings(timeoutMs))
    } catch (error) {
      if (!isRefused(error)) throw error
      refusing.add(server)
    }
  const connection = await open(target, timeoutMs, {})
  if (Number.isFinite(timeoutMs)) await setTimeLimit(connection, timeoutMs)
  return connection
}

/** Sent with the first message, they cost no message of their own, and outlast `discard all`. */
function settings(timeoutMs: number): pg.ClientConfig {
  return {
    // Otherwise pg takes them from there.
    options: `-c client_connection_check_interval=${NOTICE_MS} ${process.env['PGOPTIONS'] ?? ''}`.trimEnd(),
    ...(Number.isFinite(timeoutMs) ? { statement_timeout: limit(timeoutMs) } : {}),
  }
}

function isRefused(error: unknown): boolean {
  return (
    error instanceof Error &&
    /client_connection_check_interval|unsupported startup parameter/.test(error.message)
  )
}

/** Notices of the server are shown, because a warning can mean that nothing was made durable. */
async function open(
  target: PostgresTarget,
  timeoutMs: number,
  settings: pg.ClientConfig,
): Promise<Connection> {
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    ...(target.password === undefined ? {} : { password: target.password }),
    application_name: 'drillbook',
    connectionTimeoutMillis: Math.min(CONNECT_MS, Math.max(timeoutMs, 1)),
    ...settings,
  })
  client.on('notice', (notice) => console.error(`${notice.severity ?? 'NOTICE'}: ${notice.message ?? ''}`))
  // A connection that breaks between two statements is reported by the next one.
  client.on('error', () => {})
  await client.connect()
  return client
}

function setTimeLimit(connection: Connection, timeoutMs: number): Promise<unknown> {
  return connection.query(`select set_config('statement_timeout', $1, false)`, [String(limit(timeoutMs))])
}

/** For PostgreSQL, 0 is no limit. */
function limit(timeoutMs: number): number {
  return Number.isFinite(timeoutMs) ? Math.max(1, Math.round(timeoutMs)) : 0
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  return await work.then(
    () => true,
    () => false,
  )
}
