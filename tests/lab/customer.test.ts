import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, createServer, type RequestListener } from 'node:http'
import { test } from 'node:test'
import type { Outcome } from '../../src/lab/answer.ts'
import { placeOrder, readOrder } from '../../src/lab/customer.ts'
import { freePorts } from '../../src/lab/ports.ts'

function json(status: number, body: unknown): RequestListener {
  return (_, response) => response.writeHead(status).end(JSON.stringify(body))
}

const rows: { title: string; edge: RequestListener | undefined; outcome: Outcome; reason?: RegExp }[] = [
  {
    title: 'a stored order',
    edge: json(201, { outcome: 'acknowledged', order: {} }),
    outcome: 'acknowledged',
  },
  {
    title: 'a commit with a warning',
    edge: json(202, { outcome: 'indeterminate', reason: 'w' }),
    outcome: 'indeterminate',
    reason: /w/,
  },
  {
    title: 'a read-only region',
    edge: json(503, { outcome: 'failed', reason: 'read-only' }),
    outcome: 'failed',
    reason: /read-only/,
  },
  {
    title: 'an answer that is not an order service’s',
    edge: json(503, 'maintenance'),
    outcome: 'indeterminate',
    reason: /unexpected answer 503/,
  },
  {
    title: 'an answer that breaks off',
    edge: (_, response) => response.writeHead(201).write('{"outc', () => response.destroy()),
    outcome: 'indeterminate',
  },
  {
    title: 'a connection that is reset',
    edge: (request) => request.socket.resetAndDestroy(),
    outcome: 'indeterminate',
  },
  {
    title: 'no answer in time',
    edge: () => undefined,
    outcome: 'indeterminate',
    reason: /no answer within 2 s/,
  },
  { title: 'an edge that is not there', edge: undefined, outcome: 'failed', reason: /ECONNREFUSED/ },
]

for (const { title, edge, outcome, reason } of rows) {
  void test(`${title}: ${outcome}`, async (t) => {
    const [port = 0] = await freePorts(1)
    const server = createServer(edge)
    if (edge !== undefined) await once(server.listen(port), 'listening')
    const agent = new Agent({ keepAlive: true })
    t.after(() => {
      agent.destroy()
      server.close()
      server.closeAllConnections()
    })
    const answer = await placeOrder(agent, port, { id: 'a', item: 'b', quantity: 1 })
    assert.equal(answer.outcome, outcome)
    if (reason !== undefined) assert.match(answer.reason ?? '', reason)
  })
}

void test('an order is read back only when the answer is that order', async (t) => {
  const answers = [
    json(200, { id: 'a', item: 'b', quantity: 1 }),
    json(200, { id: 'z', item: 'b', quantity: 1 }),
    json(404, {}),
  ]
  const server = createServer((request, response) => answers.shift()?.(request, response))
  const [port = 0] = await freePorts(1)
  await once(server.listen(port), 'listening')
  const agent = new Agent()
  t.after(() => server.close())
  assert.deepEqual(
    [await readOrder(agent, port, 'a'), await readOrder(agent, port, 'a'), await readOrder(agent, port, 'a')],
    [true, false, false],
  )
})
