import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { serveLive } from '../../src/live/server.ts'
import { readEstimatedEvents } from '../../src/model/estimated-event.ts'
import type { TemporaryProject } from '../document/temporary-project.ts'
import { fence, finished, growingRun } from '../live/journal.ts'
import { runbookOf } from './same-bytes.ts'
import { launch } from './support/browser.ts'
import { buildSite } from './support/build.ts'
import { fixtureProject } from './support/fixture.ts'
import { LEDGER } from './support/ledger.ts'
import { serve } from './support/serve.ts'

void describe('a runbook page at work', { timeout: 300_000 }, () => {
  const outDir = mkdtempSync(path.join(tmpdir(), 'drillbook-by-hand-'))
  let project: TemporaryProject
  let browser: Browser | undefined

  before(async () => {
    project = fixtureProject({ 'runbooks/ledger.mdx': LEDGER })
    const built = await buildSite(project.root, outDir)
    assert.ok(!built.failed, built.output)
  })
  after(async () => {
    await browser?.close()
    project[Symbol.dispose]()
    rmSync(outDir, { recursive: true, force: true })
  })

  const cases: [string, (page: Page) => Promise<void>, BrowserContextOptions?][] = [
    ['takes ticks, a note and a decision from the keyboard alone, keeps and exports them', keyboardOnly],
    ['shows values beside the commands and never in what Copy copies', valuesBeside],
    ['says that the runbook changed since something was ticked', changedSince],
    ['forgets everything after asking once more', resets],
    ['is wholly there without script', withoutScript, { javaScriptEnabled: false }],
    ['does not scroll sideways at 320 px', narrow, { viewport: { width: 320, height: 640 } }],
    ['prints no buttons', printed],
    ['folds and unfolds what a used runbook brings', usedInPlace],
  ]
  for (const [title, check, options] of cases)
    void test(title, async (context) => {
      browser ??= await launch(context)
      if (!browser) return
      await using server = await serve(outDir)
      const permissions = ['clipboard-read', 'clipboard-write']
      const fresh = await browser.newContext({ baseURL: server.origin, permissions, ...options })
      try {
        await check(await fresh.newPage())
      } finally {
        await fresh.close()
      }
    })

  void test('lights up as a run goes on, for whoever comes late too, and again after a lost connection', async (context) => {
    browser ??= await launch(context)
    if (!browser) return
    const { digest } = runbookOf(project.root, 'ledger')
    const run = growingRun(context, 'ledger', digest)
    run.record({ event: 'step-confirmed', step: 'look', by: 'person', waitedMs: 4200 })
    run.record({ event: 'step-started', step: 'look', attempt: 1 }, fence('look', 'look-1'))
    writeFileSync(path.join(run.directory, 'output/look-1.log'), 'looking\u001b[31m red\u001b[0m \u0007\n')
    const settings = { directory: run.directory, build: outDir, runbook: 'ledger' }
    const live = await serveLive(settings)
    const fresh = await browser.newContext()
    try {
      const page = await fresh.newPage()
      await page.goto(live.url)
      await page.locator('[data-node="look"][data-standing="started"]').waitFor()
      assert.ok(!page.url().includes('live='), 'the address on a shared screen opens nothing')
      await page.getByText('looking red ␇').waitFor()
      assert.match(
        await page.locator('.strip').innerText(),
        /Live[\s\S]*of 15 min RTO[\s\S]*0 of 4 · maria in lab/,
      )
      assert.equal(await page.locator('.strip button, .desk button:not(.copy)').count(), 0, 'it is read-only')
      run.record(finished('look'))
      await page.locator('[data-node="look"][data-standing="done"]').getByText('Done in 1.2 s').waitFor()
      await page.reload()
      await page.locator('[data-node="look"][data-standing="done"]').waitFor()
      await live.close()
      await page.getByText('No connection since').waitFor()
      run.record({ event: 'decision-made', step: 'which', choice: 'host', by: 'person', waitedMs: 1000 })
      run.record({ event: 'step-skipped', step: 'clean', reason: 'which is host', by: 'condition' })
      run.record({ event: 'step-started', step: 'move', attempt: 1 }, finished('move', 'failed'))
      run.record({ event: 'run-finished', result: 'failed', reason: 'the host is gone', durationMs: 5000 })
      await assertSecondLook(browser, settings)
    } finally {
      await fresh.close()
      await live.close()
    }
  })

  /** The same run on another server and in another browser: everything so far, and how it ended. */
  async function assertSecondLook(
    chromium: Browser,
    settings: Parameters<typeof serveLive>[0],
  ): Promise<void> {
    const live = await serveLive(settings)
    const fresh = await chromium.newContext()
    try {
      const page = await fresh.newPage()
      await page.goto(live.url)
      await page.locator('[data-node="move"][data-standing="failed"]').waitFor()
      assert.equal(await page.locator('[data-node="clean"]').getAttribute('data-standing'), 'out')
      assert.equal(await page.locator('[data-choice="host"]').getAttribute('data-chosen'), 'yes')
      await page.locator('.strip').getByText('the run failed: the host is gone').waitFor()
      const other = await fresh.newPage()
      await other.goto(live.url)
      await other.getByText('This link was used before').waitFor()
      await page.setViewportSize({ width: 320, height: 640 })
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      assert.ok(width <= 320, `${width} px wide`)
    } finally {
      await fresh.close()
      await live.close()
    }
  }

  async function open(page: Page): Promise<void> {
    await page.goto('/runbooks/ledger/')
    await page.locator('.strip').waitFor()
  }

  async function keyboardOnly(page: Page): Promise<void> {
    await open(page)
    await focus(page, '.strip > button')
    await page.keyboard.press('Enter')
    await page.locator('.clock').getByText('of 15 min RTO').waitFor()
    await focus(page, '[data-node="look"] .hand button:text-is("Start")')
    await page.keyboard.press('Enter')
    await focus(page, '[data-node="look"] .tick input')
    await page.keyboard.press('Space')
    await focus(page, '[data-node="look"] .hand button:text-is("Note")')
    await page.keyboard.press('Enter')
    await page.locator('[data-node="look"] textarea:focus').waitFor()
    await page.keyboard.type('it was slow')
    await focus(page, '[data-choice="host"] .choose')
    await page.keyboard.press('Enter')
    assert.equal(await page.locator('#move').evaluate((heading) => heading === document.activeElement), true)
    assert.equal(await page.locator('[data-node="clean"]').getAttribute('data-standing'), 'out')
    await focus(page, '[data-node="move"] .hand button:text-is("Failed")')
    await page.keyboard.press('Enter')
    await page.reload()
    await page.locator('.strip').waitFor()
    assert.equal(await page.locator('[data-node="look"] .tick input').isChecked(), true)
    assert.equal(await page.locator('[data-node="look"] textarea').inputValue(), 'it was slow')
    assert.equal(await page.locator('[data-choice="disk"]').getAttribute('data-chosen'), 'no')
    await focus(page, '.strip-record summary')
    await page.keyboard.press('Enter')
    await focus(page, '.strip button:text-is("Export")')
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
    const { events, problems } = readEstimatedEvents(readFileSync(await download.path(), 'utf8'), 'export')
    assert.deepEqual(problems, [])
    assert.deepEqual(
      events.map(({ kind, step }) => `${kind} ${step ?? ''}`),
      ['note ', 'step_started look', 'step_passed look', 'note look', 'decision which', 'step_failed move'],
    )
    assert.ok(events.every(({ digest }) => digest === runbookOf(project.root, 'ledger').digest))
  }

  /** Presses Tab until the element has the focus: it can be reached, and one can see that it is. */
  async function focus(page: Page, selector: string): Promise<void> {
    const wanted = page.locator(selector)
    await wanted.waitFor()
    for (let presses = 0; presses < 120; presses += 1) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return
      await page.keyboard.press('Tab')
    }
    assert.fail(`${selector} cannot be reached with Tab`)
  }

  async function valuesBeside(page: Page): Promise<void> {
    await open(page)
    await page.locator('.values summary').click()
    assert.equal(await page.locator('.values input').count(), 1, 'a secret has no field')
    const typed = `it's "$HOME" \`id\``
    await page.locator('.values input').fill(typed)
    const fence = page.locator('[data-node="look"] .fence')
    assert.match(await fence.locator('.fence-values pre').innerText(), /^export INPUT_REASON='it'\\''s/)
    const copied = async (name: string): Promise<string> => {
      await fence.getByRole('button', { name }).click()
      await fence.locator('.copy[data-state="copied"]').first().waitFor()
      return page.evaluate(() => navigator.clipboard.readText())
    }
    assert.equal(await copied('Copy Run'), `printf '%s' "$INPUT_REASON"`)
    const script = await copied('Copy with your values')
    assert.equal(execFileSync('bash', ['-euc', script], { encoding: 'utf8' }), typed)
    const stored = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))
    assert.ok(!stored.includes('HOME'), 'nothing typed is stored')
    await page.reload()
    await page.locator('.strip').waitFor()
    assert.equal(await page.locator('.values input').inputValue(), '')
  }

  async function changedSince(page: Page): Promise<void> {
    await open(page)
    await page.locator('[data-node="look"] .tick input').check()
    await page.evaluate(() => {
      for (const key of Object.keys(localStorage)) {
        const sheet = localStorage.getItem(key) ?? ''
        localStorage.removeItem(key)
        localStorage.setItem(key.replace(/@.*/, `@${'12'.repeat(32)}`), sheet)
      }
    })
    await page.reload()
    await page.locator('.changed').getByText('This runbook changed').waitFor()
    assert.equal(await page.locator('[data-node="look"] .tick input').isChecked(), false)
    const again = page.locator('.changed').getByRole('button', { name: 'Export them' })
    const [download] = await Promise.all([page.waitForEvent('download'), again.click()])
    const { events } = readEstimatedEvents(readFileSync(await download.path(), 'utf8'), 'export')
    assert.deepEqual(
      events.map(({ digest }) => digest),
      ['12'.repeat(32)],
    )
    await page.getByRole('button', { name: 'Forget them' }).click()
    assert.equal(await page.locator('.changed').count(), 0)
    assert.equal(await page.evaluate(() => localStorage.length), 0)
  }

  async function resets(page: Page): Promise<void> {
    await open(page)
    await page.locator('[data-node="look"] .tick input').check()
    await page.locator('.strip-record summary').click()
    await page.getByRole('button', { name: 'Reset' }).click()
    await page.getByRole('button', { name: 'Keep them' }).click()
    assert.equal(await page.locator('[data-node="look"] .tick input').isChecked(), true)
    await page.getByRole('button', { name: 'Reset' }).click()
    await page.getByRole('button', { name: 'Forget them' }).click()
    assert.equal(await page.locator('[data-node="look"] .tick input').isChecked(), false)
    assert.equal(await page.evaluate(() => localStorage.length), 0)
  }

  async function withoutScript(page: Page): Promise<void> {
    await page.goto('/runbooks/ledger/')
    const text = await page.locator('main').innerText()
    for (const part of [
      'Look at it',
      'The disk',
      'Clean the disk',
      'The host',
      'Move the host',
      'INPUT_REASON',
    ])
      assert.ok(text.includes(part), part)
    for (const node of await page.locator('.node').all()) assert.ok(await node.isVisible())
    assert.equal(await page.locator('.strip, .hand, .choose, .values').count(), 0)
  }

  async function narrow(page: Page): Promise<void> {
    await open(page)
    await page.locator('.strip > button').click()
    await page.locator('.values summary').click()
    await page.locator('.values input').fill('x'.repeat(200))
    await page.locator('[data-node="look"] .tick input').check()
    await page.locator('.strip-record summary').click()
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(width <= 320, `${width} px wide`)
  }

  async function printed(page: Page): Promise<void> {
    await open(page)
    await page.locator('[data-choice="disk"] .choose').click()
    await page.emulateMedia({ media: 'print' })
    const shown = await page
      .locator('.strip, .desk, .values')
      .evaluateAll((list) => list.filter((element) => element.checkVisibility()).length)
    assert.equal(shown, 0)
    assert.ok(await page.locator('#move').isVisible(), 'what was left out is on paper all the same')
  }

  async function usedInPlace(page: Page): Promise<void> {
    await page.goto('/runbooks/traps/')
    await page.locator('.strip').waitFor()
    const used = page.locator('.used')
    assert.ok(await used.locator('.node').first().isVisible())
    await used.locator(':scope > summary').click()
    assert.equal(await used.locator('.node').first().isVisible(), false)
    const id = await used.locator('h3').first().getAttribute('id')
    await page.goto(`/runbooks/traps/#${id ?? ''}`)
    await page.locator('.used .node').first().waitFor({ state: 'visible' })
  }
})
