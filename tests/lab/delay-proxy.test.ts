import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { startDelayProxy } from '../../src/lab/delay-proxy.ts'

function portOf(server: Server): number {
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}

async function received(socket: Socket, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  while (size < bytes) {
    const [chunk] = await once(socket, 'data')
    assert.ok(Buffer.isBuffer(chunk))
    chunks.push(chunk)
    size += chunk.length
  }
  return Buffer.concat(chunks)
}

/** Both ends of one connection through a proxy. */
async function line(t: TestContext, delayMs: number): Promise<{ near: Socket; far: Socket }> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await startDelayProxy({ port: 0, upstreamPort: portOf(server), delayMs })
  const near = connect(proxy.port, '127.0.0.1')
  const [far] = await once(server, 'connection')
  for (const socket of [near, far]) socket.on('error', () => undefined)
  t.after(async () => {
    near.destroy()
    far.destroy()
    server.close()
    await proxy.close()
  })
  return { near, far }
}

void test('every byte arrives, in order, in both directions', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 5000 }), { minLength: 1, maxLength: 20 }),
      async (parts) => {
        const { near, far } = await line(t, 1)
        const sent = Buffer.concat(parts)
        for (const part of parts) {
          near.write(part)
          far.write(part)
        }
        const [there, back] = await Promise.all([received(far, sent.length), received(near, sent.length)])
        assert.deepEqual(there, sent)
        assert.deepEqual(back, sent)
        near.destroy()
        far.destroy()
      },
    ),
    { numRuns: 20 },
  )
})

void test('a byte takes at least the delay', async (t) => {
  const { near, far } = await line(t, 60)
  const sentAt = performance.now()
  near.write('x')
  await received(far, 1)
  assert.ok(performance.now() - sentAt >= 59)
})

void test('more than it may hold is held back, and still arrives whole', async (t) => {
  const { near, far } = await line(t, 5)
  // More than the kernel may hold in the buffers of both connections.
  const sent = randomBytes(64 * 1024 * 1024)
  far.pause()
  near.write(sent)
  // Nobody reads on the far side: the proxy has to stop reading on this one.
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.ok(near.writableLength > 0, 'the proxy took everything although nobody reads it')
  far.resume()
  assert.deepEqual(await received(far, sent.length), sent)
})

for (const [title, kill] of [
  ['ends', (far: Socket) => far.end()],
  ['resets', (far: Socket) => far.resetAndDestroy()],
] as const) {
  void test(`what is in flight is lost when the far side ${title}`, async (t) => {
    const { near, far } = await line(t, 80)
    let arrived = 0
    near.on('data', (chunk: Buffer) => (arrived += chunk.length))
    far.write('this was on the wire')
    const sentAt = performance.now()
    kill(far)
    await once(near, 'close')
    assert.equal(arrived, 0)
    assert.ok(performance.now() - sentAt < 80, 'the near side is cut off before the bytes were due')
  })
}

void test('a far side that refuses ends the near side', async (t) => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const upstreamPort = portOf(server)
  server.close()
  await once(server, 'close')
  const proxy = await startDelayProxy({ port: 0, upstreamPort, delayMs: 1 })
  t.after(proxy.close)
  const near = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
  await once(near, 'close')
})
