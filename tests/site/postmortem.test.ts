import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { EventBody } from '../../src/model/event.ts'
import { computePostmortem } from '../../src/reports/postmortem/compute.ts'
import { postmortemDocument } from '../../src/reports/postmortem/document.ts'
import { repositoryFile } from '../document/temporary-project.ts'
import type { TemporaryProject } from '../document/temporary-project.ts'
import { FINISHED, MEASURED, STARTED, journalText, runSource } from '../reports/journal-lines.ts'
import { buildSite } from './support/build.ts'
import { fixtureProject } from './support/fixture.ts'
import { attribute, elements, readPage, textOf } from './support/html.ts'

/** What journals, programs and people have said, and what a page has made of it elsewhere. */
const TRAPS: [name: string, text: string][] = [
  ['backticks', 'run `psql` or ``a`b``'],
  ['less than', 'p99 was <500ms and <b>bold</b> <!-- not a comment -->'],
  ['braces', '{id} {{title}} {#anchor} ${HOME}'],
  ['dollars', '$1 costs $$2$$ and $(date)'],
  ['quotes', '"double" and \'single\''],
  ['bars', 'a | b || c \\| d'],
  ['emoji', '🚒 done :tada: 👩‍🚒'],
  ['right to left', 'שלום עולם and مرحبا'],
  ['marks', '*star* _under_ **two** ~~gone~~ [link](http://example.com/x) ![i](j)'],
  ['directives', ':::note and :smile[x]{y} ::leaf'],
  ['a heading', '# not a heading'],
  ['a list', '1. not a list'],
  ['entities', '&lt; &amp; &#123; &nbsp;'],
  ['backslashes', 'C:\\temp\\*.log \\'],
  ['a footnote', '[^1] and [ ] box'],
  ['an import', "import x from 'y'"],
  ['addresses', 'http://example.com/a_b_c?d=e&f=g or www.example.com/a_b or first_last@example.com'],
  ['control characters', 'bell \u0007 escape \u001b[31mred'],
]
/** Control characters are shown as a terminal shows them. */
const shown = (text: string): string => text.replace('\u0007', '␇').replace('\u001b', '␛')

const LONG = Array.from({ length: 10_000 }, (_, index) => `line ${index + 1} of <10000> {x} \`\`\`\` |`).join(
  '\n',
)
const OUTPUTS: [name: string, text: string][] = [
  ['fences', '````\n```sh\necho\n```\n~~~\n`````'],
  ['markup', '</code></pre><script>alert(1)</script> </details>\n\n<details>\n{/* no */}\n---\n# x'],
  ['ten thousand lines', LONG],
]

void describe('a post-mortem on the site', { timeout: 300_000 }, () => {
  const output = mkdtempSync(path.join(tmpdir(), 'drillbook-postmortem-'))
  let project: TemporaryProject
  let page: ReturnType<typeof readPage>

  before(async () => {
    project = fixtureProject()
    const { text, journal } = trappedDocument()
    project.write('docs/index.md', '---\ntitle: Docs\n---\nDocs.\n')
    project.write('docs/postmortems/2026-11-21-traps.md', text)
    project.write('docs/postmortems/journals/r1/journal.ndjson', journal)
    const built = await buildSite(project.root, output)
    assert.ok(!built.failed, built.output)
    page = readPage(path.join(output, 'docs/postmortems/2026-11-21-traps/index.html'))
  })
  after(() => {
    project[Symbol.dispose]()
    rmSync(output, { recursive: true, force: true })
  })

  const cells = (): string[] => elements(page, ({ tagName }) => tagName === 'td').map((cell) => textOf(cell))
  for (const [name, text] of TRAPS)
    void test(`prints the same characters: ${name}`, () => {
      const wanted = [`note: ${shown(text)}`, shown(text)]
      // Once in the timeline after a word, once at the beginning of a cell, once as code.
      for (const want of wanted)
        assert.ok(
          cells().includes(want),
          `${want}\n${cells()
            .filter((cell) => cell.includes(shown(text).slice(0, 6)))
            .join('\n')}`,
        )
      assert.equal(cells().filter((cell) => cell === shown(text)).length, 2, 'as prose and as code')
    })

  for (const [name, text] of OUTPUTS)
    void test(`prints the same output: ${name}`, () => {
      const blocks = elements(page, ({ tagName }) => tagName === 'pre').map((block) =>
        textOf(block).trimEnd(),
      )
      assert.ok(
        blocks.includes(text),
        `${blocks.length} blocks, ${blocks.map((block) => block.slice(0, 80)).join('\n')}`,
      )
    })

  void test('keeps its structure: no trap became a heading, a script or a rule', () => {
    const main = elements(page, (element) => attribute(element, 'id') === 'main')[0]
    assert.ok(main)
    assert.deepEqual(
      elements(main, ({ tagName }) => ['script', 'hr', 'img', 'b', 'del'].includes(tagName)),
      [],
    )
    const headings = elements(main, ({ tagName }) => /^h[1-3]$/.test(tagName)).map((heading) =>
      textOf(heading).replace('\u200B', ''),
    )
    assert.ok(!headings.some((heading) => heading.includes('not a heading')), headings.join(', '))
    assert.ok(headings.includes('Contributing factors'))
  })

  void test('prints the words of people as they wrote them', () => {
    assert.match(textOf(page), /Two primaries were possible for <500ms\./)
  })

  void test('is found in the list, and its rows lead to the lines of its journal', () => {
    const list = readPage(path.join(output, 'postmortems/index.html'))
    assert.match(textOf(list), /Traps `x` <y>/)
    const links = elements(page, ({ tagName }) => tagName === 'a').map(
      (link) => attribute(link, 'href') ?? '',
    )
    const line = links.find((href) => href.endsWith('#L1'))
    assert.equal(line, '/postmortems/journals/r1/#L1')
    const journal = readPage(path.join(output, 'postmortems/journals/r1/index.html'))
    assert.equal(elements(journal, (element) => attribute(element, 'id') === 'L1').length, 1)
    assert.ok(
      textOf(journal).includes(
        readFileSync(path.join(project.root, 'docs/postmortems/journals/r1/journal.ndjson'), 'utf8').split(
          '\n',
        )[0] ?? '-',
      ),
    )
  })
})

function trappedDocument(): { text: string; journal: string } {
  const failed = OUTPUTS.flatMap(([name], index): EventBody[] => [
    {
      event: 'fence-started',
      step: name,
      job: `j${index}`,
      role: 'run',
      lang: 'sh',
      place: 'runbooks/x.mdx:3',
      sha256: 'a'.repeat(64),
    },
    {
      event: 'fence-finished',
      step: name,
      job: `j${index}`,
      outcome: { kind: 'failed', durationMs: 1, reason: 'no' },
      found: 'live',
    },
  ])
  const bodies: EventBody[] = [
    STARTED,
    ...TRAPS.map(([, text]): EventBody => ({ event: 'note-added', text })),
    ...TRAPS.map(([, text]): EventBody => ({
      event: 'step-skipped',
      step: text,
      reason: text,
      by: 'person',
    })),
    ...failed,
    MEASURED,
    FINISHED,
  ]
  const told = {
    title: 'Traps `x` <y> :tada: {#id}',
    kind: 'drill' as const,
    severity: 'sev1' as const,
    services: ['ledger-db'],
    actions: [],
  }
  const source = runSource(bodies, {
    output: (job) => OUTPUTS[Number(job.slice(1))]?.[1],
    expected: undefined,
  })
  const { data, measured, startedAt, endedAt } = computePostmortem({ ...told, owner: 'Ana' }, [source])
  // Only the tables that hold the traps: each once, so that what is found is what was meant.
  const template = {
    file: 'traps.hbs',
    text: readFileSync(repositoryFile('templates/postmortem.md.hbs'), 'utf8').replace(
      '{{#each estimates}}\n| {{code step}}',
      '{{#each estimates}}\n| x{{code step}}',
    ),
  }
  const text = postmortemDocument(
    {
      ...told,
      owner: 'ana',
      id: '2026-11-21-traps',
      mdx: { format: 'md' },
      status: 'draft',
      authors: [],
      runRefs: ['r1'],
      measured,
      startedAt,
      endedAt,
    },
    data,
    template,
    {
      file: 'x.md',
      regions: [{ name: 'contributing-factors', text: 'Two primaries were possible for \\<500ms.', line: 1 }],
    },
  )
  return { text, journal: journalText(bodies) }
}
