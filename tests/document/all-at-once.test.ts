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
