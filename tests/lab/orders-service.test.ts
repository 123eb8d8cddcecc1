import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { z } from 'zod'
import { idPage, writeAnswer, type WriteAnswer } from '../../src/lab/answer.ts'
import { findFault } from '../../src/drill/faults/index.ts'
import { up, type Lab } from '../../src/lab/index.ts'
import { labRoot, options, promote, quiet, until, withDatabase } from './support.ts'

const stored = z.object({ id: z.string(), item: z.string(), quantity: z.int() })
type Answer = { status: number; body: WriteAnswer & { order?: unknown } }

async function place(address: string, order: unknown): Promise<Answer> {
  const answer = await fetch(`${address}/orders`, { method: 'POST', body: JSON.stringify(order) })
  return { status: answer.status, body: writeAnswer.loose().parse(await answer.json()) }
}

async function regions(lab: Lab): Promise<{ primary: string; standby: string }> {
  const { 'orders.primary': primary, 'orders.standby': standby } = await lab.targets()
  assert.ok(primary?.kind === 'http' && standby?.kind === 'http')
  return { primary: primary.url, standby: standby.url }
}

async function step(t: TestContext, title: string, work: () => Promise<void>): Promise<void> {
  await t.test(title, work)
}

void test('the orders service, through an outage of its standby and of its database', async (t) => {
  labRoot(t)
  const lab = await up(options({ delayMs: 1, writesPerSecond: 1 }), quiet)
  const { primary, standby } = await regions(lab)
  const order = { id: 'order-1', item: 'lamp', quantity: 2 }

  await step(t, 'stores an order once, however often it is sent', async () => {
    const first = await place(primary, order)
    assert.deepEqual([first.status, first.body.outcome], [201, 'acknowledged'])
    const again = await place(primary, { ...order, item: 'sofa', quantity: 9 })
    assert.deepEqual([again.status, again.body.outcome], [200, 'acknowledged'])
    assert.deepEqual(again.body.order, first.body.order)
    assert.deepEqual(stored.parse(await (await fetch(`${primary}/orders/order-1`)).json()), order)
    assert.equal((await fetch(`${primary}/orders/order-2`)).status, 404)
  })

  for (const wrong of [
    {},
    { ...order, quantity: 0 },
    { ...order, quantity: 1.5 },
    { ...order, id: '../x' },
    'order',
    null,
  ]) {
    await step(t, `refuses ${JSON.stringify(wrong)}`, async () => {
      const { status, body } = await place(primary, wrong)
      assert.deepEqual([status, body.outcome], [400, 'failed'])
    })
  }

  await step(t, 'lists ids after a given one', async () => {
    await place(primary, { ...order, id: 'order-3' })
    const page = idPage.parse(await (await fetch(`${primary}/orders?ids_after=order-1`)).json())
    assert.deepEqual(page, { ids: ['order-3'] })
  })

  await step(t, 'of the standby says that it is read-only, and does not store', async () => {
    const { status, body } = await place(standby, { ...order, id: 'order-4' })
    assert.deepEqual([status, body.outcome], [503, 'failed'])
    assert.match(body.reason ?? '', /read-only/)
    assert.deepEqual(await (await fetch(`${standby}/health`)).json(), {
      region: 'us-east',
      role: 'standby',
      database: 'reachable',
    })
  })

  await step(t, 'does not acknowledge while no standby follows; reads go on', async () => {
    await findFault('replication-cut').inject(lab, 'orders-db.primary')
    const waiting = await place(primary, { ...order, id: 'order-5' })
    assert.deepEqual([waiting.status, waiting.body.outcome], [202, 'indeterminate'])
    assert.match(waiting.body.reason ?? '', /waiting/)
    assert.equal((await fetch(`${primary}/orders/order-1`)).status, 200)
  })

  await step(t, 'does not acknowledge a commit whose wait was cancelled', async () => {
    let answered = false
    const answer = place(primary, { ...order, id: 'order-6' }).finally(() => (answered = true))
    await withDatabase(lab, 'eu-west', async (client) => {
      const cancel = `select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'`
      await until('the waiting commit is cancelled', async () => {
        await client.query(cancel)
        return answered
      })
    })
    const { status, body } = await answer
    assert.deepEqual([status, body.outcome], [202, 'indeterminate'])
    assert.match(body.reason ?? '', /warning: canceling wait for synchronous replication/)
  })

  await step(
    t,
    'says at once that its database is gone, and stores again by itself when it is back',
    async () => {
      await findFault('postgres-kill').inject(lab, 'orders-db.primary')
      const { status, body } = await place(primary, { ...order, id: 'order-7' })
      assert.deepEqual([status, body.outcome], [503, 'failed'])
      assert.match(body.reason ?? '', /unreachable/)
      assert.equal((await fetch(`${primary}/health`)).status, 503)
      await up(lab.options, quiet)
      await until(
        'it stores again',
        async () => (await place(primary, { ...order, id: 'order-8' })).status === 201,
      )
    },
  )

  await step(t, 'of the standby takes orders as soon as it is promoted', async () => {
    await promote(lab, 'us-east')
    assert.equal((await place(standby, { ...order, id: 'order-9' })).status, 201)
  })
})
