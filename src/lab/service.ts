import { readFileSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { once } from 'node:events'
import type { z } from 'zod'
import { isErrno, parseJson } from './state.ts'

const BODY_LIMIT = 16_384
const IDLE_MS = 60_000

/** What a service says over its IPC channel to whoever started it, once. */
export type Readiness = { ready: true } | { ready: false; portTaken: boolean; message: string }

/** The whole life of a service process: configuration in, ready or not, then serving until it is told to stop. */
export async function serve<T>(
  schema: z.ZodType<T>,
  start: (config: T) => Promise<() => Promise<void>>,
): Promise<void> {
  try {
    const config = schema.parse(parseJson(readFileSync(process.argv[2] ?? '', 'utf8')))
    const stop = await start(config)
    process.once('SIGTERM', () => void stop().then(() => process.exit(0), fatal))
    tell({ ready: true })
  } catch (error) {
    tell({ ready: false, portTaken: isErrno(error, 'EADDRINUSE'), message: String(error) })
    fatal(error)
  }
}

function tell(readiness: Readiness): void {
  if (process.connected) process.send?.(readiness, () => process.disconnect())
}

function fatal(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exitCode = 1
  // The message to the parent is still on its way; there is nothing else to wait for.
  setTimeout(() => process.exit(1), 100).unref()
}

/** An HTTP server on loopback, listening. */
export async function listen(port: number, handler: RequestListener): Promise<Server> {
  const server = createServer(handler)
  // Longer than any client here keeps an idle connection, so that none is closed under a request.
  server.keepAliveTimeout = IDLE_MS
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

export async function close(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  if (server.listening) await once(server, 'close')
}

export function reply(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

/** The JSON body of a request; undefined when it is not JSON or is longer than any request here may be. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    if (size > BODY_LIMIT) return undefined
    chunks.push(chunk)
  }
  return parseJson(Buffer.concat(chunks).toString('utf8'))
}
