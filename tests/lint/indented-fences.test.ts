import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runProgram } from '../../src/cli/commands/check.ts'
import { checkProject } from '../../src/lint/check.ts'
import { RULES } from '../../src/lint/rules/index.ts'
import { temporaryProject } from '../document/temporary-project.ts'
import { EXAMPLE_RUNBOOK, NOW, sampleFiles } from './example-project.ts'

const FENCE = '```'
/** The line of the runbook on which the text of the fence begins. */
const FIRST_LINE = 15

async function check(name: string, fence: string, before = ''): Promise<string[]> {
  const body = `${before}<Step id="a">\n\n## A\n\n${fence}\n\n</Step>\n`
  using project = temporaryProject(sampleFiles(body))
  const { findings } = await checkProject({
    root: project.root,
    faults: undefined,
    now: NOW,
    run: runProgram,
    rules: RULES.filter((rule) => rule.name === name),
  })
  const shift = before.split('\n').length - 1
  return findings
    .filter(({ file, rule }) => file === EXAMPLE_RUNBOOK && (rule === name || rule === 'document'))
    .map(({ line = 0, column }) => `${line - shift - FIRST_LINE + 1}:${column}`)
}

/** The same line as far in as the fence, less far, and not at all. */
const indented = (info: string, code: string): string =>
  `  ${FENCE}${info}\n  ${code}\n ${code}\n${code}\n  ${FENCE}`

const DECIDE =
  '<Decision id="how">\n\n## How?\n\n<Choice value="fast" />\n\n<Choice value="slow" />\n\n</Decision>\n\n'
const FIND = `<Step id="find" when="how=fast" outputs="lag:number">\n\n## Find\n\n${FENCE}sh run\ntrue\n${FENCE}\n\n</Step>\n\n`

const rows: { rule: string; info: string; code: string; column: number; before?: string }[] = [
  { rule: 'shell-variables', info: 'sh run', code: 'echo "$INPUT_NOPE"', column: 8 },
  { rule: 'shellcheck', info: 'sh run', code: 'echo $INPUT_REASON', column: 6 },
  { rule: 'dated-name', info: 'sh run', code: 'restore orders-20261005.dump', column: 16 },
  { rule: 'uncovered-script', info: 'sh run', code: 'bash tools/wipe.sh', column: 6 },
  { rule: 'sql-parameters', info: 'sql run on=orders-db.primary', code: 'select $1;', column: 8 },
  {
    rule: 'skipped-output',
    info: 'sh run',
    code: 'echo "$OUTPUT_LAG"',
    column: 7,
    before: DECIDE + FIND,
  },
  { rule: 'fence-types', info: 'ts run', code: 'echo(input.nope)', column: 12 },
  { rule: 'fence-types', info: 'ts run', code: "import '/etc/x.ts'", column: 9 },
]

for (const { rule, info, code, column, before } of rows)
  void test(`a column counts the indentation of its own line, not of the fence: ${rule}, ${code}`, async () => {
    const found = await check(rule, indented(info, code), before)
    assert.deepEqual(found, [`1:${column + 2}`, `2:${column + 1}`, `3:${column}`])
  })

void test('columns of shellcheck count what the others count, UTF-16 units', async () => {
  const fence = (code: string): string => `${FENCE}sh run\n${code}\n${FENCE}`
  assert.deepEqual(await check('shellcheck', fence('echo "😀é" $INPUT_REASON')), ['1:12'])
  assert.deepEqual(await check('shell-variables', fence('echo "😀é" $INPUT_NOPE')), ['1:13'])
})
