// The service worker: keeps a copy of one build for the day on which the server is gone. Not a module of ours: `build-worker.ts`
// strips its types and puts COPY before it.

type Copy = {
  version: string
  /** `2026-11-21 04:51 UTC` and `2026-12-21`. */
  builtAt: string
  validUntil: string
  /** The same two, in milliseconds since 1970; the limit is the end of its day. */
  builtMs: number
  limitMs: number
  addresses: string[]
}
declare const COPY: Copy

type Lasting = Event & { waitUntil: (work: Promise<unknown>) => void }
type Asked = Event & { request: Request; respondWith: (answer: Promise<Response>) => void }
type Scope = { skipWaiting: () => Promise<void>; clients: { claim: () => Promise<void> } }

const scope: object = globalThis
const CACHE = `drillbook-${COPY.version}`
const DAY_MS = 86_400_000
/** A network that is half down must not keep a page that is here from being read. */
const PATIENCE_MS = 4000

addEventListener('install', (event) => {
  if (isLasting(event)) event.waitUntil(keepCopy())
})
addEventListener('activate', (event) => {
  if (isLasting(event)) event.waitUntil(takeOver())
})
addEventListener('fetch', (event) => {
  if (!isAsked(event) || event.request.method !== 'GET') return
  const { request } = event
  if (request.mode === 'navigate') event.respondWith(freshOrKept(request))
  else if (isKept(request)) event.respondWith(keptOrFresh(request))
})

/** All of the copy or none of it: where one file is missing the worker is not installed, and the older one stays. */
async function keepCopy(): Promise<void> {
  const cache = await caches.open(CACHE)
  await cache.addAll(COPY.addresses.map((address) => new Request(address, { cache: 'no-cache' })))
  if (isScope(scope)) await scope.skipWaiting()
}

async function takeOver(): Promise<void> {
  const names = await caches.keys()
  const old = names.filter((name) => name.startsWith('drillbook-') && name !== CACHE)
  await Promise.all(old.map((name) => caches.delete(name)))
  if (isScope(scope)) await scope.clients.claim()
}

/** A page: from the server while there is one, otherwise the copy, which says that it is one and how old. */
async function freshOrKept(request: Request): Promise<Response> {
  const kept = await keptPage(request)
  const fresh = fetch(request).then((answer) => (answer.status < 500 ? answer : undefined))
  // No network, no server, an ill server, or no answer in time: that is what the copy is for.
  const answer = await Promise.race([fresh, ...(kept ? [patience()] : [])]).catch(() => undefined)
  if (answer) return answer
  return kept ? page(200, await kept.text()) : page(404, notKept())
}

async function keptPage({ url }: Request): Promise<Response | undefined> {
  const { origin, pathname } = new URL(url)
  const address = pathname.endsWith('/') || pathname.endsWith('.html') ? pathname : `${pathname}/`
  return await (await caches.open(CACHE)).match(origin + address)
}

function patience(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), PATIENCE_MS))
}

/** A file of the build: its name changes with its content, so that the copy is as good as the server's. */
async function keptOrFresh(request: Request): Promise<Response> {
  return (await (await caches.open(CACHE)).match(request)) ?? (await fetch(request))
}

function isKept({ url }: Request): boolean {
  return COPY.addresses.some((address) => new URL(address, location.href).href === url)
}

function page(status: number, html: string): Response {
  const body = html.replace(/<body[^>]*>/, (tag) => tag + banner())
  return new Response(body, { status, headers: { 'content-type': 'text/html; charset=utf-8' } })
}

function notKept(): string {
  const home = new URL('./', location.href).pathname
  const words = `<h1>Not in the copy</h1><p>This page was not kept. <a href="${home}">What is broken?</a> was.</p>`
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Not in the copy</title></head><body>${words}</body></html>`
}

/** What a reader has to know before the first word of a kept page: it is one, how old it is, and whether it may still be believed. */
function banner(): string {
  const days = Math.floor((Date.now() - COPY.builtMs) / DAY_MS)
  const age = days < 1 ? 'less than a day' : days === 1 ? '1 day' : `${days} days`
  const about = `The server does not answer. This is a kept copy, ${age} old, built ${COPY.builtAt}`
  return Date.now() > COPY.limitMs
    ? `<div class="kept kept-stale" role="alert"><strong>▲ ${about}. It is past its limit, ${COPY.validUntil}: do not act on it before someone who knows has confirmed the step.</strong></div>`
    : `<div class="kept" role="status">${about}; valid until ${COPY.validUntil}.</div>`
}

function isLasting(event: Event): event is Lasting {
  return 'waitUntil' in event
}

function isAsked(event: Event): event is Asked {
  return 'respondWith' in event
}

function isScope(scope: object): scope is Scope {
  return 'skipWaiting' in scope
}
