import { chownSync, copyFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import type { Lab } from '../../src/lab/index.ts'
import type { TargetSpec } from '../../src/model/environment.ts'

const LOOK_MS = 5
const REJECT = 'local all all reject\nhost all all all reject\nhost replication all all reject\n'

type Postgres = Extract<TargetSpec, { kind: 'postgres' }>

/**
 * The least that recovers the lab safely: the fence of scripts/postgres/fence.ts and its proof, the promotion, the edge, and orders
 * until one is taken. No check, no record, no question, no process of its own: the floor.
 */
export async function recoverBarely(lab: Lab): Promise<void> {
  const targets = await lab.targets()
  const [old, heir, edge] = ['orders-db.primary', 'orders-db.standby', 'edge.router'].map(
    (name) => targets[name],
  )
  if (old?.kind !== 'postgres' || heir?.kind !== 'postgres' || edge?.kind !== 'edge')
    throw new Error('the lab has other targets than expected')
  const password = lab.secrets()['LAB_ORDERS_DB_PASSWORD'] ?? ''
  fence(old)
  await proveFence(old, password)
  await promote(heir, password)
  await fetch(`${edge.admin}/route`, { method: 'PUT', body: JSON.stringify({ region: heir.region }) })
  for (let number = 1; !(await placesOrder(edge.url, number)); number += 1) await delay(LOOK_MS)
}

function fence({ dataDirectory: data = '' }: Postgres): void {
  const { uid, gid } = statSync(data)
  copyFileSync(path.join(data, 'pg_hba.conf'), path.join(data, 'pg_hba.conf.before-fence'))
  const files = { '../FENCED': 'fenced by the benchmark\n', 'standby.signal': '', 'pg_hba.conf': REJECT }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(path.join(data, name), text)
    chownSync(path.join(data, name), uid, gid)
  }
}

async function proveFence(old: Postgres, password: string): Promise<void> {
  const refusal: unknown = await connect(old, password).then(
    (client) => client.end(),
    (error: unknown) => error,
  )
  const isProof =
    typeof refusal === 'object' && refusal !== null && 'code' in refusal && refusal.code === 'ECONNREFUSED'
  if (!isProof) throw new Error(`the fence is not proved: ${String(refusal)}`)
}

async function promote(heir: Postgres, password: string): Promise<void> {
  const client = await connect(heir, password)
  await client.query(`alter system set synchronous_standby_names = ''`)
  await client.query('select pg_reload_conf(), pg_promote(wait => false)')
  await client.end()
}

async function connect({ host, port, database, user }: Postgres, password: string): Promise<Client> {
  const client = new Client({ host, port, database, user, password })
  await client.connect()
  return client
}

async function placesOrder(url: string, number: number): Promise<boolean> {
  const order = { id: `bench-${Date.now()}-${number}`, item: 'bench', quantity: 1 }
  const answer = await fetch(`${url}/orders`, { method: 'POST', body: JSON.stringify(order) })
  await answer.text()
  return answer.status === 201
}
