import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { Feed } from './feed.ts'
import type { Message } from './feed.ts'
import { Gate, isOurHost, isOurPage } from './gate.ts'
import { sendFile } from './static-files.ts'

export type LiveServer = {
  /** With the token: it opens the run once. */
  url: string
  /** How many browsers are watching. */
  watchers: () => number
  /** Called whenever a watcher leaves. */
  onLeave: (left: () => void) => void
  close: () => Promise<void>
}

export type LiveSettings = { directory: string; build: string; runbook: string }

/** What may wait for one watcher that does not read; then it is cut off, and asks again from where it was. */
const WAITING_BYTES = 4 * 1024 * 1024
const HEARTBEAT_MS = 15_000
const MOST_WATCHERS = 100
const TOKEN_BYTES = 256

const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** The page of a runbook in the built site: what a watcher looks at. */
export function livePage(build: string, runbook: string): string {
  return path.join(build, 'runbooks', runbook, 'index.html')
}

export function isBuilt(build: string, runbook: string): boolean {
  return existsSync(livePage(build, runbook))
}

/** Serves the built site and a run as it goes on, on a free port of this machine alone. Nothing can be changed through it. */
export async function serveLive({ directory, build, runbook }: LiveSettings): Promise<LiveServer> {
  const gate = new Gate()
  const feed = new Feed(directory)
  const watchers = new Set<ServerResponse>()
  let left: (() => void) | undefined
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    if (!isOurHost(request, portOf(server)))
      return refuse(response, 421, 'This is not the host you think it is.')
    const url = URL.parse(request.url ?? '/', 'http://127.0.0.1')
    if (!url) return refuse(response, 400, 'This is no address.')
    if (!url.pathname.startsWith('/live/')) return sendPage(request, build, url.pathname, response)
    if (!isOurPage(request)) return refuse(response, 403, 'Not for pages of other origins.')
    if (url.pathname === '/live/key' && request.method === 'POST') return giveKey(request, response, gate)
    if (url.pathname !== '/live/events' || request.method !== 'GET')
      return refuse(response, 405, 'Read only.')
    if (!gate.admits(url.searchParams.get('key') ?? '')) return refuse(response, 403, USED)
    if (watchers.size >= MOST_WATCHERS) return refuse(response, 503, 'Too many watchers.')
    watchers.add(response)
    response.on('close', () => {
      watchers.delete(response)
      left?.()
    })
    stream(feed, lastSeen(request), response)
  })
  await listen(server)
  return {
    url: `http://127.0.0.1:${portOf(server)}/runbooks/${runbook}/#live=${gate.token}`,
    watchers: () => watchers.size,
    onLeave: (listener) => {
      left = listener
    },
    close: async () => {
      feed.close()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function sendPage(
  { method }: IncomingMessage,
  build: string,
  pathname: string,
  response: ServerResponse,
): void {
  if (method === 'GET' || method === 'HEAD') sendFile(build, pathname, response)
  else refuse(response, 405, 'Read only.')
}

const USED = 'This link was used before. npx drillbook live <run> gives a new one.'

function giveKey(request: IncomingMessage, response: ServerResponse, gate: Gate): void {
  let token = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => {
    token += chunk
    if (token.length > TOKEN_BYTES) request.destroy()
  })
  request.on('end', () => {
    const key = gate.exchange(token)
    if (key === undefined) refuse(response, 403, USED)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ key }))
  })
}

/** Server-sent events. A browser that lost the connection says which line it had last. */
function stream(feed: Feed, after: number, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  let allowed = WAITING_BYTES
  let caughtUp = false
  const send = (message: Message): void => {
    const text = eventText(message)
    // What went before has to be sent however much it is; what comes now must not pile up.
    if (!caughtUp) allowed += text.length * 4
    if (response.writableLength > allowed) response.destroy()
    else response.write(text)
  }
  response.write('retry: 1000\n\n')
  const end = feed.subscribe(after, send)
  caughtUp = true
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS)
  response.on('close', () => {
    clearInterval(heartbeat)
    end()
  })
}

function eventText({ event, id, data }: Message): string {
  const head = id === undefined ? '' : `id: ${id}\n`
  return `${head}event: ${event}\ndata: ${data.replaceAll(/\r\n?|\n/g, '\ndata: ')}\n\n`
}

function lastSeen({ headers }: IncomingMessage): number {
  const last = Number(headers['last-event-id'] ?? 0)
  return Number.isInteger(last) && last > 0 ? last : 0
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`)
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the live page has no port')
  return address.port
}
