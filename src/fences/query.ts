import type pg from 'pg'
import type { Query, Row } from './api.ts'
import { isIdle, leaveConnection, takeConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { cancellable } from './under-way.ts'

/** The rows of the last statement. */
export async function rowsOf(client: Connection, text: string, values: readonly unknown[]): Promise<Row[]> {
  const result: pg.QueryResult<Row> | pg.QueryResult<Row>[] = await cancellable(client, () =>
    client.query<Row>(text, values.length > 0 ? [...values] : undefined),
  )
  const last = Array.isArray(result) ? result.at(-1) : result
  return last?.rows ?? []
}

const LEFT_OPEN =
  'query() left its transaction open, which is rolled back: the next one has another connection. Send begin, what belongs together and commit as one text'

/** What a ts fence asks databases with: no statement of its may last longer than the fence itself. */
export function queryWithin(timeoutMs: number): Query {
  const deadline = performance.now() + timeoutMs
  return async (target, text, values = []) => {
    const client = await takeConnection(target, deadline - performance.now())
    try {
      const rows = await rowsOf(client, text, values)
      if (!isIdle(client)) throw new Error(LEFT_OPEN)
      await leaveConnection(target, client)
      return rows
    } catch (error) {
      await client.end()
      throw error
    }
  }
}

export const query: Query = queryWithin(Number.POSITIVE_INFINITY)
