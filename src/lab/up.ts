import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OperatorError } from '../model/problem.ts'
import { databaseAccount, requireReachable } from './account.ts'
import { postgresBinaries } from './binaries.ts'
import { demolish } from './demolish.ts'
import { inLabFolder, startCause } from './folder.ts'
import { labOf, type Lab } from './lab.ts'
import { withLock } from './lock.ts'
import {
  HOME_REGION,
  labOptions,
  otherRegion,
  REGIONS,
  stateDirectory,
  stateRoot,
  type LabOptions,
  namedRoot,
} from './options.ts'
import { labParts, startPart } from './parts.ts'
import { freePorts, PortTaken } from './ports.ts'
import { createCluster, prepareNode, startPostgres } from './postgres.ts'
import { repair } from './repair.ts'
import { createOrdersDatabase, createStandby, requireStandby } from './standby.ts'
import { labPaths, readState, writeState, type LabState } from './state.ts'

const PORT_ATTEMPTS = 3

/** The lab, running: a new one, or the one that is there with whatever had stopped started again. */
export async function up(
  options: LabOptions,
  report: (line: string) => void,
  signal?: AbortSignal,
): Promise<Lab> {
  const wanted = labOptions.parse(options)
  return await inLabFolder(() => start(wanted, report, signal))
}

async function start(
  wanted: LabOptions,
  report: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<Lab> {
  const directory = stateDirectory(wanted.name)
  prepareRoot()
  const work = async (): Promise<Lab> => {
    const present = readState(directory)
    if (present?.phase === 'up') return repair(directory, present, wanted, report, signal)
    if (existsSync(directory)) {
      report('removing what an interrupted start left behind')
      await demolish(directory)
    }
    return create(directory, wanted, report, signal)
  }
  return withLock(directory, report, work, signal)
}

/** The folder of all labs belongs to this account alone; others may only pass through one that is made here. */
function prepareRoot(): void {
  const root = stateRoot()
  if (mkdirSync(root, { recursive: true }) !== undefined) chmodSync(root, 0o711)
  const uid = [namedRoot(), root]
    .map((folder) => lstatSync(folder).uid)
    .find((id) => id !== process.getuid?.())
  if (uid === undefined) return
  throw new OperatorError('refused', {
    message: `${namedRoot()} belongs to another account (uid ${uid})`,
    hint: 'Set DRILLBOOK_LAB to a folder of your own.',
  })
}

async function create(
  directory: string,
  options: LabOptions,
  report: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<Lab> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await build(directory, options, report, signal)
    } catch (error) {
      // First of all, because the logs that tell of it are removed with the rest.
      const cause = startCause(directory, error)
      await demolish(directory)
      signal?.throwIfAborted()
      if (!(cause instanceof PortTaken) || attempt === PORT_ATTEMPTS) throw cause
      report(`port ${cause.port} was taken in between; starting again with other ports`)
    }
  }
}

async function build(
  directory: string,
  options: LabOptions,
  report: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<Lab> {
  signal?.throwIfAborted()
  const state = await plan(directory, options, signal)
  writeState(directory, state)
  // One failure, or the operator, ends every branch before anything is taken down.
  const failure = new AbortController()
  const scope = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal])
  const branches = [
    startDatabases(directory, state, report, scope),
    ...labParts(directory, state).map(async (part) => startPart(directory, part, scope)),
  ]
  for (const branch of branches) branch.catch((error: unknown) => failure.abort(error))
  const results = await Promise.allSettled(branches)
  signal?.throwIfAborted()
  if (results.some(({ status }) => status === 'rejected')) throw failure.signal.reason
  const lab = labOf(directory, { ...state, phase: 'up' })
  await lab.canary.restartLedger()
  writeState(directory, lab.state)
  report(`the canary places ${options.writesPerSecond} orders a second`)
  return lab
}

async function plan(
  directory: string,
  options: LabOptions,
  signal: AbortSignal | undefined,
): Promise<LabState> {
  const account = databaseAccount()
  const paths = labPaths(directory)
  mkdirSync(directory)
  writeFileSync(paths.marker, 'A lab of Drillbook; `npm run lab -- down` removes this folder.\n')
  chmodSync(directory, 0o711)
  for (const folder of [paths.processes, paths.config, paths.logs, paths.ledgers])
    mkdirSync(folder, { mode: 0o700 })
  requireReachable(directory, account)
  const ports = await freePorts(9)
  const port = (): number => ports.pop() ?? 0
  const node = (region: (typeof REGIONS)[number]) => ({
    postgresPort: port(),
    replicationPort: port(),
    ordersPort: port(),
    directory: paths.node(region),
    dataDirectory: join(paths.node(region), 'data'),
  })
  return {
    version: 1,
    phase: 'starting',
    options,
    createdAt: new Date().toISOString(),
    account,
    binDirectory: await postgresBinaries(paths.binaries, account, signal),
    nodes: { 'eu-west': node('eu-west'), 'us-east': node('us-east') },
    edge: { port: port(), adminPort: port() },
    canary: { port: port() },
    secrets: {
      LAB_ORDERS_DB_PASSWORD: newPassword(),
      LAB_ORDERS_APP_PASSWORD: newPassword(),
      LAB_REPLICATION_PASSWORD: newPassword(),
    },
  }
}

/** 192 random bits, without characters that any configuration file would have to quote. */
function newPassword(): string {
  return randomBytes(24).toString('base64url')
}

async function startDatabases(
  directory: string,
  state: LabState,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const standby = otherRegion(HOME_REGION)
  for (const region of REGIONS) prepareNode(state, region)
  await createCluster(state, HOME_REGION, signal)
  await startPostgres(directory, state, HOME_REGION, signal)
  report(`PostgreSQL primary in ${HOME_REGION}`)
  await createOrdersDatabase(state, HOME_REGION)
  await createStandby(directory, state, standby, signal)
  await requireStandby(state, HOME_REGION, signal)
  report(
    `standby in ${standby}, ${state.options.delayMs} ms away, replication ${state.options.synchronousCommit}`,
  )
}
