import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption'
import { unzipSync } from 'fflate'
import type { Browser } from 'playwright-core'
import { extractText, getDocumentProxy } from 'unpdf'
import { runProgram } from '../../src/cli/commands/check.ts'
import { loadPlan, runbookIds } from '../../src/document/plan.ts'
import { steps } from '../../src/model/runbook.ts'
import { repositoryFile, temporaryProject } from '../document/temporary-project.ts'
import type { TemporaryProject } from '../document/temporary-project.ts'
import {
  assertImported,
  assertMessages,
  assertNodes,
  assertSameFences,
  everyNode,
  runbookOf,
} from './same-bytes.ts'
import { assertAccessible } from './support/accessible.ts'
import { launch } from './support/browser.ts'
import { fixtureProject } from './support/fixture.ts'
import { readPage, textOf } from './support/html.ts'

const PRIVATE = '+46800000002'
const INTERNAL = '+351210000001'

type Pack = { name: string; root: string; out: string; ids: string[] }

function pack(root: string, args: string[], env: Record<string, string> = {}) {
  const main = repositoryFile('src/cli/main.js')
  return runProgram(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'pack', ...args], {
    cwd: root,
    env: { SOURCE_DATE_EPOCH: '1795000000', ...env },
  })
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(path.join(folder, file)).isFile())
    .sort()
}

function pagesOf({ out }: Pack): string[] {
  return filesOf(out).filter((file) => file.endsWith('.html'))
}

void describe('the emergency pack', { timeout: 300_000 }, () => {
  const packs: Pack[] = []
  let fixture: TemporaryProject
  let output: TemporaryProject

  before(async () => {
    fixture = fixtureProject()
    output = temporaryProject({})
    for (const [name, root] of Object.entries({ repository: repositoryFile(), fixture: fixture.root })) {
      const out = path.join(output.root, name)
      const { code, stderr } = await pack(root, ['--out', out])
      assert.equal(code, 0, stderr)
      packs.push({ name, root, out, ids: runbookIds(root) })
    }
  })
  after(() => {
    fixture[Symbol.dispose]()
    output[Symbol.dispose]()
  })

  void test('shows every step, command, script, rollback and message as the runner has it', () => {
    for (const { root, out, ids } of packs)
      for (const id of ids) {
        const runbook = runbookOf(root, id)
        const page = readPage(path.join(out, `runbooks/${id}.html`))
        assertSameFences(page, runbook)
        assertImported(page, runbook)
        assertNodes(page, runbook)
        assertMessages(page, runbook)
      }
  })

  void test('has all of it on one page as well', () => {
    for (const { root, out, ids } of packs) {
      const everything = textOf(readPage(path.join(out, 'everything.html')))
      for (const id of ids)
        for (const { fences } of steps(runbookOf(root, id).nodes))
          for (const { code } of fences) assert.ok(everything.includes(code), `${id}: ${code}`)
    }
  })

  void test('shows the prose of a runbook, its links leading to the pack', () => {
    const traps = readFileSync(path.join(output.root, 'fixture/runbooks/traps.html'), 'utf8')
    for (const part of [
      'Use this when bookings fail. Do <strong>not</strong> use it for <code>reads</code>.',
      '<li><p>First in a list.</p><pre><code>echo &quot;in a list: only shown&quot;</code></pre></li>',
      '<a href="../runbooks/backup/take.html">the backup runbook</a>',
    ])
      assert.ok(traps.includes(part), part)
    assert.ok(!traps.includes('A comment is not on the page'))
    assert.ok(!/<script|<link|<img|<iframe|javascript:/i.test(traps))
  })

  void test('names everyone that can be reached, with every number', () => {
    for (const { root, out } of packs) {
      const { plan } = loadPlan(root)
      assert.ok(plan)
      const shown = ['contacts.html', 'private-contacts.html']
        .map((file) => path.join(out, file))
        .filter((file) => existsSync(file))
        .map((file) => textOf(readPage(file)))
        .join('\n')
      const { people, vendors, regulators } = plan.contacts
      for (const { name, methods } of Object.values({ ...people, ...vendors, ...regulators }))
        for (const text of [name, ...methods.map((method) => method.value)])
          assert.ok(shown.includes(text), `${name}: ${text}`)
    }
  })

  void test('says on every page what it is and until when it may be believed', () => {
    for (const one of packs)
      for (const file of pagesOf(one)) {
        const text = textOf(readPage(path.join(one.out, file)))
        for (const part of [
          'Valid until 2026-12-18.',
          'built 2026-11-18 11:06 UTC from',
          'for internal readers',
        ])
          assert.ok(text.includes(part), `${one.name}/${file} says ${part}`)
        const html = readFileSync(path.join(one.out, file), 'utf8')
        assert.match(html, /@bottom-left \{ content: "Drillbook, built [^"]+, valid until 2026-12-18"/)
      }
  })

  void test('weighs at most 100 kB a page and 5 MB in all', () => {
    for (const one of packs) {
      for (const file of pagesOf(one).filter((place) => place !== 'everything.html'))
        assert.ok(statSync(path.join(one.out, file)).size <= 100_000, `${one.name}/${file}`)
      const zip = filesOf(one.out).find((file) => file.endsWith('.zip')) ?? ''
      assert.ok(statSync(path.join(one.out, zip)).size <= 5_000_000, zip)
    }
  })

  void test('is a zip of the same files, whose checksums hold', async () => {
    for (const { out } of packs) {
      await promisify(execFile)('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: out })
      const files = filesOf(out).filter((file) => !file.endsWith('.zip'))
      const zip = unzipSync(readFileSync(path.join(out, 'drillbook-pack-2026-11-18.zip')))
      const zipped = Object.fromEntries(
        Object.entries(zip).map(([name, bytes]) => [name.replace('drillbook-pack-2026-11-18/', ''), bytes]),
      )
      assert.deepEqual(Object.keys(zipped).sort(), files)
      for (const file of files)
        assert.ok(readFileSync(path.join(out, file)).equals(zipped[file] ?? Buffer.of()), file)
      const listed = readFileSync(path.join(out, 'SHA256SUMS'), 'utf8').trim().split('\n')
      assert.equal(listed.length, files.length - 1, 'every file but the list itself')
    }
  })

  void test('has the same bytes when it is built again, wherever and in whichever time zone', async () => {
    const again = path.join(output.root, 'elsewhere/again')
    const { code, stderr } = await pack(fixture.root, ['--out', again], { TZ: 'Pacific/Apia' })
    assert.equal(code, 0, stderr)
    for (const file of filesOf(path.join(output.root, 'fixture')))
      assert.ok(
        readFileSync(path.join(again, file)).equals(readFileSync(path.join(output.root, 'fixture', file))),
        `${file} is the same`,
      )
  })

  void test('prints every step with its id, its commands, a box to tick, and a foot on every sheet', async () => {
    for (const { root, out, ids } of packs)
      for (const id of ids) {
        const { nodes } = runbookOf(root, id)
        const bytes = readFileSync(path.join(out, `runbooks/${id}.pdf`))
        const { text: sheets } = await extractText(await getDocumentProxy(new Uint8Array(bytes)))
        const text = squeezed(sheets.map((sheet) => sheet.replace(FOOT, '')).join(''))
        for (const node of everyNode(nodes)) {
          assert.ok(text.includes(squeezed(node.id)), `${node.id} is printed`)
          assert.ok(text.includes(squeezed(node.title.replaceAll('`', ''))), `${node.title} is printed`)
        }
        for (const { fences } of steps(nodes))
          for (const { code } of fences)
            for (const line of code.split('\n')) assert.ok(text.includes(squeezed(line)), `${id}: ${line}`)
        const boxes = text.split(squeezed('Started ____ : ____')).length - 1
        assert.equal(
          boxes,
          everyNode(nodes).filter(({ kind }) => kind !== 'parallel' && kind !== 'use').length,
        )
        for (const sheet of sheets) assert.match(sheet, FOOT)
      }
  })

  void test('keeps private numbers on a page of their own, and can encrypt it', async () => {
    const inClear = filesOf(path.join(output.root, 'fixture')).filter((file) =>
      readFileSync(path.join(output.root, 'fixture', file)).includes(PRIVATE),
    )
    assert.deepEqual(inClear, ['private-contacts.html'])
    const [identity, other] = [await generateIdentity(), await generateIdentity()]
    const recipients = [await identityToRecipient(identity), await identityToRecipient(other)]
    const secret = path.join(output.root, 'passphrase')
    writeFileSync(secret, 'correct horse battery staple\n')
    const locks = [recipients.flatMap((one) => ['--encrypt-to', one]), ['--passphrase-file', secret]]
    for (const [position, lock] of locks.entries()) {
      const out = path.join(output.root, `locked-${position}`)
      const { code, stderr } = await pack(fixture.root, ['--no-pdf', '--out', out, ...lock])
      assert.equal(code, 0, stderr)
      assert.ok(!stderr.includes('WARNING'), stderr)
      for (const file of filesOf(out)) assert.ok(!readFileSync(path.join(out, file)).includes(PRIVATE), file)
      assert.ok(!existsSync(path.join(out, 'private-contacts.html')))
      const decrypter = new Decrypter()
      if (position === 0) decrypter.addIdentity(other)
      else decrypter.addPassphrase('correct horse battery staple')
      const bytes = new Uint8Array(readFileSync(path.join(out, 'private-contacts.html.age')))
      const page = await decrypter.decrypt(bytes, 'text')
      assert.ok(page.includes(PRIVATE) && page.includes('Private numbers: not to be copied'))
    }
  })

  void test('for the public has no number that is not public, and is refused when prose repeats one', async () => {
    const out = path.join(output.root, 'public')
    const { code, stderr } = await pack(fixture.root, ['--no-pdf', '--out', out, '--audience', 'public'])
    assert.equal(code, 0, stderr)
    for (const file of filesOf(out)) {
      const bytes = readFileSync(path.join(out, file))
      assert.ok(!bytes.includes(PRIVATE) && !bytes.includes(INTERNAL), file)
    }
    using leaking = fixtureProject()
    const file = 'runbooks/backup/take.mdx'
    const text = readFileSync(path.join(leaking.root, file), 'utf8')
    leaking.write(file, text.replace('\n<Step', `\nCall ${PRIVATE}.\n\n<Step`))
    const leak = await pack(leaking.root, ['--no-pdf', '--out', 'pack'])
    assert.equal(leak.code, 3, leak.stderr)
    assert.match(
      leak.stderr,
      /contacts\.yaml:17:31 {2}people\.bo\.methods\.0\.value is in runbooks\/backup\/take\.html/,
    )
    assert.ok(!leak.stderr.includes(PRIVATE))
    assert.ok(!readdirSync(leaking.root).some((name) => name.startsWith('pack')), 'nothing is left behind')
  })

  void test('is not written over anything else, nor without what it needs', async () => {
    const cases: [args: string[], env: Record<string, string>, code: number, says: RegExp][] = [
      [['--out', 'docs'], {}, 2, /docs holds something that is not an emergency pack/],
      [['--out', 'p'], { CHROMIUM: '/no/such/chromium' }, 1, /does not start: .*\n.*--no-pdf/],
      [['--out', 'p', '--encrypt-to', 'age1nonsense'], {}, 2, /expected an age recipient/],
      [['--out', 'p', '--passphrase-file', '/no/file'], {}, 2, /cannot be read: ENOENT/],
      [['--out', 'p', '--audience', 'pubic'], {}, 2, /expected internal or public/],
      [['--out', 'p'], { SOURCE_DATE_EPOCH: 'today' }, 2, /expected seconds since 1970/],
    ]
    for (const [args, env, expected, says] of cases) {
      const { code, stderr } = await pack(fixture.root, args, env)
      assert.equal(code, expected, stderr)
      assert.match(stderr, says)
      assert.doesNotMatch(stderr, /defect|\n {4}at /)
      assert.ok(!existsSync(path.join(fixture.root, 'p')))
    }
    assert.ok(existsSync(path.join(fixture.root, 'docs/plan/contacts.yaml')))
  })

  void describe('opened from its folder, without script', () => {
    let browser: Browser | undefined
    after(async () => browser?.close())

    void test('asks for nothing else, leads nowhere that is not there, and fits 320 px in both themes', async (context) => {
      browser ??= await launch(context)
      if (!browser) return
      for (const one of packs)
        for (const colorScheme of ['light', 'dark'] as const)
          await assertSelfContained(browser, one, colorScheme)
    })

    void test('has no violation of WCAG 2.2 AA', async (context) => {
      browser ??= await launch(context)
      if (!browser) return
      for (const one of packs)
        await assertAccessible(
          browser,
          pagesOf(one).map((file) => addressOf(one, file)),
          false,
        )
    })
  })
})

const FOOT =
  /\d+ of \d+Drillbook, built 2026-11-18 11:06 UTC from .{1,12}(?: and changes since)?, valid until 2026-12-18/

/** A PDF knows where glyphs are, not where words end. */
function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, '')
}

function addressOf({ out }: Pack, file: string): string {
  return pathToFileURL(path.join(out, file)).href
}

async function assertSelfContained(
  browser: Browser,
  one: Pack,
  colorScheme: 'light' | 'dark',
): Promise<void> {
  const context = await browser.newContext({
    colorScheme,
    javaScriptEnabled: false,
    offline: true,
    viewport: { width: 320, height: 640 },
  })
  try {
    const page = await context.newPage()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('requestfailed', (request) => asked.push(`failed: ${request.url()}`))
    page.on('console', (message) => asked.push(message.text()))
    for (const file of pagesOf(one)) {
      const address = addressOf(one, file)
      asked.length = 0
      await page.goto(address)
      assert.deepEqual(asked, [address], file)
      const [width, paper, ink] = await page
        .locator('html')
        .evaluate((html) => [
          html.scrollWidth,
          getComputedStyle(document.body).backgroundColor,
          getComputedStyle(document.body).color,
        ])
      assert.ok(width <= 320, `${file} is ${width} px wide`)
      assert.equal(brightness(paper) < brightness(ink), colorScheme === 'dark', `${file} in ${colorScheme}`)
      const hrefs = await page
        .locator('a[href]')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href')))
      for (const href of hrefs) assertLeads(path.join(one.out, file), href ?? '')
    }
  } finally {
    await context.close()
  }
}

function brightness(color: string): number {
  return (color.match(/\d+/g) ?? []).slice(0, 3).reduce((total, part) => total + Number(part), 0)
}

/** A link of a page leads to a place of the pack, or calls someone. */
function assertLeads(from: string, href: string): void {
  if (/^(tel|sms|mailto):/.test(href)) return
  const [file = '', anchor] = href.split('#')
  const target = file === '' ? from : path.resolve(path.dirname(from), file)
  assert.ok(existsSync(target), `${from} leads to ${href}`)
  if (anchor !== undefined)
    assert.ok(readFileSync(target, 'utf8').includes(` id="${anchor}"`), `${from}: ${href}`)
}
