import { Agent, request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { z } from 'zod'
import type { WriteAnswer } from './answer.ts'
import { close, listen, readBody, reply, serve } from './service.ts'
import { readJson, writeFileAtomically } from './state.ts'

export const edgeConfig = z.strictObject({
  port: z.int(),
  adminPort: z.int(),
  routeFile: z.string(),
  upstreams: z.record(z.string(), z.int()).describe('The port of the orders service of each region.'),
  initialRegion: z.string(),
})
type EdgeConfig = z.infer<typeof edgeConfig>

export const route = z.object({ region: z.string() })

const CONNECT_TIMEOUT_MS = 1000
const ANSWER_TIMEOUT_MS = 5000

export type Edge = { close: () => Promise<void> }

/** The one address of customers: every request goes to exactly one region, until somebody says which other one. */
export async function startEdge(config: EdgeConfig): Promise<Edge> {
  let active = readJson(config.routeFile, route)?.region ?? config.initialRegion
  // Idle connections are given up long before the service would close them under a request.
  const agent = new Agent({ keepAlive: true, maxSockets: 512, timeout: 10_000 })

  const administrate = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const regions = Object.keys(config.upstreams)
    const call = `${request.method} ${request.url}`
    if (call === 'GET /route') return reply(response, 200, { region: active, regions })
    if (call !== 'PUT /route') {
      return reply(response, 404, { error: `unknown request ${call}; expected GET or PUT /route` })
    }
    const wanted = route.safeParse(await readBody(request))
    if (!wanted.success || !regions.includes(wanted.data.region)) {
      return reply(response, 400, {
        error: `expected {"region": one of ${regions.join(', ')}}`,
        region: active,
        regions,
      })
    }
    // On disk first: an edge that is restarted must not send customers back.
    writeFileAtomically(config.routeFile, JSON.stringify({ region: wanted.data.region }))
    active = wanted.data.region
    return reply(response, 200, { region: active, regions })
  }

  const front = await listen(config.port, (request, response) => {
    forward(request, response, agent, config.upstreams[active] ?? 0)
  })
  const admin = await listen(config.adminPort, (request, response) => {
    administrate(request, response).catch((error: unknown) => reply(response, 500, { error: String(error) }))
  })

  return {
    async close() {
      agent.destroy()
      await Promise.all([close(front), close(admin)])
    },
  }
}

function forward(request: IncomingMessage, response: ServerResponse, agent: Agent, port: number): void {
  const { connection: _, ...headers } = request.headers
  const upstream = sendRequest({
    host: '127.0.0.1',
    port,
    agent,
    method: request.method,
    path: request.url,
    headers,
  })
  let connected = false
  upstream.on('socket', (socket) => {
    connected = !socket.connecting
    if (connected) return
    const timer = setTimeout(
      () => upstream.destroy(new Error('connecting took longer than 1 s')),
      CONNECT_TIMEOUT_MS,
    )
    socket
      .once('close', () => clearTimeout(timer))
      .once('connect', () => {
        connected = true
        clearTimeout(timer)
      })
  })
  upstream.setTimeout(ANSWER_TIMEOUT_MS, () => upstream.destroy(new Error('no answer within 5 s')))
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    // A customer who hangs up, or a region that dies mid-answer, ends the other side too.
    pipeline(answer, response, () => undefined)
  })
  upstream.on('error', (error) => reply(response, 502, unanswered(error, connected)))
  response.on('close', () => {
    if (!response.writableFinished) upstream.destroy()
  })
  // Not a pipeline: that would reset the customer's connection before the reason of a failure is told.
  request.pipe(upstream)
}

/** Only a request that never reached the region certainly had no effect. */
function unanswered(error: Error, connected: boolean): WriteAnswer {
  return connected
    ? { outcome: 'indeterminate', reason: `the region did not answer: ${error.message}` }
    : { outcome: 'failed', reason: `the region could not be reached: ${error.message}` }
}

if (import.meta.main) await serve(edgeConfig, async (config) => (await startEdge(config)).close)
