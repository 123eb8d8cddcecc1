import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createContext, runInContext } from 'node:vm'
import { z } from 'zod'
import type { Runbook } from '../../src/model/runbook.ts'
import { readProject } from '../../src/site/content/project.ts'
import { searchDocuments, searchScript } from '../../src/site/content/search.ts'
import type { SearchDocument } from '../../src/site/content/search.ts'
import { fixtureFiles, fixtureProject } from './support/fixture.ts'

const hit = z.object({ href: z.string(), kind: z.string(), title: z.string(), about: z.string() })

/** Runs the script as a browser does: a global object and nothing else, no module loader and no network. */
function searcher(documents: readonly SearchDocument[]): (query: string) => z.infer<typeof hit>[] {
  const context = createContext({})
  runInContext(searchScript(documents), context)
  return (query) =>
    z
      .array(hit)
      .parse(
        JSON.parse(
          z
            .string()
            .parse(runInContext(`JSON.stringify(drillbookSearch(${JSON.stringify(query)}, 10))`, context)),
        ),
      )
}

const OTHERS = `
vendors:
  cards:
    name: Example Card Processor
    provides: Card payments.
    methods: [{ kind: voice, value: "+12065550142", priority: 1 }]
regulators:
  privacy:
    name: Data Protection Authority
    jurisdiction: European Union
    deadlines: [{ notice: A breach, within: 72h, from: awareness, source: Article 33, asOf: 2026-10-05 }]
    methods: [{ kind: voice, value: "+12065550143", priority: 1 }]
`

function fixtureDocuments(audience: 'internal' | 'public' = 'internal'): SearchDocument[] {
  const contacts = fixtureFiles()['docs/plan/contacts.yaml'] ?? ''
  using project = fixtureProject({ 'docs/plan/contacts.yaml': `${contacts}${OTHERS}` })
  const { plan, runbooks } = readProject(project.root)
  const pages = [
    { href: '/docs/plan/scope/', title: 'Scope', text: 'What the warehouses do on paper.' },
    {
      href: '/docs/rto/',
      title: 'Lint rules',
      text: 'RTO of 2026-11-21. RTO and calendar. A call tree on call.',
    },
  ]
  return searchDocuments(plan, runbooks, audience, pages)
}

void describe('the search', () => {
  const cases: [title: string, query: string, first: string, kind: string][] = [
    ['the runbook of an alert by its name', 'LedgerDown', '/runbooks/traps/', 'Runbook'],
    ['an alert without a runbook by its words', 'shop slow', '/alerts/#ShopSlow', 'Alert'],
    ['a step by its title', 'move both at once', '/runbooks/traps/#both', 'Step'],
    ['a service by a slip of the finger', 'shup', '/services/#shop', 'Service'],
    ['a person by the beginning of a name', 'dua', '/contacts/#ana', 'Person'],
    ['a person by a number', '351210000001', '/contacts/#ana', 'Person'],
    ['a person by a number as it is written', '+351 (210) 000-001', '/contacts/#ana', 'Person'],
    ['a vendor by its name', 'Example Card Processor', '/contacts/#vendor-cards', 'Vendor'],
    ['a vendor by the number of a missed call', '+12065550142', '/contacts/#vendor-cards', 'Vendor'],
    ['a regulator by the word', 'regulator', '/contacts/#regulator-privacy', 'Regulator'],
    ['the scoreboard', 'scoreboard', '/drills/', 'Overview'],
    ['the calendar', 'calendar', '/calendar/', 'Overview'],
    ['the call tree', 'call tree', '/contacts/call-tree/', 'Overview'],
    ['who is on call', 'on call', '/contacts/on-call/', 'Overview'],
    ['the objectives, not a page that only speaks of them', 'RTO', '/services/', 'Overview'],
    ['a page by its date', '2026-11-21', '/docs/rto/', 'Page'],
    ['a page by what it says', 'warehouses paper', '/docs/plan/scope/', 'Page'],
  ]
  const search = searcher(fixtureDocuments())
  for (const [title, query, href, kind] of cases)
    void test(`finds ${title}`, () => {
      const found = search(query)
      assert.deepEqual([found[0]?.href, found[0]?.kind], [href, kind], JSON.stringify(found))
    })

  void test('finds nothing for what is nowhere, and no error for signs', () => {
    assert.deepEqual(search('xyzzyqqq'), [])
    assert.deepEqual(search('"<>/\\\''), [])
  })

  void test('takes another digit for another telephone', () => {
    assert.deepEqual(
      search('12065550142').map(({ title }) => title),
      ['Example Card Processor'],
    )
    assert.deepEqual(search('12065550149'), [])
  })

  void test('knows no number that the build keeps back', () => {
    assert.ok(!searchScript(fixtureDocuments('public')).includes('351210000001'))
    assert.ok(!searchScript(fixtureDocuments()).includes('46800000002'))
  })

  void test('can stand inside a page: no text of it ends the script element', () => {
    const document: SearchDocument = {
      href: '/x/',
      kind: 'Page',
      title: '</script><script>alert(1)</script>',
      about: '<!--',
      names: '',
      text: 'x',
    }
    const script = searchScript([document])
    assert.ok(!/<\/script|<!--/i.test(script))
    assert.equal(searcher([document])('script')[0]?.title, document.title)
  })

  void test('finds one runbook among a thousand', () => {
    const { plan, runbooks } = project()
    const [one] = runbooks
    assert.ok(one)
    const many = Array.from({ length: 1000 }, (_, index): Runbook => ({
      ...one,
      id: `copy-${index}`,
      title: `Recover ledger number ${index} zebra${index}`,
      triggers: [`Ledger${index}Down`],
    }))
    const found = searcher(searchDocuments(plan, many, 'internal', []))('zebra731')
    assert.equal(found[0]?.href, '/runbooks/copy-731/')
  })
})

function project(): ReturnType<typeof readProject> {
  using made = fixtureProject()
  return readProject(made.root)
}
