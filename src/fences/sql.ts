import { exactNumber } from '../model/exact-number.ts'
import { MISSING_OUTPUT } from '../model/outcome.ts'
import type { Outputs } from '../model/outcome.ts'
import type { Value } from '../model/runbook.ts'
import type { FenceJob } from '../runner/ports.ts'
import type { PostgresTarget, Row } from './api.ts'
import { isIdle, leaveConnection, takeConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { rowsOf } from './query.ts'
import { requireOutputs } from './sh.ts'

const SHOWN_ROWS = 40

/**
 * Executes a sql fence on its target with its parameters bound. A check or a verification holds when the first column of the first
 * row is true. A run sets the outputs that its columns are named after.
 *
 * The tries of a verification share a connection, until one of them breaks it or leaves a transaction open.
 */
export class SqlFence {
  readonly #job: FenceJob
  #connection: Connection | undefined

  constructor(job: FenceJob) {
    this.#job = job
  }

  async attempt(timeoutMs: number): Promise<Outputs> {
    const connection = (this.#connection ??= await takeConnection(targetOf(this.#job), timeoutMs))
    try {
      return await execute(this.#job, connection)
    } catch (error) {
      if (!(error instanceof NotYet) || !isIdle(connection)) await this.#end()
      throw error
    }
  }

  async close(): Promise<void> {
    if (this.#connection) await leaveConnection(targetOf(this.#job), this.#connection)
  }

  async #end(): Promise<void> {
    await this.#connection?.end()
    this.#connection = undefined
  }
}

/** The statement succeeded, and what it says is not so. */
class NotYet extends Error {}

/**
 * A check changes nothing, also when it was meant to. By a transaction: behind a pooler, a setting of the session would stay with
 * whoever is given that connection of the server next.
 */
async function execute(job: FenceJob, connection: Connection): Promise<Outputs> {
  const { fence } = job
  const values = fence.bind.map((name) => bound(name, job))
  if (fence.role === 'check') await rowsOf(connection, 'begin read only', [])
  const rows = await rowsOf(connection, fence.code, values)
  if (fence.role === 'check' && !isIdle(connection)) await rowsOf(connection, 'rollback', [])
  if (fence.role === 'check' || fence.role === 'verify') requireTrue(rows)
  printRows(rows)
  if (fence.role === 'run' || fence.role === 'rollback') requireEnded(connection)
  return outputsOf(rows[0], job)
}

function targetOf(job: FenceJob): PostgresTarget {
  const name = job.fence.on ?? ''
  const target = job.context.targets[name]
  if (target?.kind !== 'postgres')
    throw new Error(
      `on=${name}: expected a postgres target of the environment ${job.context.run.environment}`,
    )
  return target
}

function bound(name: string, job: FenceJob): Value {
  const value = job.context.input[name] ?? job.context.outputs[name]
  if (value === undefined) throw new Error(`${MISSING_OUTPUT} "${name}"`)
  return value
}

function requireTrue(rows: readonly Row[]): void {
  const [column, value] = Object.entries(rows[0] ?? {})[0] ?? ['no row', undefined]
  if (value !== true)
    throw new NotYet(`expected true, got ${rows.length === 0 ? 'no row' : `${column} = ${String(value)}`}`)
}

/** Giving the connection back would roll it back without a word. What only looks has nothing to lose. */
function requireEnded(connection: Connection): void {
  if (!isIdle(connection))
    throw new Error('the fence left its transaction open, which is rolled back: end it with "commit"')
}

function outputsOf(row: Row = {}, job: FenceJob): Outputs {
  const values: Row = {}
  for (const [column, value] of Object.entries(row)) {
    const name = outputNamed(column, row, job)
    if (name !== undefined) values[name] = job.declares[name] === 'number' ? toNumber(name, value) : value
  }
  const result = requireOutputs(values, job.declares)
  if ('reason' in result) throw new Error(result.reason)
  return result.outputs
}

/** PostgreSQL makes names small that stand without quotation marks: `as newRegion` is the column newregion. */
function outputNamed(column: string, row: Row, { declares }: FenceJob): string | undefined {
  if (Object.hasOwn(declares, column)) return column
  return Object.keys(declares).find((name) => name.toLowerCase() === column && !Object.hasOwn(row, name))
}

/** The server sends numeric and bigint as text. What is not there stays so: null is not 0. */
function toNumber(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  const number = exactNumber(value)
  if (typeof number === 'number') return number
  throw new Error(`the output "${name}" is "${value}", ${number.problem}`)
}

function printRows(rows: readonly Row[]): void {
  const columns = Object.keys(rows[0] ?? {})
  if (columns.length === 0) return
  const cells = [
    columns,
    ...rows.slice(0, SHOWN_ROWS).map((row) => columns.map((column) => cell(row[column]))),
  ]
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)))
  for (const line of cells)
    console.log(
      line
        .map((text, index) => text.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  if (rows.length > SHOWN_ROWS) console.log(`… ${rows.length - SHOWN_ROWS} more rows`)
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '—'
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
