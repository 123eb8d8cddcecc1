import type pg from 'pg'
import type { Query, Row } from './api.ts'
import { leaveConnection, takeConnection } from './connection.ts'
import type { Connection } from './connection.ts'

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
  const client = await takeConnection(target, Number.POSITIVE_INFINITY)
  try {
    const rows = await rowsOf(client, text, values)
    await leaveConnection(target, client)
    return rows
  } catch (error) {
    await client.end()
    throw error
  }
}
