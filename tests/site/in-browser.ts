import assert from 'node:assert/strict'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { steps } from '../../src/model/runbook.ts'
import { everyNode, runbookOf } from './same-bytes.ts'

type Site = { root: string; ids: string[] }

const PAGES = [
  '/',
  '/runbooks/',
  '/services/',
  '/alerts/',
  '/drills/',
  '/calendar/',
  '/contacts/',
  '/contacts/on-call/',
  '/contacts/call-tree/',
  '/docs/',
]

async function withPage(
  browser: Browser,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options)
  try {
    await use(await context.newPage())
  } finally {
    await context.close()
  }
}

function paths({ ids }: Site): string[] {
  return [...PAGES, ...ids.map((id) => `/runbooks/${id}/`)]
}

async function hydrated(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.locator('html[data-has-hydrated="true"]').waitFor({ state: 'attached' })
}

export async function assertCopies(browser: Browser, origin: string, { root, ids }: Site): Promise<void> {
  await withPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    for (const id of ids) {
      const codes = steps(runbookOf(root, id).nodes).flatMap((step) => step.fences.map((fence) => fence.code))
      await hydrated(page, `${origin}/runbooks/${id}/`)
      const buttons = await page.locator('.fence .copy').all()
      assert.equal(buttons.length, codes.length)
      for (const [position, button] of buttons.entries()) {
        await button.click()
        await button.and(page.locator('[data-state="copied"]')).waitFor()
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), codes[position])
      }
    }
  })
}

export async function assertQuiet(browser: Browser, origin: string, site: Site): Promise<void> {
  await withPage(browser, {}, async (page) => {
    const heard: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') heard.push(message.text())
    })
    page.on('pageerror', (error) => heard.push(error.message))
    page.on('request', (request) => {
      const { protocol, origin: other } = new URL(request.url())
      if (protocol !== 'data:' && other !== origin) heard.push(request.url())
    })
    page.on('requestfailed', (request) => heard.push(`failed: ${request.url()}`))
    for (const path of paths(site)) {
      await hydrated(page, origin + path)
      await page.waitForLoadState('networkidle')
      assert.deepEqual(heard, [], path)
    }
  })
}

/** What a page did not bring from its build does not run, however it got there; and nothing is asked of elsewhere. */
export async function assertPolicy(browser: Browser, origin: string, site: Site): Promise<void> {
  await withPage(browser, {}, async (page) => {
    for (const path of paths(site)) {
      await hydrated(page, origin + path)
      const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content')
      assert.doesNotMatch(
        policy?.split(';').find((part) => part.includes('script-src')) ?? '',
        /unsafe|http|\*/,
      )
      const refused = await page.evaluate(async () => {
        const heard: string[] = []
        document.addEventListener('securitypolicyviolation', (event) => heard.push(event.effectiveDirective))
        const script = document.createElement('script')
        script.textContent = 'document.title = "it ran"'
        document.head.append(script)
        const asked = await fetch('https://example.com/').catch(() => 'refused')
        const image = document.createElement('img')
        const failed = new Promise((resolve) => image.addEventListener('error', resolve))
        image.src = 'https://example.com/pixel.png'
        await failed
        return { heard, asked, title: document.title }
      })
      assert.deepEqual(refused.heard.sort(), ['connect-src', 'img-src', 'script-src-elem'], path)
      assert.equal(refused.asked, 'refused')
      assert.notEqual(refused.title, 'it ran')
    }
  })
}

export async function assertDarkWithoutScript(browser: Browser, origin: string, site: Site): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    await withPage(browser, { javaScriptEnabled: false, colorScheme }, async (page) => {
      for (const path of paths(site)) {
        await page.goto(origin + path)
        const [paper, ink] = await page
          .locator('body')
          .evaluate((body) => [getComputedStyle(body).backgroundColor, getComputedStyle(body).color])
        const dark = brightness(paper) < brightness(ink)
        assert.equal(dark, colorScheme === 'dark', `${path} in ${colorScheme}: ${ink} on ${paper}`)
        const copy = page.locator('.copy').first()
        if ((await copy.count()) > 0)
          assert.equal(await copy.isVisible(), false, 'no button that does nothing')
      }
    })
}

function brightness(color: string | undefined): number {
  return (color?.match(/\d+/g) ?? []).slice(0, 3).reduce((total, part) => total + Number(part), 0)
}

export async function assertNarrow(browser: Browser, origin: string, site: Site): Promise<void> {
  for (const javaScriptEnabled of [true, false])
    await withPage(browser, { javaScriptEnabled, viewport: { width: 320, height: 640 } }, async (page) => {
      for (const path of [...paths(site), '/run-viewer.html']) {
        await page.goto(origin + path)
        const width = await page.locator('html').evaluate((html) => html.scrollWidth)
        assert.ok(width <= 320, `${path} is ${width} px wide`)
      }
    })
}

const UNBROKEN = 'Averylongname'.repeat(12)

/** A name without a space widens no page, and none of it ends out of sight. */
export async function assertLongNames(browser: Browser, origin: string): Promise<void> {
  for (const width of [320, 1000])
    await withPage(browser, { javaScriptEnabled: false, viewport: { width, height: 640 } }, async (page) => {
      for (const path of PAGES) {
        await page.goto(origin + path)
        const cut = await page.locator('main').evaluate((main, name) => {
          for (const fold of main.querySelectorAll('details')) fold.open = true
          for (const cell of main.querySelectorAll(
            '.stacking tbody th, .stacking td a:not([href^="tel:"]), .stacking td[data-name="Service"], .stacking td[data-name="Stands in"], .rota tbody th',
          ))
            cell.prepend(`${name} `)
          const wide = document.documentElement.scrollWidth
          const cells = [...main.querySelectorAll('table :is(th, td, a)')]
          const out = cells.filter((cell) => cell.getBoundingClientRect().right > innerWidth + 1)
          return wide > innerWidth || out.length > 0 ? `${wide} px, ${out.length} cells` : undefined
        }, UNBROKEN)
        assert.equal(cut, undefined, `${path} at ${width} px`)
      }
    })
}

export async function assertPrint(browser: Browser, origin: string, { root, ids }: Site): Promise<void> {
  await withPage(browser, { colorScheme: 'dark', viewport: { width: 794, height: 1123 } }, async (page) => {
    for (const id of ids) {
      const { nodes } = runbookOf(root, id)
      await hydrated(page, `${origin}/runbooks/${id}/`)
      // What a reader closed on the screen has to be on paper all the same.
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = false
      })
      await page.emulateMedia({ media: 'print' })
      const shown = await page.locator('main').innerText()
      for (const node of everyNode(nodes)) assert.ok(shown.includes(node.id), `${node.id} is printed`)
      assert.ok(shown.includes('☐ 1 done'), 'there is a box to tick')
      const boxes = await page.locator('.fence .code pre').evaluateAll((list) =>
        list.map((pre) => ({
          height: pre.getBoundingClientRect().height,
          cut: pre.scrollWidth > pre.clientWidth,
          visible: pre.checkVisibility({ contentVisibilityAuto: true }),
        })),
      )
      assert.equal(boxes.length, steps(nodes).flatMap((step) => step.fences).length)
      for (const box of boxes) assert.ok(box.height > 10 && box.visible && !box.cut, JSON.stringify(box))
      const paper = await page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor)
      assert.ok(brightness(paper) > 700, 'paper is light, also where the screen is dark')
      assert.ok(await page.locator('footer').getByText('valid until').isVisible())
      await page.emulateMedia({ media: null })
    }
  })
}

const KEYS = 8

export async function assertFewKeys(browser: Browser, origin: string, { ids }: Site): Promise<void> {
  if (ids.length === 0) return
  await withPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    await hydrated(page, `${origin}/`)
    let presses = 0
    const press = async (key: string): Promise<void> => {
      presses += 1
      await page.keyboard.press(key)
    }
    const tabTo = async (selector: string): Promise<void> => {
      for (let tabs = 0; tabs < KEYS; tabs += 1) {
        await press('Tab')
        if ((await page.locator(`${selector}:focus`).count()) > 0) return
      }
    }
    await tabTo('.skip')
    await press('Enter')
    await tabTo('.runbook-anchor a')
    await press('Enter')
    await page.locator('.begin .copy').waitFor()
    await page.locator('main:focus').waitFor({ state: 'attached' })
    await tabTo('.begin .copy')
    await press('Enter')
    await page.locator('.begin .copy[data-state="copied"]').waitFor()
    await tabTo('a[href^="tel:"]')
    assert.ok(presses <= KEYS, `${presses} key presses`)
    assert.equal(await page.locator('a[href^="tel:"]:focus').count(), 1, 'the keyboard is at a number')
    const outline = await page.locator(':focus').evaluate((focused) => getComputedStyle(focused).outlineStyle)
    assert.equal(outline, 'solid', 'and one can see that it is')
  })
}

/** Without script: what needs something that is down goes, and whoever has no way left is said to have none. */
export async function assertWhatIsDown(browser: Browser, origin: string): Promise<void> {
  await withPage(browser, { javaScriptEnabled: false }, async (page) => {
    await page.goto(`${origin}/contacts/`)
    const boxes = await page.locator('.what-is-down input').all()
    assert.ok(boxes.length > 0)
    const visible = async (selector: string): Promise<number> =>
      (await Promise.all((await page.locator(selector).all()).map(async (one) => one.isVisible()))).filter(
        Boolean,
      ).length
    const before = await visible('tbody [data-needs]')
    assert.equal(await visible('[data-lost]'), 0)
    for (const box of boxes) await box.check()
    assert.equal(await visible('tbody [data-needs]:not([data-needs=""])'), 0)
    assert.ok(before > 0 && (await visible('[data-lost]')) > 0)
    await page.emulateMedia({ media: 'print' })
    assert.equal(await visible('tbody [data-needs]'), before + (await visible('.when-down [data-needs]')))
    assert.equal(await page.locator('.when-down').count(), boxes.length, 'one section on paper for each')
  })
}

/** Two days after the build the page marks who is on call then; after its horizon it says that it does not know. */
export async function assertOnCallMoves(browser: Browser, origin: string): Promise<void> {
  await withPage(browser, {}, async (page) => {
    await page.clock.install({ time: Date.now() })
    await hydrated(page, `${origin}/contacts/on-call/`)
    const schedules = await page.locator('.on-call > li').count()
    assert.equal(await page.locator('.on-call .badge-now').count(), schedules)
    const rows = page.locator('.rota').first().locator('tbody tr')
    assert.match((await rows.first().getAttribute('class')) ?? '', /on-call-now/)
    const end = 91 * 24 * 3_600_000
    await page.clock.setFixedTime(Date.now() + end)
    await page.clock.runFor(61_000)
    await page.getByText('This copy knew it only until').first().waitFor()
    assert.equal(await page.locator('.badge-now').count(), 0)
  })
}

/** `/`, some letters, Enter: a runbook. By keyboard alone, and said to those who cannot see the list. */
export async function assertSearch(browser: Browser, origin: string, { root, ids }: Site): Promise<void> {
  await withPage(browser, {}, async (page) => {
    for (const id of ids) {
      await hydrated(page, `${origin}/contacts/`)
      await page.keyboard.press('/')
      const field = page.locator('input[role="combobox"]')
      assert.equal(await field.evaluate((input) => document.activeElement === input), true)
      await page.keyboard.type(runbookOf(root, id).title)
      const chosen = page.locator('[role="option"][aria-selected="true"]')
      await chosen.waitFor()
      assert.equal(await field.getAttribute('aria-activedescendant'), await chosen.getAttribute('id'))
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowUp')
      await page.keyboard.press('Enter')
      await page.waitForURL(`${origin}/runbooks/${id}/`)
      await page.locator('main:focus').waitFor({ state: 'attached' })
    }
    await page.keyboard.press('/')
    await page.keyboard.type('xyzzyqqq')
    await page.getByText('Nothing found.').waitFor()
    await page.keyboard.press('Escape')
    assert.equal(await page.locator('input[role="combobox"]').inputValue(), '')
  })
  await withPage(browser, { javaScriptEnabled: false }, async (page) => {
    await page.goto(`${origin}/postmortems/`)
    assert.equal(await page.locator('input[role="combobox"]').isVisible(), false)
    assert.equal(await page.locator('.filters').isVisible(), false)
    await page.getByRole('link', { name: 'Runbooks' }).click()
    await page.waitForURL(`${origin}/runbooks/`)
  })
}
