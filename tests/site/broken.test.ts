import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { runbookFrontMatter } from '../../src/site/content/runbook-front-matter.ts'
import { buildSite } from './support/build.ts'
import { fixtureProject } from './support/fixture.ts'

const cases: [title: string, file: string, change: (text: string) => string, expected: string[]][] = [
  [
    'every mistake of a runbook, each with its place',
    'runbooks/traps.mdx',
    (text) =>
      text
        .replace('danger="destructive"', 'danger="scary"')
        .replace('file=scripts/postgres/fence.ts', 'file=scripts/none.ts'),
    ['runbooks/traps.mdx:30:37  ', 'attribute danger', 'runbooks/traps.mdx:54:1  ', 'there is no such file'],
  ],
  [
    'a used runbook, with its own place',
    'runbooks/backup/take.mdx',
    (text) => text.replace('```sh run', '```sh rnu'),
    ['runbooks/backup/take.mdx:34:1  ', 'unknown fence role "rnu"'],
  ],
  [
    'a character that a page cannot show for what it is',
    'scripts/postgres/fence.ts',
    (text) => text.replace('trailing spaces', 'trailing\u00A0spaces'),
    ['scripts/postgres/fence.ts:6:35  ', 'the character U+00A0 cannot be shown for what it is'],
  ],
  [
    'a plan that cannot be read',
    'docs/plan/services.yaml',
    (text) => text.replace('tier: 0', 'tier: first'),
    ['docs/plan/services.yaml:5:11  ', 'services.ledger-db.tier'],
  ],
  [
    'a rotation whose handoff clocks skip',
    'docs/plan/contacts.yaml',
    (text) => text.replace('start: 2026-11-02', 'start: 2026-11-01').replace('"09:00"', '"01:30"'),
    [
      'docs/plan/contacts.yaml:32:66  01:30 does not exist on 2027-03-28 in Europe/Lisbon',
      'Choose a time that every day of the time zone has',
    ],
  ],
  [
    'a link to nowhere',
    'docs/index.md',
    (text) => `${text}\n[There](/runbooks/none/)\n`,
    ['found broken links', '/runbooks/none/'],
  ],
]

for (const [title, file, change, expected] of cases)
  void test(`a build fails on ${title}`, { timeout: 120_000 }, async () => {
    using project = fixtureProject()
    project.write(file, changed(project.root, file, change))
    const outDir = path.join(project.root, 'build')
    const { failed, output } = await buildSite(project.root, outDir)
    assert.ok(failed, output)
    for (const part of expected) assert.ok(output.includes(part), `expected ${part} in\n${output}`)
    if (file !== 'docs/index.md')
      assert.ok(!existsSync(path.join(outDir, 'index.html')), 'nothing was published')
  })

void test('a development server shows an author the mistake, not where our code noticed it', async () => {
  using project = fixtureProject()
  const file = 'runbooks/traps.mdx'
  project.write(
    file,
    changed(project.root, file, (text) => text.replace('danger="destructive"', 'danger="scary"')),
  )
  const page = { filePath: path.join(project.root, file), fileContent: '' }
  const defaultParseFrontMatter = async (): Promise<never> => assert.fail('it is a runbook')
  await assert.rejects(runbookFrontMatter(project.root)({ ...page, defaultParseFrontMatter }), (error) => {
    assert.ok(error instanceof Error)
    assert.match(error.message, /^runbooks\/traps\.mdx:30:37 /)
    assert.equal(error.stack, error.message)
    return true
  })
})

function changed(root: string, file: string, change: (text: string) => string): string {
  const text = readFileSync(path.join(root, file), 'utf8')
  const after = change(text)
  assert.notEqual(after, text, 'the test changes the file')
  return after
}
