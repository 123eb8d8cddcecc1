import assert from 'node:assert/strict'
import type { Browser, Page } from 'playwright-core'
import { steps } from '../../src/model/runbook.ts'
import { runbookOf } from './same-bytes.ts'
import { serve } from './support/serve.ts'

type Site = { root: string; outDir: string; ids: string[] }

const DAY_MS = 86_400_000

/** With its server gone the site is still there, says so, and says when it must no longer be believed. */
export async function assertOffline(browser: Browser, site: Site): Promise<void> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    const heard: string[] = []
    page.on('pageerror', (error) => heard.push(error.message))
    const origin = await keepCopy(page, site)
    for (const id of site.ids) {
      await page.goto(`${origin}/runbooks/${id}/`)
      await page.locator('html[data-has-hydrated="true"]').waitFor({ state: 'attached' })
      const codes = steps(runbookOf(site.root, id).nodes).flatMap((step) =>
        step.fences.map(({ code }) => code),
      )
      assert.deepEqual(await page.locator('.fence .code pre code').allTextContents(), codes)
      const kept = page.locator('.kept')
      assert.match(await kept.innerText(), /server does not answer.*kept copy, less than a day old, built 20/)
      assert.equal(await kept.getAttribute('role'), 'status')
    }
    await page.goto(`${origin}/contacts`)
    assert.match(await page.locator('h1').innerText(), /Contacts/)
    await page.goto(`${origin}/no/such/page/`)
    assert.match(await page.locator('body').innerText(), /kept copy[^]*This page was not kept/)
    await pastItsLimit(page)
    await page.goto(`${origin}/`)
    const alert = page.locator('.kept').first()
    assert.match(
      await alert.innerText(),
      /▲ The server does not answer.* 40 days old.*past its limit.*do not act on it/,
    )
    assert.equal(await alert.getAttribute('role'), 'alert')
    assert.ok(await alert.isVisible())
    assert.deepEqual(heard, [])
  } finally {
    await context.close()
  }
}

/** Visits one page, until the worker has all of them; then the server goes away for good. */
async function keepCopy(page: Page, { outDir }: Site): Promise<string> {
  await using server = await serve(outDir)
  await page.goto(server.origin)
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
    if (navigator.serviceWorker.controller) return
    await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve))
  })
  await page.reload()
  assert.equal(await page.locator('.kept').count(), 0, 'a page of the server is no kept copy')
  return server.origin
}

/** The worker's clock, and nothing else, is 40 days ahead. */
async function pastItsLimit(page: Page): Promise<void> {
  const [worker] = page.context().serviceWorkers()
  assert.ok(worker)
  await worker.evaluate((ahead) => {
    const now = Date.now()
    Date.now = () => now + ahead
  }, 40 * DAY_MS)
}

/** Online or not: a page that is past its limit says so before anything else, also when it was opened before. */
export async function assertStaleness(browser: Browser, origin: string, site: Site): Promise<void> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.clock.install()
    for (const path of ['/', '/contacts/', ...site.ids.map((id) => `/runbooks/${id}/`)]) {
      await page.clock.setFixedTime(Date.now())
      await page.goto(origin + path)
      await page.locator('footer').getByText('(today)').waitFor()
      assert.equal(await page.getByRole('alert').count(), 0)
      await page.clock.setFixedTime(Date.now() + 40 * DAY_MS)
      await page.clock.runFor(60_000)
      const alert = page.getByRole('alert')
      await alert.waitFor()
      assert.match(await alert.innerText(), /▲ This copy is 40 days old and past its limit/)
    }
  } finally {
    await context.close()
  }
}
