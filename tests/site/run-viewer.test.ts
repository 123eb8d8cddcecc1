import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { verifyRun } from '../../src/journal/verify.ts'
import type { TemporaryProject } from '../document/temporary-project.ts'
import { sealedRun } from '../live/journal.ts'
import { runbookOf } from './same-bytes.ts'
import { launch } from './support/browser.ts'
import { buildSite } from './support/build.ts'
import { fixtureProject } from './support/fixture.ts'
import { LEDGER } from './support/ledger.ts'
import { serve } from './support/serve.ts'

const ID = '20260101-ledger'

/** Ways in which a run on disk is no longer what was recorded. */
const damage: [string, (directory: string) => void][] = [
  ['nothing', () => undefined],
  ['a changed line', (at) => edit(at, 'journal.ndjson', (text) => text.replace('slow today', 'fast today'))],
  ['a removed line', (at) => edit(at, 'journal.ndjson', (text) => lines(text).toSpliced(3, 1).join(''))],
  ['lines that were swapped', (at) => edit(at, 'journal.ndjson', swapped)],
  ['the end cut off', (at) => edit(at, 'journal.ndjson', (text) => lines(text).slice(0, -3).join(''))],
  [
    'the last line changed',
    (at) => edit(at, 'journal.ndjson', (text) => text.replace(/"terminal.cast":"../, '"terminal.cast":"00')),
  ],
  ['a torn last line', (at) => edit(at, 'journal.ndjson', (text) => text + '{"v":1')],
  [
    'a line that is no event',
    (at) => edit(at, 'journal.ndjson', (text) => text.replace('"note-added"', '"nothing"')),
  ],
  ['changed output', (at) => edit(at, 'output/look-1.log', (text) => `${text}more`)],
  ['missing output', (at) => rmSync(path.join(at, 'output/look-1.log'))],
  ['output that nobody recorded', (at) => writeFileSync(path.join(at, 'output/look-9.log'), 'x')],
  ['a recording that was added', (at) => writeFileSync(path.join(at, 'terminal-2.cast'), 'x')],
  ['no seal.json', (at) => rmSync(path.join(at, 'seal.json'))],
  ['another seal.json', (at) => edit(at, 'seal.json', (text) => text.replace('"lines":1', '"lines":2'))],
  ['a seal.json that is none', (at) => writeFileSync(path.join(at, 'seal.json'), '{}')],
]

function edit(directory: string, name: string, change: (text: string) => string): void {
  const file = path.join(directory, name)
  const text = readFileSync(file, 'utf8')
  assert.notEqual(change(text), text)
  writeFileSync(file, change(text))
}

function lines(text: string): string[] {
  return text.split(/(?<=\n)/)
}

function swapped(text: string): string {
  const all = lines(text)
  return [...all.slice(0, 2), ...all.slice(2, 4).toReversed(), ...all.slice(4)].join('')
}

void describe('the run viewer', { timeout: 300_000 }, () => {
  const outDir = mkdtempSync(path.join(tmpdir(), 'drillbook-viewer-'))
  let project: TemporaryProject
  let browser: Browser | undefined
  const endings: (() => void)[] = []

  before(async () => {
    project = fixtureProject({ 'runbooks/ledger.mdx': LEDGER })
    const digest = runbookOf(project.root, 'ledger').digest
    const run = sealedRun({ after: (end) => endings.push(end) }, digest)
    cpSync(run, path.join(project.root, 'docs/drills', ID), { recursive: true })
    for (const end of endings) end()
    const built = await buildSite(project.root, outDir)
    assert.ok(!built.failed, built.output)
  })
  after(async () => {
    await browser?.close()
    project[Symbol.dispose]()
    rmSync(outDir, { recursive: true, force: true })
  })

  async function withPage(
    context: TestContext,
    options: BrowserContextOptions,
    use: (page: Page) => Promise<void>,
  ): Promise<void> {
    browser ??= await launch(context)
    if (!browser) return
    const fresh = await browser.newContext(options)
    try {
      await use(await fresh.newPage())
    } finally {
      await fresh.close()
    }
  }

  const standalone = (): string => pathToFileURL(path.join(outDir, 'run-viewer.html')).href

  async function openFolder(page: Page, directory: string): Promise<void> {
    await page.locator('input[type=file]').first().setInputFiles(directory)
    await page.locator('.proof').waitFor()
  }

  void test('shows a published run: steps, estimates, people, notes, output, recording', async (context) => {
    await using server = await serve(outDir)
    await withPage(context, {}, async (page) => {
      await page.goto(`${server.origin}/run/?run=${ID}`)
      await page.locator('.proof').waitFor()
      const text = await page.locator('main').innerText()
      for (const part of [
        'rolled-back',
        'it was rolled back',
        'Look at it look',
        'done in 1.2 s, estimate 1 min · a person took 4.2 s',
        'It was slow today',
        'decided: host',
        'Estimates are those of the version that ran.',
        'nothing was cut off or changed since it was sealed',
      ])
        assert.ok(text.includes(part), `it says "${part}": ${text}`)
      assert.equal(await page.locator('[data-proof="broken"]').count(), 0)
      const output = page.locator('.output').first()
      await output.locator('summary').click()
      await output.getByText('looked at it', { exact: true }).waitFor()
      await page.getByRole('button', { name: 'Replay terminal.cast' }).click()
      await page.locator('.recording').getByText('what the terminal showed').waitFor()
      await page.locator('.event-list summary').click()
      await page.getByText('rollback began: it failed').waitFor()
    })
  })

  void test('says of every damage exactly what drillbook verify says, from a file without a server', async (context) => {
    for (const [what, harm] of damage) {
      const directory = sealedRun(context)
      harm(directory)
      const expected = verifyRun(directory).problems.map(({ file = '', line, message }) => {
        const name = path.relative(directory, file)
        return `✗ Broken. ${line === undefined ? name : `${name}, line ${line}`}: ${message}`
      })
      assert.equal(expected.length > 0, !['nothing', 'a torn last line'].includes(what), what)
      await withPage(context, {}, async (page) => {
        const requests: string[] = []
        page.on('request', (request) => requests.push(request.url()))
        await page.goto(standalone())
        await openFolder(page, directory)
        const broken = await page.locator('[data-proof="broken"]').allInnerTexts()
        assert.deepEqual(broken.toSorted(), expected.toSorted(), what)
        assert.deepEqual(requests, [standalone()], 'nothing is asked of anyone')
      })
    }
  })

  void test('replays a recording from a file without a server', async (context) => {
    await withPage(context, {}, async (page) => {
      await page.goto(standalone())
      await openFolder(page, sealedRun(context))
      await page.getByRole('button', { name: 'Replay terminal.cast' }).click()
      await page.locator('.recording').getByText('what the terminal showed').waitFor()
    })
  })

  void test('says of a journal alone what was not checked, and of another file that it is none', async (context) => {
    const directory = sealedRun(context)
    await withPage(context, {}, async (page) => {
      await page.goto(standalone())
      const alone = page.locator('input[type=file]').nth(1)
      await alone.setInputFiles(path.join(directory, 'journal.ndjson'))
      await page.getByText('Only the journal was opened: seal.json and the 2 files').waitFor()
      assert.equal(await page.getByText('nothing was cut off').count(), 0)
      await page.locator('input[type=file]').first().setInputFiles(path.join(directory, 'output'))
      await page
        .getByText(/is not a journal event|There is no journal/)
        .first()
        .waitFor()
    })
  })

  void test('is readable without script and at 320 px', async (context) => {
    await using server = await serve(outDir)
    await withPage(context, { javaScriptEnabled: false }, async (page) => {
      await page.goto(`${server.origin}/run/`)
      const text = await page.locator('main').innerText()
      for (const part of [
        '2 Published runs',
        'Ledger',
        'A test',
        'rolled-back',
        'npx drillbook verify',
      ].slice(2))
        assert.ok(text.includes(part), `${part}: ${text}`)
    })
    await withPage(context, { viewport: { width: 320, height: 640 } }, async (page) => {
      await page.goto(`${server.origin}/run/?run=${ID}`)
      await page.locator('.proof').waitFor()
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      assert.ok(width <= 320, `${width} px wide`)
    })
  })
})
