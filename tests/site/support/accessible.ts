import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser } from 'playwright-core'

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** No violation of WCAG 2.2 AA on any of these addresses, in either theme; `hydrates` tells that the pages have a script to wait for. */
export async function assertAccessible(browser: Browser, urls: string[], hydrates: boolean): Promise<void> {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ colorScheme })
    try {
      const page = await context.newPage()
      for (const url of urls) {
        await page.goto(url)
        if (hydrates) await page.locator('html[data-has-hydrated="true"]').waitFor({ state: 'attached' })
        await page.evaluate(SOURCE)
        const { violations } = await page.evaluate(
          (values): Promise<AxeResults> => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }),
          RULES,
        )
        found.push(...violations.map((violation) => `${url} in ${colorScheme}: ${told(violation)}`))
      }
    } finally {
      await context.close()
    }
  }
  assert.deepEqual(found, [])
}

function told({ id, help, nodes }: AxeResults['violations'][number]): string {
  return `${id}: ${help}: ${nodes
    .slice(0, 3)
    .map(({ target }) => target.join(' '))
    .join(', ')}, ${nodes.length} in all`
}
