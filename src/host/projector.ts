import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { projectorPage } from './projector-page.ts'

const TICK_MS = 1000
const COOKIE = 'drillbook-projector'
const MAX_VIEWERS = 20

/** A page on this machine that shows what `look` returns, and takes nothing. Whatever happens to it, the program goes on. */
export class Projector {
  readonly #look: () => unknown
  readonly #server: Server
  readonly #viewers = new Set<ServerResponse>()
  readonly #tokens = new Set<string>()
  readonly #session = randomBytes(24).toString('base64url')
  readonly #timer: NodeJS.Timeout
  #port = 0

  private constructor(look: () => unknown) {
    this.#look = look
    this.#server = createServer((request, response) => this.#answer(request, response))
    this.#server.on('error', () => this.close())
    this.#server.on('clientError', (_error, socket) => socket.destroy())
    this.#timer = setInterval(this.changed, TICK_MS)
    this.#timer.unref()
  }

  /** Listens on a free port of 127.0.0.1. */
  static async open(look: () => unknown): Promise<Projector> {
    const projector = new Projector(look)
    await new Promise<void>((resolve, reject) => {
      projector.#server.once('error', reject)
      projector.#server.listen(0, '127.0.0.1', () => {
        projector.#server.off('error', reject)
        resolve()
      })
    })
    const address = projector.#server.address()
    if (typeof address === 'object' && address !== null) projector.#port = address.port
    projector.#server.unref()
    return projector
  }

  /** An address that can be opened once. */
  readonly address = (): string => {
    const token = randomBytes(16).toString('base64url')
    this.#tokens.add(token)
    return `http://127.0.0.1:${this.#port}/?token=${token}`
  }

  /** Tells every viewer what there is to see now. */
  readonly changed = (): void => {
    if (this.#viewers.size === 0) return
    const message = `data: ${JSON.stringify(this.#look())}\n\n`
    for (const viewer of this.#viewers) viewer.write(message)
  }

  readonly close = (): void => {
    clearInterval(this.#timer)
    for (const viewer of this.#viewers) viewer.destroy()
    this.#viewers.clear()
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => response.destroy())
    const url = URL.parse(request.url ?? '/', 'http://127.0.0.1')
    if (request.headers.host !== `127.0.0.1:${this.#port}`)
      refuse(response, 421, 'This is not the address of this page.')
    else if (request.method !== 'GET') refuse(response, 405, 'This page can only be looked at.')
    else if (!url) refuse(response, 400, 'This is no address.')
    else if (url.pathname === '/' && url.searchParams.has('token'))
      this.#admit(url.searchParams.get('token') ?? '', response)
    else if (!this.#isAdmitted(request))
      refuse(
        response,
        403,
        'Open the address that the console shows; it is good for one browser. u in the console makes a new one.',
      )
    else if (url.pathname === '/') this.#page(response)
    else if (url.pathname === '/events') this.#stream(response)
    else refuse(response, 404, 'There is nothing here.')
  }

  #admit(token: string, response: ServerResponse): void {
    if (!this.#tokens.delete(token)) {
      refuse(
        response,
        403,
        'This address was used already, or never existed. u in the console makes a new one.',
      )
      return
    }
    response.writeHead(303, {
      location: '/',
      'set-cookie': `${COOKIE}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`,
      'cache-control': 'no-store',
    })
    response.end()
  }

  #isAdmitted(request: IncomingMessage): boolean {
    const given = /(?:^|; )drillbook-projector=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
    const [a, b] = [Buffer.from(given), Buffer.from(this.#session)]
    return a.length === b.length && timingSafeEqual(a, b)
  }

  #page(response: ServerResponse): void {
    const nonce = randomBytes(16).toString('base64')
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    response.end(projectorPage(nonce))
  }

  #stream(response: ServerResponse): void {
    if (this.#viewers.size >= MAX_VIEWERS) {
      refuse(response, 503, 'Too many views are open.')
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    this.#viewers.add(response)
    response.on('close', () => this.#viewers.delete(response))
    response.write(`data: ${JSON.stringify(this.#look())}\n\n`)
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
  response.end(`${message}\n`)
}
