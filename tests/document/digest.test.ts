import assert from 'node:assert/strict'
import { rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { loadRunbook } from '../../src/document/load.ts'
import { md, runbookText } from './runbook-text.ts'
import { temporaryProject } from './temporary-project.ts'

const files: Record<string, string> = {
  'runbooks/a.mdx': runbookText(
    md(`<Step id="s">

## S

'''ts run
import { one } from '../scripts/one.ts'
one()
'''

'''sh verify file=scripts/verify.sh
'''

</Step>

<Inform id="tell" audience="all" template="outage">

## Tell

</Inform>

<Use id="u" runbook="sub/b" />`),
  ),
  'runbooks/sub/b.mdx': runbookText(
    md(`<Step id="t">

## T

'''ts run file=scripts/deep/run.ts
'''

</Step>`),
  ),
  'scripts/one.ts':
    "import type { Two } from './two.ts'\nexport { two as one } from './two.ts'\nexport type T = Two\n",
  'scripts/two.ts':
    'export type Two = 2\nexport const two = () => import("./settings.json", { with: { type: "json" } })\n',
  'scripts/settings.json': '{ "a": 1 }\n',
  'scripts/verify.sh': 'true\n',
  'scripts/deep/run.ts': "await import('../two.ts')\n",
  'templates/inform/outage.hbs': 'We know.\n',
}

function digestOf(root: string): string {
  const { runbook, problems } = loadRunbook(root, 'a')
  assert.deepEqual(problems, [])
  return runbook?.digest ?? ''
}

for (const [file, text] of Object.entries(files))
  void test(`the digest changes with one byte of ${file}`, () => {
    using project = temporaryProject(files)
    const before = digestOf(project.root)
    // A space before the last line end: it changes nothing but the bytes.
    project.write(file, text.replace(/\n$/, ' \n'))
    const after = digestOf(project.root)
    assert.notEqual(after, before)
    project.write(file, text)
    assert.equal(digestOf(project.root), before)
  })

void test('the digest covers exactly what can run', () => {
  using project = temporaryProject({ ...files, 'scripts/other.ts': '', 'runbooks/other.mdx': 'x' })
  const { runbook } = loadRunbook(project.root, 'a')
  assert.deepEqual(
    runbook?.sources.map(({ file }) => file),
    Object.keys(files).toSorted(),
  )
  const before = runbook?.digest
  project.write('scripts/other.ts', 'changed()')
  assert.equal(digestOf(project.root), before)
})

void test('a script that is a link out of the project is not read', () => {
  using project = temporaryProject(files)
  using outside = temporaryProject({ 'verify.sh': 'true\n' })
  const link = path.join(project.root, 'scripts', 'verify.sh')
  rmSync(link)
  symlinkSync(path.join(outside.root, 'verify.sh'), link)
  const { problems } = loadRunbook(project.root, 'a')
  assert.deepEqual(
    problems.map(({ message }) => message),
    ['file=scripts/verify.sh: there is no such file'],
  )
})
