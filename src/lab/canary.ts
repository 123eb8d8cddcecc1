import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { createOrderStream, type OrderStream } from './order-stream.ts'
import { close, listen, reply, serve } from './service.ts'
import { condition, type Condition } from './tracker.ts'

export const canaryConfig = z.strictObject({
  port: z.int(),
  edgePort: z.int(),
  ledgerFolder: z.string(),
  writesPerSecond: z.number().positive(),
})

const WAIT_CHECK_MS = 20

/** A customer who places orders without pause, and can be asked how that goes. Idle until its first ledger. */
export async function startCanary(
  config: z.infer<typeof canaryConfig>,
): Promise<{ close: () => Promise<void> }> {
  const stream = createOrderStream(config)
  const waiting = waitingRoom(stream)
  const server = await listen(config.port, (request, response) => {
    handle(stream, waiting, request, response).catch((error: unknown) =>
      reply(response, 500, { error: String(error) }),
    )
  })
  return {
    async close() {
      waiting.close()
      await stream.close()
      await close(server)
    },
  }
}

async function handle(
  stream: OrderStream,
  waiting: WaitingRoom,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://canary')
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /status':
      break
    case 'GET /wait': {
      const wanted = condition.safeParse(Object.fromEntries(url.searchParams))
      if (!wanted.success) return reply(response, 400, { error: z.prettifyError(wanted.error) })
      return waiting.enter(wanted.data, response)
    }
    case 'POST /flush':
      await stream.flush()
      break
    case 'POST /ledger':
      await stream.restart()
      break
    default:
      return reply(response, 404, { error: `unknown request ${request.method} ${url.pathname}` })
  }
  return reply(response, 200, stream.status())
}

type WaitingRoom = { enter: (wanted: Condition, response: ServerResponse) => void; close: () => void }

/** Requests that are answered once what they wait for is so. */
function waitingRoom(stream: OrderStream): WaitingRoom {
  const waiters = new Map<ServerResponse, Condition>()
  const timer = setInterval(() => {
    for (const [response, wanted] of waiters) {
      const met = stream.holds(wanted)
      if (met || stream.stopped()) reply(response, 200, { met, status: stream.status() })
    }
  }, WAIT_CHECK_MS)
  return {
    enter(wanted, response) {
      waiters.set(response, wanted)
      response.on('close', () => waiters.delete(response))
    },
    close: () => clearInterval(timer),
  }
}

if (import.meta.main) await serve(canaryConfig, async (config) => (await startCanary(config)).close)
