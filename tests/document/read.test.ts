import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadRunbook } from '../../src/document/load.ts'
import type { Runbook } from '../../src/model/runbook.ts'
import { FRONT_MATTER, md, runbookText } from './runbook-text.ts'
import { temporaryProject } from './temporary-project.ts'

function read(root: string, id: string): Runbook {
  const { runbook, problems } = loadRunbook(root, id)
  assert.deepEqual(problems, [])
  assert.ok(runbook)
  return runbook
}

const text = runbookText(
  md(`Before everything.

<Step id="promote" role="dba" danger="destructive" target="orders-db.standby" expect="20s" timeout="2m" retries="2" approvals="1" outputs="lag:number, done:boolean, name">

## Promote the **standby**

Prose one.

'''ts check
const a = \`\${1}\`

  indented()
'''

Prose two.

'''sql verify on=orders-db.standby bind=lag
select $1 < 10
'''

'''text
only shown
'''

</Step>`),
)

void test('a step: attributes, defaults, fences with their places, and the prose between them', () => {
  using project = temporaryProject({ 'runbooks/a.mdx': text })
  const runbook = read(project.root, 'a')
  assert.equal(runbook.intro, 'Before everything.')
  assert.deepEqual(runbook.nodes, [
    {
      kind: 'step',
      id: 'promote',
      title: 'Promote the standby',
      role: 'dba',
      danger: 'destructive',
      target: 'orders-db.standby',
      expectMs: 20_000,
      timeoutMs: 120_000,
      retries: 2,
      approvals: 1,
      outputs: { lag: 'number', done: 'boolean', name: 'string' },
      when: [],
      prose: md("Prose one.\n\nProse two.\n\n'''text\nonly shown\n'''"),
      place: { file: 'runbooks/a.mdx', line: 10, column: 1 },
      fences: [
        {
          role: 'check',
          lang: 'ts',
          code: 'const a = `${1}`\n\n  indented()',
          place: { file: 'runbooks/a.mdx', line: 17, column: 1 },
          bind: [],
        },
        {
          role: 'verify',
          lang: 'sql',
          code: 'select $1 < 10',
          place: { file: 'runbooks/a.mdx', line: 25, column: 1 },
          bind: ['lag'],
          on: 'orders-db.standby',
        },
      ],
    },
  ])
})

void test('a used runbook: ids and conditions are prefixed, and all inherit the condition', () => {
  const inner = runbookText(`<Decision id="how">

## How?

<Choice value="a" />
<Choice value="b" />

</Decision>

<Parallel id="both" when="how=a">

## Both

<Step id="one">

## One

</Step>

<Step id="two">

## Two

</Step>

</Parallel>`)
  const outer = runbookText(`<Decision id="go">

## Go?

<Choice value="yes" />
<Choice value="no" />

</Decision>

<Use id="sub" runbook="inner" when="go=yes" />`)
  using project = temporaryProject({ 'runbooks/inner.mdx': inner, 'runbooks/outer.mdx': outer })
  const [, use] = read(project.root, 'outer').nodes
  assert.ok(use?.kind === 'use')
  const [decision, both] = use.nodes
  const go = { decision: 'go', choice: 'yes' }
  const how = { decision: 'sub/how', choice: 'a' }
  assert.deepEqual([decision?.id, decision?.when], ['sub/how', [go]])
  assert.ok(both?.kind === 'parallel')
  assert.deepEqual([both.id, both.when], ['sub/both', [go, how]])
  assert.deepEqual(
    both.steps.map((step) => [step.id, step.when]),
    [
      ['sub/one', [go]],
      ['sub/two', [go]],
    ],
  )
})

void test('a runbook cannot name a file outside of the project', () => {
  using project = temporaryProject({
    'runbooks/a.mdx': `${FRONT_MATTER}\n<Use id="x" runbook="../../x" />\n`,
  })
  const { problems } = loadRunbook(project.root, 'a')
  assert.match(problems[0]?.message ?? '', /there is no runbooks\/\.\.\/\.\.\/x\.mdx/)
})
