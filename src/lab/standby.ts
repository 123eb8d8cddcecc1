import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import { z } from 'zod'
import { giveTo } from './account.ts'
import { runOrThrow } from './commands.ts'
import { otherRegion, type Region } from './options.ts'
import { connectAdmin, DATABASE, slotName, startPostgres } from './postgres.ts'
import type { LabState } from './state.ts'

const POLL_MS = 20
const STREAMING_TIMEOUT_MS = 30_000

/** Left out of a base backup: the primary's own process, connections and slots, and its WAL, which is streamed. */
const EMPTY = ['pg_replslot', 'pg_wal', 'pg_dynshmem', 'pg_stat_tmp']
const NOT_COPIED = new Set(['postmaster.pid', 'postmaster.opts', ...EMPTY])

const backupStopped = z.object({ labelfile: z.string() })
const replication = z.object({ state: z.string(), sync_state: z.string() })

/** Roles, database and table, and the slot that keeps WAL for the standby from now on. */
export async function createOrdersDatabase(state: LabState, primary: Region): Promise<void> {
  const maintenance = await connectAdmin(state, primary, 'postgres')
  try {
    const { LAB_REPLICATION_PASSWORD: replicator, LAB_ORDERS_APP_PASSWORD: app } = state.secrets
    await maintenance.query(
      `create role replicator login replication password ${maintenance.escapeLiteral(replicator)}`,
    )
    await maintenance.query(`create role orders_app login password ${maintenance.escapeLiteral(app)}`)
    await maintenance.query(`create database ${DATABASE}`)
    const slot = maintenance.escapeLiteral(slotName(otherRegion(primary)))
    await maintenance.query(`select pg_create_physical_replication_slot(${slot}, true)`)
  } finally {
    await maintenance.end()
  }
  const orders = await connectAdmin(state, primary, DATABASE)
  try {
    await orders.query(`
      create table orders (
        id text primary key,
        item text not null,
        quantity integer not null check (quantity > 0),
        region text not null,
        created_at timestamptz not null default clock_timestamp()
      );
      revoke all on database ${DATABASE} from public;
      grant connect on database ${DATABASE} to orders_app;
      grant select, insert, update, delete on orders to orders_app`)
  } finally {
    await orders.end()
  }
}

/** A standby from a base backup by the low-level API: start, copy the files of the running primary, stop. */
export async function createStandby(
  directory: string,
  state: LabState,
  standby: Region,
  signal: AbortSignal,
): Promise<void> {
  const primary = otherRegion(standby)
  const client = await connectAdmin(state, primary, 'postgres')
  try {
    await client.query(`select pg_backup_start('standby in ${standby}', true)`)
    await copyData(state, primary, standby, signal)
    const stopped = await client.query('select labelfile from pg_backup_stop(false)')
    const { labelfile } = backupStopped.parse(stopped.rows[0])
    await finishStandby(state, standby, labelfile)
  } finally {
    await client.end()
  }
  await startPostgres(directory, state, standby, signal)
}

async function copyData(state: LabState, from: Region, to: Region, signal: AbortSignal): Promise<void> {
  const { account } = state
  const source = state.nodes[from].dataDirectory
  const target = state.nodes[to].dataDirectory
  const fresh = EMPTY.map((name) => join(target, name))
  for (const folder of [target, ...fresh]) await mkdir(folder, { mode: 0o700 })
  giveTo(account, target, ...fresh)
  const entries = (await readdir(source)).filter((entry) => !NOT_COPIED.has(entry))
  await runOrThrow('cp', ['-a', ...entries.map((entry) => join(source, entry)), target], {
    account,
    cwd: target,
    signal,
  })
}

async function finishStandby(state: LabState, standby: Region, label: string): Promise<void> {
  const { dataDirectory } = state.nodes[standby]
  for (const [name, text] of [
    ['backup_label', label],
    ['standby.signal', ''],
  ] as const) {
    await writeFile(join(dataDirectory, name), text, { mode: 0o600 })
    giveTo(state.account, join(dataDirectory, name))
  }
}

/** From here on a commit waits for the standby, when that is what the lab was asked for. */
export async function requireStandby(state: LabState, primary: Region, signal: AbortSignal): Promise<void> {
  const client = await connectAdmin(state, primary, 'postgres')
  try {
    await untilReplicating(client, ({ state }) => state === 'streaming', signal)
    if (state.options.synchronousCommit === 'async') return
    await client.query(`alter system set synchronous_standby_names = '"${otherRegion(primary)}"'`)
    await client.query('select pg_reload_conf()')
    await untilReplicating(client, ({ sync_state: role }) => role === 'sync', signal)
  } finally {
    await client.end()
  }
}

async function untilReplicating(
  client: Client,
  reached: (row: z.infer<typeof replication>) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + STREAMING_TIMEOUT_MS
  for (;;) {
    const { rows } = await client.query('select state, sync_state from pg_stat_replication')
    if (z.array(replication).parse(rows).some(reached)) return
    if (performance.now() > deadline)
      throw new Error('the standby did not connect to the primary within 30 s')
    await delay(POLL_MS, undefined, { signal })
  }
}
