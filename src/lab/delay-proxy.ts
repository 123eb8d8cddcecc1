import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { z } from 'zod'
import { serve } from './service.ts'

export const delayProxyConfig = z.strictObject({
  port: z.int(),
  upstreamPort: z.int(),
  delayMs: z.number().min(0),
})

/** Most that one direction of one connection holds; beyond it the sender is not read from. */
const IN_FLIGHT_LIMIT = 4 * 1024 * 1024

export type DelayProxy = { port: number; close: () => Promise<void> }

/** A line between two regions: every byte arrives `delayMs` later, in order, or, when the far side died, never. */
export async function startDelayProxy(config: z.infer<typeof delayProxyConfig>): Promise<DelayProxy> {
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }, (downstream) => {
    const upstream = connect({ port: config.upstreamPort, host: '127.0.0.1', noDelay: true })
    for (const socket of [downstream, upstream]) open.add(socket.once('close', () => open.delete(socket)))
    join(downstream, upstream, config.delayMs)
  })
  server.listen(config.port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server),
    async close() {
      server.close()
      for (const socket of open) socket.destroy()
      if (server.listening) await once(server, 'close')
    },
  }
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** When either side ends or resets, what is on the wire is lost and the other side is cut off at once. */
function join(downstream: Socket, upstream: Socket, delayMs: number): void {
  const lines = [delayLine(downstream, upstream, delayMs), delayLine(upstream, downstream, delayMs)]
  const cut = (): void => {
    for (const line of lines) line.drop()
    upstream.destroy()
    downstream.destroy()
  }
  for (const socket of [downstream, upstream]) socket.on('end', cut).on('error', cut).on('close', cut)
}

function delayLine(from: Socket, to: Socket, delayMs: number): { drop: () => void } {
  const inFlight: { due: number; chunk: Buffer }[] = []
  let size = 0
  let timer: NodeJS.Timeout | undefined

  const schedule = (): void => {
    const next = inFlight[0]
    if (timer !== undefined || next === undefined || to.writableNeedDrain) return
    timer = setTimeout(deliver, Math.max(0, next.due - performance.now()))
  }
  const deliver = (): void => {
    timer = undefined
    const now = performance.now()
    for (let next = inFlight[0]; next !== undefined && next.due <= now; next = inFlight[0]) {
      inFlight.shift()
      size -= next.chunk.length
      if (!to.write(next.chunk)) break
    }
    if (size < IN_FLIGHT_LIMIT / 2) from.resume()
    schedule()
  }

  from.on('data', (chunk: Buffer) => {
    inFlight.push({ due: performance.now() + delayMs, chunk })
    size += chunk.length
    if (size >= IN_FLIGHT_LIMIT) from.pause()
    schedule()
  })
  to.on('drain', schedule)
  return {
    drop() {
      clearTimeout(timer)
      inFlight.length = 0
      size = 0
    },
  }
}

if (import.meta.main) await serve(delayProxyConfig, async (config) => (await startDelayProxy(config)).close)
