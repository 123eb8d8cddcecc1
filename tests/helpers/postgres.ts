import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from 'pg'
import { databaseAccount, giveTo } from '../../src/lab/account.ts'
import { postgresBinaries } from '../../src/lab/binaries.ts'
import { asAccount, cleanEnvironment, runOrThrow } from '../../src/lab/commands.ts'
import { freePorts } from '../../src/lab/ports.ts'
import { until } from './processes.ts'

export type Database = {
  port: number
  query: (text: string) => Promise<Record<string, unknown>[]>
  end: () => Promise<void>
}

/** One small PostgreSQL, trusting whoever connects from this machine; for tests of sql fences. */
export async function startPostgres(): Promise<Database> {
  const folder = mkdtempSync(path.join(tmpdir(), 'drillbook-pg-'))
  chmodSync(folder, 0o711)
  const account = databaseAccount()
  const data = path.join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  giveTo(account, data)
  const bin = await postgresBinaries(path.join(folder, 'binaries'), account)
  const format = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
  await runOrThrow(
    path.join(bin, 'initdb'),
    ['-D', data, '-U', 'tester', '--auth=trust', ...format, '--no-sync', '--no-instructions'],
    { account, cwd: data },
  )
  const [port = 0] = await freePorts(1)
  appendFileSync(
    path.join(data, 'postgresql.conf'),
    `\nport = ${port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\nshared_buffers = 16MB\ndynamic_shared_memory_type = mmap\nio_method = sync\n`,
  )
  const server = spawn(path.join(bin, 'postgres'), ['-D', data], {
    ...asAccount(account),
    cwd: data,
    env: cleanEnvironment(),
    stdio: 'ignore',
  })
  const query = async (text: string): Promise<Record<string, unknown>[]> => {
    const client = new Client({ host: '127.0.0.1', port, user: 'tester', database: 'postgres' })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(text)).rows
    } finally {
      await client.end()
    }
  }
  await until('PostgreSQL answers', () =>
    query('select 1').then(
      () => true,
      () => false,
    ),
  )
  const end = async (): Promise<void> => {
    server.kill('SIGQUIT')
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
    rmSync(folder, { recursive: true, force: true })
  }
  return { port, query, end }
}

/** The plan's files for a service with this database as its only target. */
export function planWith(port: number): Record<string, string> {
  return {
    'docs/plan/services.yaml': `services:
  shop:
    title: Shop
    description: What the tests recover.
    tier: 1
    owner: dba
    objective: { rto: 15m, rpo: 0s, approvedBy: ada, approvedAt: 2026-10-05 }
    targets: { db: postgres }
`,
    'docs/plan/environments.yaml': `default: plain
environments:
  plain:
    title: Plain
    protected: false
    targets:
      shop.db: { kind: postgres, host: 127.0.0.1, port: ${port}, database: postgres, user: tester, region: here }
`,
  }
}
