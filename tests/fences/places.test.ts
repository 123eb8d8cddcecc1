import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { reasons } from '../helpers/claims.ts'
import { makeProject, runbook, step } from '../helpers/project.ts'

/** Every mistake in a ts fence points to its own line: where it stands in the runbook or the script, nowhere else. */
const rows: { title: string; files?: Record<string, string>; fence: [string, string]; at: string[] }[] = [
  {
    title: 'in the fence',
    fence: ['ts run', `const fine = 1\n\nthrow new Error('it broke')`],
    at: ['runbooks/it.mdx:{3}'],
  },
  {
    title: 'in a function of the fence',
    fence: ['ts run', `function inner(): void {\n  throw new Error('it broke')\n}\ninner()`],
    at: ['runbooks/it.mdx:{2}', 'runbooks/it.mdx:{4}'],
  },
  {
    title: 'after an await',
    fence: ['ts run', `await sleep(1)\nthrow new Error('it broke')`],
    at: ['runbooks/it.mdx:{2}'],
  },
  {
    title: 'in a script',
    files: { 'scripts/bad.ts': `const fine: number = 1\nvoid fine\nthrow new Error('it broke')\n` },
    fence: ['ts run file=scripts/bad.ts', ''],
    at: ['scripts/bad.ts:3'],
  },
  {
    title: 'in a script that the fence imports',
    files: { 'scripts/help.ts': `export function help(): void {\n  throw new Error('it broke')\n}\n` },
    fence: ['ts run', `import { help } from '../scripts/help.ts'\nhelp()`],
    at: ['scripts/help.ts:2', 'runbooks/it.mdx:{2}'],
  },
  {
    title: 'in a script that a script imports',
    files: {
      'scripts/bad.ts': `import { help } from './deep/help.ts'\nhelp()\n`,
      'scripts/deep/help.ts': `type T = string\nexport function help(): T {\n  throw new Error('it broke')\n}\n`,
    },
    fence: ['ts run file=scripts/bad.ts', ''],
    at: ['scripts/deep/help.ts:3', 'scripts/bad.ts:2'],
  },
]

for (const row of rows)
  void test(`a stack trace points to the line: ${row.title}`, async (t) => {
    const text = runbook(step('one', '', row.fence))
    const project = makeProject(t, { 'runbooks/it.mdx': text, ...row.files })
    const first = text.split('\n').findIndex((line) => line.startsWith('```')) + 2
    const places = row.at.map((place) =>
      place.replace(/\{(\d+)\}/, (_, line) => String(first + Number(line) - 1)),
    )
    const end = await project.run('it')
    assert.equal(end.code, 1, end.stderr)
    const output = readFileSync(
      path.join(project.lastRun(), 'output', `${project.runIds()[0] ?? ''}.1.log`),
      'utf8',
    )
    const found = [...output.matchAll(/at .*?((?:runbooks|scripts)\/[^\s:)]+:\d+):\d+/g)].map(
      (match) => match[1],
    )
    assert.deepEqual(found.slice(0, places.length), places)
    assert.match(reasons(end.events), new RegExp(`it broke \\(${places[0] ?? ''}:\\d+\\)`))
    assert.doesNotMatch(output, /node_modules|src\/(host|fences)|drillbook=|data:/)
  })

void test('a stack trace points to the column: a fence that is indented, and a line of it that is less', async (t) => {
  const fence =
    '  ```ts run\n  const fail = (): void => {\n throw new Error("it broke")\n  }\n  fail()\n  ```'
  const text = runbook(`<Step id="one">\n\n## One\n\n${fence}\n\n</Step>`)
  const project = makeProject(t, { 'runbooks/it.mdx': text })
  const end = await project.run('it')
  const lines = text.split('\n')
  const placeOf = (word: string): string => {
    const index = lines.findIndex((line) => line.includes(word))
    return `runbooks/it.mdx:${index + 1}:${(lines[index]?.indexOf(word) ?? 0) + 1}`
  }
  const log = path.join(project.lastRun(), 'output', `${project.runIds()[0] ?? ''}.1.log`)
  const found = [...readFileSync(log, 'utf8').matchAll(/runbooks\/it\.mdx:\d+:\d+/g)].map(([place]) => place)
  assert.deepEqual(found.slice(0, 2), [placeOf('new Error'), placeOf('fail()')])
  assert.ok(reasons(end.events).includes(`it broke (${placeOf('new Error')})`), reasons(end.events))
})

const wrong: { title: string; fence: [string, string]; says: RegExp }[] = [
  {
    title: 'an input that there is not',
    fence: ['ts run', 'console.log(input.nothing)'],
    says: /there is no input "nothing" \(runbooks\/it\.mdx:\d+:\d+\)/,
  },
  {
    title: 'an output that no step produced',
    fence: ['ts run', 'console.log(outputs.nothing)'],
    says: /no step has produced the output "nothing" \(runbooks/,
  },
  {
    title: 'a target that there is not',
    fence: ['ts run', `target('shop.none')`],
    says: /there is no target "shop\.none" in the environment plain/,
  },
  { title: 'something that is not an Error', fence: ['ts run', `throw 'just text'`], says: /just text/ },
  { title: 'null', fence: ['ts run', 'throw null'], says: /null/ },
  {
    title: 'an Error without a message',
    fence: ['ts run', 'throw new Error()'],
    says: /run: .*runbooks\/it\.mdx:\d+/,
  },
  { title: 'a command that fails', fence: ['ts run', 'await $`exit 5`'], says: /exit code: 5/ },
  {
    title: 'a command that there is not',
    fence: ['ts run', 'await $`no-such-command-anywhere`'],
    says: /127|not found/,
  },
]
for (const row of wrong)
  void test(`a ts fence fails with words: ${row.title}`, async (t) => {
    const project = makeProject(t, { 'runbooks/it.mdx': runbook(step('one', '', row.fence)) })
    const end = await project.run('it')
    assert.equal(end.code, 1, end.stderr)
    assert.match(reasons(end.events), row.says)
  })

void test('no state leaks from one ts fence to the next', async (t) => {
  const leak = `process.env.LEAK = 'x'; process.chdir('/'); Object.assign(globalThis, { leaked: 1 })\nimport { counter } from '../scripts/counter.ts'\ncounter.value += 1`
  const look = `import { counter } from '../scripts/counter.ts'\nassert.equal(process.env.LEAK, undefined); assert.equal(counter.value, 0); assert.equal(fs.existsSync('runbooks/it.mdx'), true)`
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(
      step('one', '', ['ts run', leak]) +
        step('two', '', ['ts run', look]) +
        step('three', '', ['ts run', look]),
    ),
    'scripts/counter.ts': 'export const counter = { value: 0 }\n',
  })
  const end = await project.run('it')
  assert.equal(end.code, 0, end.stderr)
})
