import pg from 'pg'
import type { PostgresTarget, Query, Row } from './api.ts'

const CONNECT_MS = 2000

export type Connection = pg.Client

/** A connection of its own; notices of the server are shown, because a warning can mean that nothing was made durable. */
export async function connect(target: PostgresTarget, timeoutMs: number): Promise<Connection> {
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    ...(target.password === undefined ? {} : { password: target.password }),
    application_name: 'drillbook',
    connectionTimeoutMillis: Math.min(CONNECT_MS, Math.max(timeoutMs, 1)),
    ...(Number.isFinite(timeoutMs) ? { statement_timeout: Math.max(1, Math.round(timeoutMs)) } : {}),
  })
  client.on('notice', (notice) => console.error(`${notice.severity ?? 'NOTICE'}: ${notice.message ?? ''}`))
  // A connection that breaks between two statements is reported by the next one.
  client.on('error', () => {})
  await client.connect()
  return client
}

/** The rows of the last statement. */
export async function rowsOf(client: Connection, text: string, values: readonly unknown[]): Promise<Row[]> {
  const result: pg.QueryResult<Row> | pg.QueryResult<Row>[] = await client.query<Row>(
    text,
    values.length > 0 ? [...values] : undefined,
  )
  const last = Array.isArray(result) ? result.at(-1) : result
  return last?.rows ?? []
}

export const query: Query = async (target, text, values = []) => {
  const client = await connect(target, Number.POSITIVE_INFINITY)
  try {
    return await rowsOf(client, text, values)
  } finally {
    await client.end()
  }
}
