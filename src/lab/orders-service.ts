import type { IncomingMessage, ServerResponse } from 'node:http'
import { DatabaseError, Pool, type PoolClient } from 'pg'
import { z } from 'zod'
import { order, type Order, type ServiceHealth, type WriteAnswer } from './answer.ts'
import { close, listen, readBody, reply, serve } from './service.ts'

export const ordersConfig = z.strictObject({
  region: z.string(),
  port: z.int(),
  database: z.strictObject({
    port: z.int(),
    database: z.string(),
    user: z.string(),
    password: z.string(),
  }),
})
type OrdersConfig = z.infer<typeof ordersConfig>

const POOL_SIZE = 40
const READ_POOL_SIZE = 8
const CONNECT_TIMEOUT_MS = 800
/** After this the customer is told that it is not known yet; the commit itself goes on waiting. */
const COMMIT_PATIENCE_MS = 1500
const PAGE = 20_000

const READ_ONLY = '25006'

const storedOrder = order.extend({ region: z.string(), created_at: z.date() })
const idRow = z.object({ id: z.string() })
const recoveryRow = z.object({ standby: z.boolean() })

/** `xmax = 0` tells a new row from a repeated one; the repeat writes too, so that its commit also waits for the standby. */
const INSERT = `insert into orders (id, item, quantity, region) values ($1, $2, $3, $4)
  on conflict (id) do update set id = excluded.id
  returning id, item, quantity, region, created_at, xmax = 0 as inserted`

type Stored = { status: number; body: WriteAnswer & { order?: unknown } }

/** Takes orders for one region, on that region's database. */
export async function startOrdersService(config: OrdersConfig): Promise<{ close: () => Promise<void> }> {
  const pools = { writes: openPool(config, POOL_SIZE), reads: openPool(config, READ_POOL_SIZE) }
  const server = await listen(config.port, (request, response) => {
    handle(config, pools, request, response).catch((error: unknown) => {
      reply(response, 503, { outcome: 'indeterminate', reason: messageOf(error) })
    })
  })
  return {
    async close() {
      await close(server)
      // A commit that waits for its standby would hold this up for ever.
      void pools.writes.end()
      void pools.reads.end()
    },
  }
}

/** Reads have connections of their own: they work while every write waits for a standby that is gone. */
type Pools = { writes: Pool; reads: Pool }

function openPool(config: OrdersConfig, max: number): Pool {
  const pool = new Pool({
    host: '127.0.0.1',
    ...config.database,
    ssl: false,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    application_name: `orders-${config.region}`,
  })
  // A database that dies drops its idle connections; the pool replaces them when it is back.
  return pool.on('error', ignore)
}

async function handle(
  config: OrdersConfig,
  { writes, reads }: Pools,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://orders')
  const id = /^\/orders\/([^/]+)$/.exec(url.pathname)?.[1]
  if (request.method === 'POST' && url.pathname === '/orders') {
    const parsed = order.safeParse(await readBody(request))
    if (!parsed.success)
      return reply(response, 400, { outcome: 'failed', reason: z.prettifyError(parsed.error) })
    const { status, body } = await place(config, writes, parsed.data)
    return reply(response, status, body)
  }
  if (request.method !== 'GET')
    return reply(response, 405, { outcome: 'failed', reason: 'expected GET or POST' })
  if (url.pathname === '/health') return health(config, reads, response)
  if (url.pathname === '/orders') return listIds(reads, url.searchParams.get('ids_after') ?? '', response)
  if (id !== undefined) return findOrder(reads, id, response)
  return reply(response, 404, { outcome: 'failed', reason: `unknown address ${url.pathname}` })
}

/** 201 (200 for a repeated id): committed as configured. 202: not known. 503: certainly not stored. */
async function place(config: OrdersConfig, pool: Pool, wanted: Order): Promise<Stored> {
  let client: PoolClient
  try {
    client = await pool.connect()
  } catch (error) {
    const saturated = pool.totalCount >= POOL_SIZE && pool.idleCount === 0
    const what = saturated ? `all ${POOL_SIZE} connections wait for their commits` : 'database unreachable'
    return { status: 503, body: { outcome: 'failed', reason: `${what}: ${messageOf(error)}` } }
  }
  const committed = commit(config, client, wanted)
  const patience = Promise.withResolvers<Stored>()
  const timer = setTimeout(() => {
    patience.resolve(unknown('the commit is still waiting, most likely for the standby'))
  }, COMMIT_PATIENCE_MS)
  return Promise.race([committed, patience.promise]).finally(() => clearTimeout(timer))
}

/** Without a listener, a connection that breaks while it is lent would end this process. */
function ignore(): void {}

async function commit(config: OrdersConfig, client: PoolClient, wanted: Order): Promise<Stored> {
  const warnings: string[] = []
  const onNotice = (notice: { message?: string | undefined }): void => {
    warnings.push(notice.message ?? 'a notice without text')
  }
  client.on('notice', onNotice).on('error', ignore)
  let broken: Error | undefined
  try {
    const { rows } = await client.query(INSERT, [wanted.id, wanted.item, wanted.quantity, config.region])
    // PostgreSQL reports a commit whose wait for the standby was cancelled as success with a warning.
    if (warnings.length > 0) return unknown(`committed with a warning: ${warnings.join('; ')}`)
    const row = storedOrder.extend({ inserted: z.boolean() }).parse(rows[0])
    const { inserted, ...stored } = row
    return { status: inserted ? 201 : 200, body: { outcome: 'acknowledged', order: stored } }
  } catch (error) {
    const judged = judge(error)
    if (!isRolledBack(error)) broken = error instanceof Error ? error : new Error(String(error))
    return judged
  } finally {
    client.off('notice', onNotice).off('error', ignore)
    client.release(broken)
  }
}

function unknown(reason: string): Stored {
  return { status: 202, body: { outcome: 'indeterminate', reason } }
}

/** An ERROR rolled the statement back. FATAL, or a connection that broke, may have come after the commit. */
function isRolledBack(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && error.severity === 'ERROR'
}

function judge(error: unknown): Stored {
  if (!isRolledBack(error)) return unknown(`the database did not confirm the commit: ${messageOf(error)}`)
  const reason = error.code === READ_ONLY ? 'read-only: this region is the standby' : error.message
  return { status: 503, body: { outcome: 'failed', reason } }
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

async function health(config: OrdersConfig, pool: Pool, response: ServerResponse): Promise<void> {
  const { region } = config
  try {
    const { rows } = await pool.query('select pg_is_in_recovery() as standby')
    const role = recoveryRow.parse(rows[0]).standby ? 'standby' : 'primary'
    reply(response, 200, { region, role, database: 'reachable' } satisfies ServiceHealth)
  } catch (error) {
    reply(response, 503, {
      region,
      database: 'unreachable',
      reason: messageOf(error),
    } satisfies ServiceHealth)
  }
}

async function findOrder(pool: Pool, id: string, response: ServerResponse): Promise<void> {
  const { rows } = await pool.query(
    'select id, item, quantity, region, created_at from orders where id = $1',
    [id],
  )
  if (rows.length === 0) return reply(response, 404, { outcome: 'failed', reason: `no order ${id}` })
  return reply(response, 200, storedOrder.parse(rows[0]))
}

/** Pages by primary key: an order that was stored before the first page was asked for is on one of them. */
async function listIds(pool: Pool, after: string, response: ServerResponse): Promise<void> {
  const { rows } = await pool.query('select id from orders where id > $1 order by id limit $2', [after, PAGE])
  const ids = z
    .array(idRow)
    .parse(rows)
    .map(({ id }) => id)
  const next = ids.length === PAGE ? ids.at(-1) : undefined
  reply(response, 200, { ids, ...(next === undefined ? {} : { next }) })
}

if (import.meta.main) await serve(ordersConfig, async (config) => (await startOrdersService(config)).close)
