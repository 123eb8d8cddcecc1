import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { OperatorError } from '../model/problem.ts'

const LOWEST = 10_000
const ATTEMPTS = 200

/** Below the range the kernel takes outgoing ports from, so that a stopped node finds its own port again. */
function highest(): number {
  try {
    const first = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/)[0])
    return first > LOWEST + 5000 ? Math.min(first - 1, 32_767) : 65_535
  } catch {
    return 32_767
  }
}

async function tryListen(port: number): Promise<Server | undefined> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return server
  } catch {
    return undefined
  }
}

/** Free loopback ports, held until all are chosen, so that no two are the same. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>()
  const limit = highest()
  for (let attempt = 0; attempt < ATTEMPTS && held.size < count; attempt += 1) {
    const port = randomInt(LOWEST, limit)
    const server = held.has(port) ? undefined : await tryListen(port)
    if (server !== undefined) held.set(port, server)
  }
  await Promise.all([...held.values()].map(async (server) => once(server.close(), 'close')))
  if (held.size < count)
    throw new Error(`found only ${held.size} of ${count} free ports in ${LOWEST}–${limit}`)
  return [...held.keys()]
}

/** Another program took a port before its own process could listen on it. A new lab is tried again with others. */
export class PortTaken extends OperatorError {
  readonly port: number

  constructor(port: number) {
    super('failed', {
      message: `port ${port} was taken by another program`,
      hint: `End the program that listens on 127.0.0.1:${port}, or make a new lab: npm run lab -- down, then up.`,
    })
    this.name = 'PortTaken'
    this.port = port
  }
}
