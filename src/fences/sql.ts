import type { Outputs } from '../model/outcome.ts'
import type { Value } from '../model/runbook.ts'
import type { FenceJob } from '../runner/ports.ts'
import type { PostgresTarget, Row } from './api.ts'
import { MISSING_OUTPUT } from './missing-output.ts'
import { connect, rowsOf } from './query.ts'
import { requireOutputs } from './sh.ts'

const SHOWN_ROWS = 40

/**
 * Executes a sql fence on its target with its parameters bound. A check or a verification holds when the first column of the first
 * row is true. A run sets the outputs that its columns are named after.
 */
export async function runSql(job: FenceJob, timeoutMs: number): Promise<Outputs> {
  const { fence } = job
  const client = await connect(targetOf(job), timeoutMs)
  try {
    const rows = await rowsOf(
      client,
      fence.code,
      fence.bind.map((name) => bound(name, job)),
    )
    if (fence.role === 'check' || fence.role === 'verify') requireTrue(rows)
    printRows(rows)
    return outputsOf(rows[0], job)
  } finally {
    await client.end()
  }
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
    throw new Error(`expected true, got ${rows.length === 0 ? 'no row' : `${column} = ${String(value)}`}`)
}

function outputsOf(row: Row | undefined, job: FenceJob): Outputs {
  const values = Object.fromEntries(
    Object.entries(row ?? {})
      .filter(([name]) => name in job.declares)
      .map(([name, value]) => [name, job.declares[name] === 'number' ? toNumber(value) : value]),
  )
  const result = requireOutputs(values, job.declares)
  if ('reason' in result) throw new Error(result.reason)
  return result.outputs
}

/** The server sends numeric and bigint as text. What is not there stays so: null is not 0. */
function toNumber(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value
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
