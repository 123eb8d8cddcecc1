import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { loadPlan, runbookIds } from '../../src/document/plan.ts'
import { readDrills } from '../../src/site/content/drills.ts'
import { repositoryFile } from '../document/temporary-project.ts'
import type { TemporaryProject } from '../document/temporary-project.ts'
import {
  assertCopies,
  assertDarkWithoutScript,
  assertFewKeys,
  assertLongNames,
  assertNarrow,
  assertOnCallMoves,
  assertPrint,
  assertPolicy,
  assertQuiet,
  assertSearch,
  assertWhatIsDown,
} from './in-browser.ts'
import {
  assertImported,
  assertMessages,
  assertNodes,
  assertSameFences,
  runbookOf,
  runbookPage,
} from './same-bytes.ts'
import { assertOffline, assertStaleness } from './offline.ts'
import { assertAccessible } from './support/accessible.ts'
import { launch } from './support/browser.ts'
import { buildSite } from './support/build.ts'
import { fixtureProject } from './support/fixture.ts'
import { assertLighthouse, freePort } from './support/lighthouse.ts'
import { attribute, elements, readPage, textOf } from './support/html.ts'
import { serve } from './support/serve.ts'

type Site = { name: string; root: string; outDir: string; ids: string[] }

/** What Docusaurus puts on a page that could not be rendered. */
const ERROR_BOX = /page crashed|try again|something went wrong/i

void describe('the site', { timeout: 300_000 }, () => {
  const sites: Site[] = []
  const output = mkdtempSync(path.join(tmpdir(), 'drillbook-site-'))
  let fixture: TemporaryProject

  before(async () => {
    fixture = fixtureProject()
    const roots = { repository: repositoryFile(), fixture: fixture.root }
    for (const [name, root] of Object.entries(roots)) {
      const outDir = path.join(output, name)
      const built = await buildSite(root, outDir)
      assert.ok(!built.failed, built.output)
      sites.push({ name, root, outDir, ids: runbookIds(root) })
    }
  })
  after(() => {
    fixture[Symbol.dispose]()
    rmSync(output, { recursive: true, force: true })
  })

  void test('has a runbook to show', () => {
    assert.deepEqual(
      sites.map(({ name, ids }) => [name, ids.length > 0]),
      [
        ['repository', true],
        ['fixture', true],
      ],
    )
  })

  void test('shows what the runner executes, byte for byte', () => {
    for (const { root, outDir, ids } of sites)
      for (const id of ids) assertSameFences(runbookPage(outDir, id), runbookOf(root, id))
  })

  void test('shows what scripts import, byte for byte', () => {
    for (const { root, outDir, ids } of sites)
      for (const id of ids) assertImported(runbookPage(outDir, id), runbookOf(root, id))
  })

  void test('shows every node with its title, its anchor and its place in the contents', () => {
    for (const { root, outDir, ids } of sites)
      for (const id of ids) assertNodes(runbookPage(outDir, id), runbookOf(root, id))
  })

  void test('shows every message as its template has it', () => {
    for (const { root, outDir, ids } of sites)
      for (const id of ids) assertMessages(runbookPage(outDir, id), runbookOf(root, id))
  })

  void test('has text on every page, and an error box on none', () => {
    for (const { root, outDir, ids } of sites)
      for (const [route, expected] of Object.entries(expectedText(root, ids))) {
        const text = textOf(readPage(path.join(outDir, route, 'index.html')))
        assert.doesNotMatch(text, ERROR_BOX, route)
        for (const part of expected) assert.ok(text.includes(part), `${route} says "${part}"`)
      }
  })

  void test('leads to a page or a file with every link, those to files beside the pages as well', () => {
    for (const { outDir } of sites) {
      const dead = pagesIn(outDir).flatMap((page) =>
        linksOf(path.join(outDir, page))
          .filter((link) => !leadsSomewhere(outDir, link))
          .map((link) => `${page}: ${link}`),
      )
      assert.deepEqual(dead, [])
    }
  })

  void test('names the people of an exercise, and leads to them', () => {
    const site = sites.find(({ name }) => name === 'repository')
    const page = readPage(path.join(site?.outDir ?? '', 'docs/exercises/region-loss/index.html'))
    const [first] = elements(page, (element) => attribute(element, 'href') === '/contacts/#maria-keller')
    assert.ok(first)
    assert.equal(textOf(first), 'Maria Keller')
    assert.doesNotMatch(textOf(page), /maria-keller/)
  })

  void test('says of a decision where each answer leads, and of a step when it is left out', () => {
    const site = sites.find(({ name }) => name === 'fixture')
    assert.ok(site)
    const text = textOf(runbookPage(site.outDir, 'traps'))
    for (const part of [
      'Then5 Move both at once6 backup/take',
      'Then4 Look at the disk',
      'Nothing is added or left out',
      'Only if 3 What is lost? was answered disk',
      'By hand. No program does this step',
      'At the same time: 2 steps',
      'from scripts/postgres/fence.ts',
      'on ledger-db.standby',
      '$1 is ticket',
      '15 min objective · not measured',
      '50 s over the RTO',
      'by a second person',
    ])
      assert.ok(text.includes(part), `the page says "${part}"`)
    assert.ok(!text.includes('A comment is not on the page'))
  })

  void test('keeps plain Markdown plain', () => {
    const site = sites.find(({ name }) => name === 'fixture')
    const text = textOf(readPage(path.join(site?.outDir ?? '', 'docs/reference/plain/index.html')))
    assert.ok(text.includes('A budget of <500ms and an {id} that is not JSX.'))
  })

  void test('keeps back the numbers of people who are only in the emergency pack', () => {
    const site = sites.find(({ name }) => name === 'fixture')
    const text = textOf(readPage(path.join(site?.outDir ?? '', 'contacts/index.html')))
    assert.ok(text.includes('+351210000001'))
    assert.ok(!text.includes('+46800000002'))
  })

  void describe('in a browser', () => {
    let browser: Browser | undefined
    after(async () => browser?.close())

    const cases: [string, (browser: Browser, origin: string, site: Site) => Promise<void>][] = [
      ['copies exactly the bytes of every fence', assertCopies],
      ['says nothing on the console and asks no other origin', assertQuiet],
      ['is dark where the system is, without script', assertDarkWithoutScript],
      ['never scrolls sideways at 320 px, with script and without', assertNarrow],
      ['breaks a name without a space rather than widening the page', assertLongNames],
      ['loses nothing in print', assertPrint],
      ['leads by search and keyboard to every runbook, and without script to the table', assertSearch],
      ['shows without script who is left when something is down', assertWhatIsDown],
      ['marks who is on call now, and says when it no longer knows', assertOnCallMoves],
      ['runs no script but its own', assertPolicy],
      ['says loudly that it is past its limit', assertStaleness],
      ['has no violation of WCAG 2.2 AA on any template, in light and dark', assertAllAccessible],
      ['takes the keyboard from the question to a command and a number in at most 8 keys', assertFewKeys],
    ]
    void test('is there when its server is gone, and says how old it is', async (context) => {
      browser ??= await launch(context)
      if (!browser) return
      for (const site of sites) await assertOffline(browser, site)
    })

    void test('has an accessibility score of 100 from Lighthouse', async (context) => {
      const port = await freePort()
      const own = await launch(context, [`--remote-debugging-port=${port}`])
      if (!own) return
      try {
        for (const { outDir, ids } of sites) {
          await using server = await serve(outDir)
          const paths = ['/', '/contacts/', ...ids.slice(0, 1).map((id) => `/runbooks/${id}/`)]
          await assertLighthouse(
            port,
            paths.map((path) => server.origin + path),
          )
        }
      } finally {
        await own.close()
      }
    })

    for (const [title, check] of cases)
      void test(title, async (context) => {
        browser ??= await launch(context)
        if (!browser) return
        for (const site of sites) {
          await using server = await serve(site.outDir)
          await check(browser, server.origin, site)
        }
      })
  })
})

function pagesIn(outDir: string): string[] {
  return readdirSync(outDir, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'))
}

/** The addresses on this site that a page links to, without what follows `#` or `?`. */
function linksOf(file: string): string[] {
  const found = elements(readPage(file), ({ tagName }) => tagName === 'a')
    .map((link) => URL.parse(attribute(link, 'href') ?? '', 'http://site/'))
    .flatMap((url) => (url?.host === 'site' ? [decodeURIComponent(url.pathname)] : []))
  return [...new Set(found)]
}

function leadsSomewhere(outDir: string, link: string): boolean {
  const file = path.join(outDir, link, link.endsWith('/') ? 'index.html' : '')
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true
}

async function assertAllAccessible(browser: Browser, origin: string, { outDir }: Site): Promise<void> {
  await assertAccessible(
    browser,
    onePerTemplate(pagesIn(outDir)).map((file) => `${origin}/${file.replace(/index\.html$/, '')}`),
    true,
  )
}

/** Every page of our own, and of the documents one a folder. */
function onePerTemplate(pages: string[]): string[] {
  const folders = new Map(pages.map((file) => [path.dirname(path.dirname(file)), file]))
  return pages.filter(
    (file) => !file.startsWith('docs/') || folders.get(path.dirname(path.dirname(file))) === file,
  )
}

/** What has to stand on which page, from the files that the pages are made of. */
function expectedText(root: string, ids: string[]): Record<string, string[]> {
  const { plan } = loadPlan(root)
  assert.ok(plan)
  const runbooks = ids.map((id) => runbookOf(root, id))
  const services = Object.values(plan.services).map((service) => service.title)
  const titles = runbooks.map((runbook) => runbook.title)
  const pages = runbooks.map(({ id, title, summary, triggers, digest }): [string, string[]] => [
    `runbooks/${id}`,
    [title, summary, ...triggers, digest.slice(0, 12), `npm run runbook ${id}`],
  ])
  assert.ok(existsSync(path.join(root, 'docs/index.md')))
  return {
    '': ['What is broken?', ...services, ...titles, ...runbooks.flatMap((runbook) => runbook.triggers)],
    runbooks: [...titles, ...(readDrills(root).drills.length === 0 ? ['not measured'] : [])],
    services: [...services, 'Recovery order'],
    contacts: Object.values(plan.contacts.people).map((person) => person.name),
    alerts: Object.values(plan.services).flatMap(({ alerts }) => alerts),
    drills: ['Scoreboard'],
    calendar: Object.values(plan.schedule.drills).map(({ title }) => title),
    'contacts/on-call': [
      ...Object.values(plan.contacts.schedules).map((schedule) => schedule.title),
      'Computed until',
    ],
    'contacts/call-tree': Object.values(plan.contacts.policies).map((policy) => policy.title),
    docs: ['Docs'],
    ...Object.fromEntries(pages),
  }
}
