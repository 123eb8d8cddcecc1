import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { appendFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client, DatabaseError } from 'pg'
import { OperatorError } from '../model/problem.ts'
import { giveTo } from './account.ts'
import { asAccount, cleanEnvironment, runOrThrow } from './commands.ts'
import { otherRegion, type Region } from './options.ts'
import { PortTaken } from './ports.ts'
import { readPostmaster, removeZombieLock } from './postmaster.ts'
import { identify, writeRecord } from './processes.ts'
import { labPaths, type LabState, type NodeFacts } from './state.ts'

export const ADMIN = 'drillbook_admin'
export const DATABASE = 'orders'

const RETRY_MS = 20
const START_TIMEOUT_MS = 30_000
const STARTING_UP = '57P03'

/** A physical slot is named after the region that reads it. */
export function slotName(reader: Region): string {
  return reader.replaceAll('-', '_')
}

export function fenceFile(node: NodeFacts): string {
  return join(node.directory, 'FENCED')
}

/**
 * Settings that belong to a node and not to its data: a data directory that is re-created from the other region's
 * keeps its own port, and follows the other region whenever it holds standby.signal.
 */
function nodeSettings(state: LabState, region: Region): string {
  const node = state.nodes[region]
  const upstream = state.nodes[otherRegion(region)]
  return `# Settings of the node in ${region}; included by ${node.dataDirectory}/postgresql.conf.
cluster_name = '${region}'
listen_addresses = '127.0.0.1'
port = ${node.postgresPort}
primary_conninfo = 'host=127.0.0.1 port=${upstream.replicationPort} user=replicator passfile=''${passwordFile(node)}'' application_name=${region}'
primary_slot_name = '${slotName(region)}'
`
}

/** Settings that both nodes share, since either can be the primary. */
function clusterSettings(state: LabState): string {
  const mode = state.options.synchronousCommit
  return `include = '../node.conf'
unix_socket_directories = ''
synchronous_commit = ${mode === 'async' ? 'on' : mode}
max_connections = 80
shared_buffers = 32MB
# Nothing is left behind in /dev/shm when every process is killed at once.
dynamic_shared_memory_type = mmap
io_method = sync
max_parallel_workers = 0
max_logical_replication_workers = 0
wal_level = replica
wal_log_hints = on
max_wal_senders = 8
max_replication_slots = 8
wal_keep_size = 128MB
max_slot_wal_keep_size = 1GB
max_wal_size = 512MB
hot_standby = on
hot_standby_feedback = on
# A promotion waits for the end of this interval when the link to the primary is lost.
wal_retrieve_retry_interval = 20ms
wal_receiver_timeout = 5s
wal_sender_timeout = 5s
wal_receiver_status_interval = 1s
log_line_prefix = '%m [%p] %u@%d '
timezone = 'UTC'
`
}

const ACCESS_RULES = `# TYPE  DATABASE     USER                        ADDRESS        METHOD
host    replication  replicator,${ADMIN}  127.0.0.1/32   scram-sha-256
host    all          all                         127.0.0.1/32   scram-sha-256
`

function passwordFile(node: NodeFacts): string {
  return join(node.directory, 'replication.pgpass')
}

/** What stands outside the data directory: the node's own settings and the password of its replication. */
export function prepareNode(state: LabState, region: Region): void {
  const node = state.nodes[region]
  mkdirSync(node.directory, { recursive: true, mode: 0o700 })
  writeFileSync(join(node.directory, 'node.conf'), nodeSettings(state, region), { mode: 0o600 })
  const line = `127.0.0.1:*:*:replicator:${state.secrets.LAB_REPLICATION_PASSWORD}\n`
  writeFileSync(passwordFile(node), line, { mode: 0o600 })
  giveTo(state.account, node.directory, join(node.directory, 'node.conf'), passwordFile(node))
}

/** A new cluster. Only its creation is not synced to disk; everything it stores afterwards is. */
export async function createCluster(state: LabState, region: Region, signal: AbortSignal): Promise<void> {
  const node = state.nodes[region]
  const password = join(node.directory, 'admin.password')
  await writeFile(password, state.secrets.LAB_ORDERS_DB_PASSWORD, { mode: 0o600 })
  giveTo(state.account, password)
  const initdb = ['-D', node.dataDirectory, '-U', ADMIN, `--pwfile=${password}`, '--auth=scram-sha-256']
  const format = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
  await runOrThrow(
    join(state.binDirectory, 'initdb'),
    [...initdb, ...format, '--no-sync', '--no-instructions'],
    {
      account: state.account,
      cwd: node.directory,
      signal,
    },
  )
  await appendFile(join(node.dataDirectory, 'postgresql.conf'), `\n${clusterSettings(state)}`)
  await writeFile(join(node.dataDirectory, 'pg_hba.conf'), ACCESS_RULES)
  await rm(password)
}

/** Starts a node and waits until it answers. Refuses one that is fenced, whoever asks. */
export async function startPostgres(
  directory: string,
  state: LabState,
  region: Region,
  signal?: AbortSignal,
): Promise<void> {
  const node = state.nodes[region]
  refuseFenced(node, region)
  await removeZombieLock(node.dataDirectory)
  signal?.throwIfAborted()
  const shell = launchPostmaster(directory, state, region)
  await untilAnswering(state, region, shell, signal)
}

function refuseFenced(node: NodeFacts, region: Region): void {
  if (!existsSync(fenceFile(node))) return
  throw new OperatorError('refused', {
    message: `the database node in ${region} is fenced and is not started: ${fenceFile(node)} exists`,
    hint: 'A fenced node comes back only as a standby of the present primary: rebuild it with the runbook.',
  })
}

/**
 * A shell stands between this program and the postmaster to collect it when it dies: where PID 1 does not, a dead
 * postmaster would stay as a zombie, and PostgreSQL takes a zombie for a running server.
 */
function launchPostmaster(directory: string, state: LabState, region: Region): ChildProcess {
  const node = state.nodes[region]
  const log = openSync(join(node.directory, 'postgres.log'), 'a', 0o600)
  giveTo(state.account, join(node.directory, 'postgres.log'))
  const program = join(state.binDirectory, 'postgres')
  const shell = spawn('/bin/sh', ['-c', '"$@"; exit $?', 'sh', program, '-D', node.dataDirectory], {
    ...asAccount(state.account),
    cwd: node.directory,
    env: cleanEnvironment(),
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const identity = shell.pid === undefined ? undefined : identify(shell.pid)
  if (identity !== undefined) writeRecord(labPaths(directory).processes, `postgres-${region}`, identity)
  // A failure to start shows as an exit code too, and is told from there.
  shell.on('error', () => undefined).unref()
  return shell
}

async function untilAnswering(
  state: LabState,
  region: Region,
  shell: ChildProcess,
  signal: AbortSignal | undefined,
): Promise<void> {
  const node = state.nodes[region]
  const deadline = performance.now() + START_TIMEOUT_MS
  for (;;) {
    const ended = shell.pid === undefined || shell.exitCode !== null || shell.signalCode !== null
    if (ended || performance.now() > deadline) throw startFailure(state, region)
    if (readPostmaster(node.dataDirectory)?.process !== undefined && (await answers(state, region))) return
    await delay(RETRY_MS, undefined, { signal })
  }
}

/** Any answer of the server but "starting up" will do: it may run and rightly refuse this connection. */
async function answers(state: LabState, region: Region): Promise<boolean> {
  try {
    await query(state, region, 'postgres', 'select 1')
    return true
  } catch (error) {
    return error instanceof DatabaseError && error.code !== STARTING_UP
  }
}

function startFailure({ nodes, options, phase }: LabState, region: Region): Error {
  const log = join(nodes[region].directory, 'postgres.log')
  const last = telling(readFileSync(log, 'utf8')).slice(-8).join('\n')
  if (last.includes('Address already in use')) return new PortTaken(nodes[region].postgresPort)
  // A lab that does not come up is removed, and its log with it.
  const starting = phase === 'starting'
  const again = `npm run lab -- down --name ${options.name} removes this lab; npm run lab -- up --name ${options.name} makes a new one.`
  return new OperatorError('failed', {
    message: `PostgreSQL in ${region} did not start; the end of ${starting ? 'its log' : log}:\n${last}`,
    hint: starting ? 'What was started of the lab is removed again.' : again,
  })
}

/** Without the answers to whoever asked whether it had started, which would hide everything else. */
function telling(log: string): string[] {
  return log
    .trim()
    .split('\n')
    .filter((line) => !line.includes('the database system is starting up'))
}

export async function connectAdmin(state: LabState, region: Region, database: string): Promise<Client> {
  const client = new Client({
    host: '127.0.0.1',
    port: state.nodes[region].postgresPort,
    user: ADMIN,
    password: state.secrets.LAB_ORDERS_DB_PASSWORD,
    database,
    ssl: false,
    connectionTimeoutMillis: 2000,
    application_name: 'drillbook-lab',
  })
  // A connection that breaks while idle rejects the next query; it must not end this program.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** One statement on its own connection. Rows are for the caller to parse. */
export async function query(
  state: LabState,
  region: Region,
  database: string,
  text: string,
): Promise<Record<string, unknown>[]> {
  const client = await connectAdmin(state, region, database)
  try {
    const result = await client.query<Record<string, unknown>>(text)
    return result.rows
  } finally {
    await client.end()
  }
}
