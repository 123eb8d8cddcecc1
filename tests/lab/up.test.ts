import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { query } from '../../src/lab/postgres.ts'
import { runOrThrow } from '../../src/lab/commands.ts'
import { down, names, open, up, type Lab } from '../../src/lab/index.ts'
import { identify } from '../../src/lab/processes.ts'
import { readState, type LabState } from '../../src/lab/state.ts'
import { OperatorError } from '../../src/model/problem.ts'
import { accepts, labRoot, options, portsOf, processesOf, quiet, until } from './support.ts'

const FIXTURE = fileURLToPath(new URL('fixtures/lab.ts', import.meta.url))

void test('up starts everything; status finds it healthy; down leaves no process, no port and no file', async (t) => {
  const root = labRoot(t)
  const lab = await up(options(), quiet)
  await lab.canary.waitUntilSteady({ timeoutMs: 20_000 })

  const health = await lab.health()
  assert.equal(health.healthy, true, JSON.stringify(health, undefined, 2))
  assert.deepEqual(
    health.nodes.map(({ role }) => role),
    ['primary', 'standby'],
  )
  assert.equal(health.replication[0]?.syncState, 'sync')
  assert.equal(health.canary?.failed, 0)
  const ports = portsOf(lab)
  assert.deepEqual(
    await Promise.all(ports.map(accepts)),
    ports.map(() => true),
  )
  assert.ok(processesOf(root).length > 10)

  await down('test', quiet)
  assert.deepEqual(processesOf(root), [])
  assert.deepEqual(
    await Promise.all(ports.map(accepts)),
    ports.map(() => false),
  )
  assert.deepEqual(readdirSync(root), [])
  await assert.rejects(down('test', quiet), /there is no lab 'test'/)
})

void test('up again keeps what runs and starts what stopped; down needs neither state nor records', async (t) => {
  const root = labRoot(t)
  const lab = await up(options(), quiet)
  const before = await lab.health()
  const said: string[] = []
  const again = await up(options(), (line) => said.push(line))
  assert.equal(said.length, 0)
  const pids = async (): Promise<unknown[]> => {
    const { nodes, services } = await again.health()
    return [...nodes, ...services].map(({ pid }) => pid)
  }
  assert.deepEqual(
    await pids(),
    [...before.nodes, ...before.services].map(({ pid }) => pid),
  )

  const edge = before.services.find(({ part }) => part === 'edge')?.pid ?? 0
  process.kill(edge, 'SIGKILL')
  await until('the edge is gone', () => identify(edge) === undefined)
  await up(options(), (line) => said.push(line))
  assert.deepEqual(said, ['edge was stopped and is started again'])
  await lab.canary.waitUntilSteady({ timeoutMs: 20_000 })

  await assert.rejects(up(options({ delayMs: 1 }), quiet), (error) => {
    assert.ok(error instanceof OperatorError)
    assert.equal(error.exit, 'refused')
    assert.match(
      error.message,
      /already up with other options: delayMs 25, not 1\n.*npm run lab -- down --name test\)/,
    )
    return true
  })

  await rebuildByHand(lab)
  await until('the standby follows again', async () => (await lab.health()).healthy)
  assert.equal((await lab.health()).nodes[1]?.role, 'standby')

  // It streams all the same, and acknowledged orders would be lost with the primary.
  await query(lab.state, 'eu-west', 'postgres', `alter system set synchronous_standby_names = ''`)
  await query(lab.state, 'eu-west', 'postgres', 'select pg_reload_conf()')
  await until('a lab whose commits wait for nobody is not whole', async () => !(await lab.health()).healthy)
  assert.equal((await lab.health()).replication[0]?.state, 'streaming')

  // Nothing but the processes themselves is left to find them by.
  writeFileSync(join(root, 'test/lab.json'), '{"version":1,"pha')
  rmSync(join(root, 'test/processes'), { recursive: true })
  await down('test', quiet)
  assert.deepEqual(processesOf(root), [])
})

/** What a runbook's script does to a standby: stops it, moves its data aside, and starts other data in its place. */
async function rebuildByHand({ state, nodes }: Lab): Promise<void> {
  const { dataDirectory, directory } = nodes['us-east']
  const aside = `${dataDirectory}.diverged-1`
  const context = { account: state.account, cwd: directory }
  const control = async (...words: string[]): Promise<void> =>
    runOrThrow(join(state.binDirectory, 'pg_ctl'), ['-D', dataDirectory, ...words], context)
  await control('stop', '-m', 'immediate')
  renameSync(dataDirectory, aside)
  await assert.rejects(up(options(), quiet), /the node in us-east has no data directory/)
  await runOrThrow('cp', ['-a', aside, dataDirectory], context)
  await control('start', '-l', join(directory, 'by-hand.log'))
}

void test('two labs run side by side; of two starts at the same time one finds the lab of the other', async (t) => {
  const root = labRoot(t)
  const said: string[] = []
  const [one, two, same] = await Promise.all([
    up(options({ name: 'one' }), quiet),
    up(options({ name: 'two' }), quiet),
    up(options({ name: 'two' }), (line) => said.push(line)),
  ])
  assert.deepEqual(two.state, same.state)
  assert.equal(said[0], 'another command is working on this lab; waiting for it to end')
  assert.equal(new Set([...portsOf(one), ...portsOf(two)]).size, portsOf(one).length * 2)
  assert.deepEqual(names().sort(), ['one', 'two'])

  await down('one', quiet)
  assert.deepEqual(processesOf(join(root, 'one')), [])
  await two.canary.waitUntilSteady({ timeoutMs: 20_000 })
  assert.equal((await two.health()).healthy, true)
})

/** Resolves when the command says something. */
async function says(child: ChildProcess, text: string): Promise<void> {
  assert.ok(child.stderr !== null)
  for await (const line of createInterface({ input: child.stderr })) if (line.includes(text)) return
  throw new Error(`the command ended without saying '${text}'`)
}

const moments: { title: string; reached: (child: ChildProcess, directory: string) => Promise<void> }[] = [
  {
    title: 'its folder appears',
    reached: async (_, directory) => until('folder', () => existsSync(directory)),
  },
  {
    title: 'the first service is recorded',
    reached: async (_, directory) => until('record', () => list(join(directory, 'processes')).length > 0),
  },
  {
    title: 'the cluster is being created',
    reached: async (_, directory) => until('cluster', () => existsSync(join(directory, 'eu-west/data'))),
  },
  { title: 'the primary runs', reached: async (child) => says(child, 'PostgreSQL primary') },
  {
    title: 'the standby is being copied',
    reached: async (_, directory) => until('standby', () => existsSync(join(directory, 'us-east/data'))),
  },
]

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

for (const { title, reached } of moments) {
  void test(`up interrupted when ${title} leaves nothing`, async (t) => {
    const root = labRoot(t)
    const child = spawn(process.execPath, [FIXTURE, 'up', '--name', 'test'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const ended = once(child, 'exit')
    await reached(child, join(root, 'test'))
    child.kill('SIGTERM')
    child.stderr.resume()
    assert.deepEqual(await ended, [130, null])
    assert.deepEqual(processesOf(root), [])
    assert.deepEqual(readdirSync(root), [])
  })
}

async function killed(): Promise<void> {
  const child = spawn(process.execPath, [FIXTURE, 'up', '--name', 'test'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await says(child, 'PostgreSQL primary')
  child.kill('SIGKILL')
  await once(child, 'exit')
}

void test('what a killed up leaves is no lab; up starts over, and down removes it', async (t) => {
  const root = labRoot(t)
  await killed()
  assert.equal(await open('test'), undefined)
  assert.notDeepEqual(processesOf(root), [])
  const said: string[] = []
  await up(options(), (line) => said.push(line))
  assert.equal(said[0], 'removing what an interrupted start left behind')
  await down('test', quiet)
  assert.deepEqual(processesOf(root), [])

  await killed()
  await down('test', quiet)
  assert.deepEqual(processesOf(root), [])
  assert.deepEqual(readdirSync(root), [])
})

/** Takes a port of the lab that is being started before the lab itself can listen on it. */
async function take(directory: string, choose: (state: LabState) => number): Promise<Server> {
  let state: LabState | undefined
  await until('the ports are chosen', () => (state = readState(directory)) !== undefined)
  assert.ok(state !== undefined)
  const server = createServer().listen(choose(state), '127.0.0.1')
  await once(server, 'listening')
  return server
}

void test('ports that are taken in between are chosen again', async (t) => {
  const root = labRoot(t)
  const directory = join(root, 'test')
  const restarted = Promise.withResolvers<void>()
  const said: string[] = []
  const starting = up(options(), (line) => {
    if (line.includes('was taken in between')) restarted.resolve()
    said.push(line)
  })
  const edge = await take(directory, ({ edge }) => edge.port)
  await restarted.promise
  const database = await take(directory, ({ nodes }) => nodes['eu-west'].postgresPort)
  const lab = await starting
  for (const server of [edge, database]) server.close()
  assert.equal(said.filter((line) => line.includes('was taken in between')).length, 2)
  await lab.canary.waitUntilSteady({ timeoutMs: 20_000 })
})

void test('a folder that is not a lab is never removed', async (t) => {
  const root = labRoot(t)
  mkdirSync(join(root, 'precious'))
  writeFileSync(join(root, 'precious/thesis'), 'x')
  await assert.rejects(down('precious', quiet), /is not a lab, and is left as it is/)
  await assert.rejects(up(options({ name: 'precious' }), quiet), /is not a lab, and is left as it is/)
  assert.deepEqual(names(), [])
  assert.ok(existsSync(join(root, 'precious/thesis')))
})
