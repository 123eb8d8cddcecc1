// Does what a customer does, through the front door: places an order and reads it back.
import { askEdge, edgeNode } from '../edge/route.ts'

const edge = edgeNode('edge.router')
const order = { id: `runbook-${run.id}-${Date.now()}`, item: 'runbook-check', quantity: 1 }
const signal = AbortSignal.timeout(5000)

const placed = await askEdge(edge, `${edge.url}/orders`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(order),
  signal,
})
if (placed.status !== 201)
  throw new Error(`an order was not acknowledged: ${placed.status} ${await placed.text()}`)
const read = await askEdge(edge, `${edge.url}/orders/${order.id}`, { signal })
if (!read.ok)
  throw new Error(`the order was acknowledged but cannot be read back: ${read.status} ${await read.text()}`)
console.log(`Order ${order.id} was acknowledged and read back: ${await read.text()}`)
