import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createContext, runInContext } from 'node:vm'
import { z } from 'zod'
import type { Runbook } from '../../src/model/runbook.ts'
import { readProject } from '../../src/site/content/project.ts'
import { searchDocuments, searchScript } from '../../src/site/content/search.ts'
import type { SearchDocument } from '../../src/site/content/search.ts'
import { fixtureProject } from './support/fixture.ts'

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

function fixtureDocuments(audience: 'internal' | 'public' = 'internal'): SearchDocument[] {
  using project = fixtureProject()
  const { plan, runbooks } = readProject(project.root)
  const pages = [{ href: '/docs/plan/scope/', title: 'Scope', text: 'What the warehouses do on paper.' }]
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
