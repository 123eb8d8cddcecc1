import { readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import sparticuz from '@sparticuz/chromium'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { compare, interleave, roundsOf } from './measure.ts'
import type { Missing, Options, Row, Section } from './measure.ts'
import { generated } from './parse.ts'
import { build, ownSite, stockSite } from './site-projects.ts'
import type { SiteProject } from './site-projects.ts'

const NAME = 'site'
const STOCK = 'Docusaurus classic, same pages'
const PAGE = '/runbooks/database-failure/'
const COUNT = 1000
const BUDGET_BYTES = 60_000
const ROUNDS = 5
const BUILD_ROUNDS = 3

/** What a page weighs and how soon it can be read; how long a thousand of them take to build. */
export const site: Section = { name: NAME, title: 'The site', run: measure }

async function measure(options: Options): Promise<(Row | Missing)[]> {
  const own = ownSite()
  const stock = stockSite()
  try {
    await build(own)
    await build(stock)
    return [weight(own), ...(await inBrowser(own, stock, options)), ...(await atScale(options))]
  } finally {
    own.remove()
    stock.remove()
  }
}

/** The HTML of a runbook with every style sheet it names, as a server sends them. */
function weight({ outDir }: SiteProject): Row {
  const html = readFileSync(path.join(outDir, PAGE, 'index.html'), 'utf8')
  const sheets = [...html.matchAll(/href="?(\/[^" >]+\.css)/g)].map(([, file = '']) =>
    readFileSync(path.join(outDir, file)),
  )
  const bytes = [Buffer.from(html), ...sheets].reduce(
    (sum, part) => sum + gzipSync(part, { level: 9 }).length,
    0,
  )
  const names = {
    section: NAME,
    what: 'HTML and CSS of a runbook',
    against: 'what is allowed',
    unit: 'kB',
  } as const
  return compare(names, { what: [bytes / 1000], against: [BUDGET_BYTES / 1000] }, { atMost: 1 })
}

async function inBrowser(own: SiteProject, stock: SiteProject, options: Options): Promise<Row[]> {
  const browser = await chromium.launch({
    executablePath: await sparticuz.executablePath(),
    args: sparticuz.args.filter(
      (arg) => !['--single-process', '--no-zygote', '--disable-web-security'].includes(arg),
    ),
  })
  const sites = { own: await serve(own.outDir), stock: await serve(stock.outDir) }
  const scripts: Record<'own' | 'stock', number[]> = { own: [], stock: [] }
  const visit = (which: 'own' | 'stock') => async (): Promise<number> => {
    const seen = await visitSlowly(browser, sites[which].origin)
    scripts[which].push(seen.scriptBytes / 1000)
    return seen.paintMs
  }
  try {
    const taken = await interleave({ own: visit('own'), stock: visit('stock') }, roundsOf(ROUNDS, options))
    const names = { section: NAME, against: STOCK }
    return [
      compare(
        { ...names, what: 'JavaScript before anything is touched', unit: 'kB' },
        { what: scripts.own, against: scripts.stock },
        { atMost: 1 },
      ),
      compare(
        { ...names, what: 'largest contentful paint, slow 4G' },
        { what: taken('own'), against: taken('stock') },
        { atMost: 1 },
      ),
    ]
  } finally {
    await browser.close()
    sites.own.close()
    sites.stock.close()
  }
}

/** Slow 4G as Lighthouse simulates it. */
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 204_800, uploadThroughput: 96_000 }

/** A first visit with nothing cached: the paint of the largest thing, and the bytes of every script until nothing more comes. */
async function visitSlowly(
  browser: Browser,
  origin: string,
): Promise<{ paintMs: number; scriptBytes: number }> {
  // Without the service worker: what it keeps is fetched later, and is not what this visit waits for.
  const context = await browser.newContext({ serviceWorkers: 'block' })
  try {
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    await session.send('Network.enable')
    await session.send('Network.emulateNetworkConditions', SLOW_4G)
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
    let scriptBytes = 0
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script')
        scriptBytes += Number(response.headers()['content-length'])
    })
    await page.goto(origin + PAGE)
    // Docusaurus says so once its scripts have run, however late a page asked for them.
    await page.waitForSelector('html[data-has-hydrated="true"]')
    await page.waitForLoadState('networkidle')
    const paintMs = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const observer = new PerformanceObserver((list) =>
            resolve(list.getEntries().at(-1)?.startTime ?? Number.NaN),
          )
          observer.observe({ type: 'largest-contentful-paint', buffered: true })
        }),
    )
    return { paintMs, scriptBytes }
  } finally {
    await context.close()
  }
}

const TYPE: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

/** A static server that compresses, as every real one does. */
async function serve(folder: string): Promise<{ origin: string; close: () => void }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site')
    const file = path.join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname)
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
      response.writeHead(404).end()
      return
    }
    const body = gzipSync(readFileSync(file), { level: 9 })
    const type = TYPE[path.extname(file)] ?? 'application/octet-stream'
    response
      .writeHead(200, { 'content-type': type, 'content-encoding': 'gzip', 'content-length': body.length })
      .end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { origin: `http://127.0.0.1:${address.port}`, close: () => server.close() }
}

/** Without the link to a file of the plan, which is no page of either site. */
function plain(text: string): string {
  return text.replaceAll('[plan](../docs/plan/services.yaml)', 'plan')
}

/** Both build the same thousand runbooks, each time from nothing. */
async function atScale(options: Options): Promise<Row[]> {
  const count = Math.max(10, Math.round(COUNT * Math.min(1, options.effort)))
  const runbooks = new Map(
    Array.from(
      { length: count },
      (_, at) => [`generated/r-${at + 1}.mdx`, plain(generated(at + 1))] as const,
    ),
  )
  const sites = { own: ownSite(runbooks), stock: stockSite(runbooks) }
  const memory: Record<'own' | 'stock', number[]> = { own: [], stock: [] }
  const once = (which: 'own' | 'stock') => async (): Promise<number> => {
    const { ms, peakBytes } = await build(sites[which])
    memory[which].push(peakBytes / 1e6)
    return ms
  }
  try {
    const taken = await interleave(
      { own: once('own'), stock: once('stock') },
      roundsOf(BUILD_ROUNDS, options),
    )
    const names = { section: NAME, against: STOCK }
    return [
      compare(
        { ...names, what: `build of ${count} runbooks` },
        { what: taken('own'), against: taken('stock') },
        { atMost: 1.2 },
      ),
      compare(
        { ...names, what: 'memory at most while building', unit: 'MB' },
        { what: memory.own, against: memory.stock },
      ),
    ]
  } finally {
    sites.own.remove()
    sites.stock.remove()
  }
}
