import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadRunbook } from '../../src/document/load.ts'
import { md } from './runbook-text.ts'
import { temporaryProject } from './temporary-project.ts'

const everything = md(`---
title: Everything
summary: One mistake of each kind.
service: orders-db
severity: worst
---

import x from 'x'

{1 + 1}

<Stepp id="kind">

## Kind

</Stepp>

<Step id="twice" colour="red">

## Attribute

</Step>

<Step id="twice" when="how=fast">

## Id and when

'''python run
print()
'''

'''ts run file=scripts/none.ts
'''

- nested

  '''sh run
  true
  '''

</Step>

<Step id="literal" danger={danger}>

## Literal

</Step>

<Use id="used" runbook="everything" />
`)

void test('a runbook with one mistake of each kind: all are reported together', () => {
  using project = temporaryProject({ 'runbooks/everything.mdx': everything })
  const { problems, runbook } = loadRunbook(project.root, 'everything')
  assert.equal(runbook, undefined)
  assert.deepEqual(
    problems.map(({ line, column, message }) => `${line}:${column} ${message.slice(0, 46)}`),
    [
      '5:11 severity: Invalid option: expected one of "sev',
      '8:1 import or export: expected plain Markdown; not',
      '10:1 {expression}: expected plain Markdown; nothing',
      '12:1 unknown kind <Stepp>: expected <Step>, <Decisi',
      '18:18 <Step> unknown attribute "colour": expected id',
      '24:1 the id "twice" stands twice: first on line 18',
      '24:1 when="how=fast": no <Decision id="how"> stands',
      '28:1 a run fence needs a language that can run: exp',
      '32:1 file=scripts/none.ts: there is no such file',
      '37:3 a run fence that belongs to no step: expected ',
      '43:20 <Step> attribute danger: expected a literal, s',
      '49:1 <Use runbook="everything"> makes a cycle: ever',
    ],
  )
})

void test('a tag that is not closed hides the others, but for those of the front matter', () => {
  using project = temporaryProject({ 'runbooks/unclosed.mdx': everything.replace('</Stepp>', '') })
  const { problems } = loadRunbook(project.root, 'unclosed')
  assert.deepEqual(
    problems.map(({ line, column, message }) => `${line}:${column} ${message.split(':')[0]}`),
    ['5:11 severity', '12:1 Expected a closing tag for `<Stepp>`'],
  )
})

const HEAD = '---\ntitle: A\nsummary: x\nservice: s\nseverity: sev1\n---\n'
const told = (root: string, id: string): string[] =>
  loadRunbook(root, id).problems.map(
    ({ line, column, message }) => `${line}:${column} ${message.slice(0, 46)}`,
  )

void test('a step inside of a choice is not dropped in silence', () => {
  const choice = (value: string, body: string): string =>
    `<Choice value="${value}" title="T">\n\n${body}\n\n</Choice>\n`
  const inner = '<Step id="inner">\n\n## Lost by hand\n\n</Step>'
  using project = temporaryProject({
    'runbooks/it.mdx': `${HEAD}<Decision id="d">\n\n## Which?\n\n${choice('a', inner)}\n${choice('b', 'Words.')}\n</Decision>\n`,
  })
  assert.deepEqual(told(project.root, 'it'), ['13:1 <Step> in <Choice>: expected prose and fences '])
})

void test('a decision that depends on itself is told, and nothing is followed for ever', () => {
  const when = (attributes: string, body: string): string =>
    `<Step ${attributes}>\n\n## S\n\n${md(body)}\n\n</Step>\n\n`
  const choices = ['x', 'y']
    .map((value) => `<Choice value="${value}" title="T">\n\nWords.\n\n</Choice>\n`)
    .join('\n')
  using project = temporaryProject({
    'runbooks/it.mdx': `${HEAD}${when('id="s" outputs="k"', "'''sh run\ntrue\n'''")}<Decision id="d" when="d=x">\n\n## Which?\n\n${choices}\n</Decision>\n\n${when('id="t" when="d=x"', "'''sql verify on=orders-db.primary bind=k\nselect true where $1 <> ''\n'''")}`,
  })
  assert.deepEqual(told(project.root, 'it'), ['17:1 when="d=x": no <Decision id="d"> stands before'])
})

void test('a runbook is named by one id: no path leads out of runbooks/, or to another one', () => {
  using project = temporaryProject({
    'other.mdx': `${HEAD}<Step id="s">\n\n## S\n\n</Step>\n`,
    'runbooks/k.mdx': HEAD,
  })
  for (const id of ['../other', 'x/../k', './k', 'a//k'])
    assert.deepEqual(told(project.root, id), ['undefined:undefined there is no such runbook'])
})

void test('a script that is no text is told beside the mistakes after it', () => {
  using project = temporaryProject({
    'scripts/bom.sh': '\uFEFFtrue\n',
    'runbooks/it.mdx': `${HEAD}${md('<Step id="one">\n\n## One\n\n\'\'\'sh run file=scripts/bom.sh\n\'\'\'\n\n</Step>\n\n<Step id="two" bogus="1">\n\n## Two\n\n</Step>\n')}`,
  })
  assert.deepEqual(told(project.root, 'it'), [
    '16:16 <Step> unknown attribute "bogus": expected id,',
    '1:1 begins with a byte order mark (U+FEFF)',
  ])
})
