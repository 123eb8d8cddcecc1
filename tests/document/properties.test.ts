import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { loadRunbook } from '../../src/document/load.ts'
import { steps } from '../../src/model/runbook.ts'
import { runs } from '../fuzz/mutate.ts'
import { md, runbookText } from './runbook-text.ts'
import { repositoryFile, temporaryProject } from './temporary-project.ts'

const VALID = runbookText(
  md(`Intro.

<Decision id="how" role="dba" expect="1m">

## How?

<Choice value="fast" />
<Choice value="slow" />

</Decision>

<Step id="one" danger="destructive" when="how=fast" outputs="lag:number">

## One

'''ts run
output('lag', 1)
'''

'''sql verify on=orders-db.primary bind=lag
select $1 < 10
'''

</Step>

<Parallel id="both">

## Both

<Step id="two">

## Two

'''sh run
true
'''

</Step>

<Step id="three">

## Three

</Step>

</Parallel>`),
)

/** What tends to upset a parser of Markdown, JSX, YAML and TypeScript. */
const fragment = fc.oneof(
  fc.constantFrom(
    '<',
    '>',
    '{',
    '}',
    '`',
    '```',
    '---',
    '"',
    "'",
    '=',
    '/',
    '\\',
    '\n',
    '\r\n',
    '\t',
    '&a',
    '*a',
    '<<: *a',
    '- ',
    '> ',
    '|',
    '[',
    ']',
    '<Step>',
    '</Step>',
    '<Use id="u" runbook="a" />',
    '{/*',
    '*/}',
    '${',
    '__proto__',
    'constructor',
    '\u0000',
    '\uFEFF',
    '😀',
    'run',
    'when="how=x"',
  ),
  fc.string({ maxLength: 8 }),
)

type Mutation = { at: number; remove: number; insert: string }

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(VALID.length),
  remove: fc.nat(12),
  insert: fragment,
})

function mutate(text: string, { at, remove, insert }: Mutation): string {
  return text.slice(0, at) + insert + text.slice(at + remove)
}

void test('however a runbook is mutilated, reading it ends, without a throw, with a runbook or with located problems', (t) => {
  let [cases, longest] = [0, 0]
  using project = temporaryProject({})
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      project.write('runbooks/a.mdx', mutations.reduce(mutate, VALID))
      const started = performance.now()
      const { runbook, problems } = loadRunbook(project.root, 'a')
      cases += 1
      longest = Math.max(longest, performance.now() - started)
      assert.ok(longest < 10_000, 'it does not hang')
      assert.equal(runbook === undefined, problems.length > 0)
      for (const { file, line, column } of problems)
        assert.ok(file !== undefined && (line ?? 0) > 0 && (column ?? 0) > 0)
    }),
    runs(400, 60_000),
  )
  t.diagnostic(`${cases} mutilated runbooks; the longest took ${Math.round(longest)} ms`)
})

/** Lines that a fence can hold without ending, at least one of them with something in it. */
const code = fc
  .array(fc.string({ unit: 'grapheme', maxLength: 30 }), { minLength: 1, maxLength: 5 })
  .map((lines) => lines.map((line) => line.replaceAll(/(?!\t)[\p{Cc}`~]/gu, '.')).join('\n'))
  .filter((text) => text.trim() !== '')

void test('the bytes of a fence are those of the runbook, and so are those of the prose', () => {
  using project = temporaryProject({})
  fc.assert(
    fc.property(code, fc.stringMatching(/^[a-zA-Z0-9 ,.äöü😀]{1,40}$/u), (text, words) => {
      const prose = `P${words.trim()}`
      project.write(
        'runbooks/a.mdx',
        runbookText(md(`<Step id="a">\n\n## A\n\n${prose}\n\n'''sh run\n${text}\n'''\n\n</Step>`)),
      )
      const { runbook, problems } = loadRunbook(project.root, 'a')
      assert.deepEqual(problems, [])
      const [step] = steps(runbook?.nodes ?? [])
      assert.equal(step?.fences[0]?.code, text)
      assert.equal(step?.prose, prose)
    }),
    { numRuns: 200 },
  )
})

void test("every fence of the repository's runbooks stands in its file, byte for byte, where the runbook says", () => {
  const root = repositoryFile()
  const { runbook } = loadRunbook(root, 'database-failure')
  assert.ok(runbook)
  for (const step of steps(runbook.nodes))
    for (const { code, place } of step.fences) {
      const lines = readFileSync(repositoryFile(place.file), 'utf8').split('\n')
      const found = lines.slice(place.line - 1, place.line - 1 + code.split('\n').length)
      assert.equal(found.map((line) => line.slice(place.column - 1)).join('\n'), code)
    }
})
