import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runProgram } from '../../src/cli/commands/check.ts'
import { checkProject } from '../../src/lint/check.ts'
import type { Example, Rule } from '../../src/lint/rule.ts'
import { RULES } from '../../src/lint/rules/index.ts'
import { temporaryProject } from '../document/temporary-project.ts'
import { NOW, projectOf } from './example-project.ts'

type Reported = Required<NonNullable<Example['reports']>[number]>

/** What the rule reports on the example, with lines as the example counts them. */
async function reportedBy(rule: Rule, example: Example): Promise<Reported[]> {
  const { files, file: exampleFile, firstLine } = projectOf(example)
  using project = temporaryProject(files)
  const { findings } = await checkProject({
    root: project.root,
    faults: ['postgres-kill'],
    now: NOW,
    run: runProgram,
    rules: [rule],
  })
  const unexpected = findings.filter((finding) => finding.rule === 'document')
  assert.deepEqual(unexpected, [], 'the example can be read')
  return findings
    .filter((finding) => finding.rule === rule.name)
    .map(({ file = '', line = 0, column = 0, message }) => ({
      file,
      line: file === exampleFile ? line - firstLine + 1 : line,
      column,
      message,
    }))
}

const isMissing: Record<string, boolean> = {
  shellcheck: (await runProgram('shellcheck', ['--version'])).missing,
}

for (const rule of RULES) {
  const skip = isMissing[rule.name] === true && `${rule.name} is not installed`
  for (const example of rule.examples.good)
    void test(`${rule.name} accepts: ${example.title}`, { skip }, async () => {
      assert.equal(example.reports, undefined)
      assert.deepEqual(await reportedBy(rule, example), [])
    })
  for (const example of rule.examples.bad)
    void test(`${rule.name} reports: ${example.title}`, { skip }, async () => {
      const { file } = projectOf(example)
      const expected = (example.reports ?? []).map((report) => ({ file, ...report }))
      assert.deepEqual(await reportedBy(rule, example), expected)
    })
}

void test('every rule has a name of its own, and examples', () => {
  assert.equal(new Set(RULES.map(({ name }) => name)).size, RULES.length)
  for (const { name, examples } of RULES) {
    assert.ok(examples.good.length > 0, `${name} has a good example`)
    assert.ok(examples.bad.length > 0, `${name} has a bad example`)
    for (const bad of examples.bad) assert.ok(bad.reports?.length, `${name}: ${bad.title} reports something`)
  }
})
