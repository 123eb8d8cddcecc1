import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { runProgram } from '../../src/cli/commands/check.ts'
import { checkProject } from '../../src/lint/check.ts'
import type { Run } from '../../src/lint/rule.ts'
import { fenceTypes } from '../../src/lint/rules/fence-types.ts'
import { readDiagnostics } from '../../src/lint/typecheck/compile.ts'
import { temporaryProject } from '../document/temporary-project.ts'
import { EXAMPLE_RUNBOOK, NOW, sampleFiles } from './example-project.ts'

const FENCE = '```'
/** The line of the runbook on which a body begins. */
const FIRST_LINE = 10

async function check(files: Record<string, string>, run: Run = runProgram): Promise<string[]> {
  using project = temporaryProject(files)
  const { findings } = await checkProject({
    root: project.root,
    faults: undefined,
    now: NOW,
    run,
    rules: [fenceTypes],
  })
  const left = path.join(project.root, '.drillbook', 'check')
  assert.deepEqual(existsSync(left) ? readdirSync(left) : [], [], 'nothing is left behind')
  return findings
    .filter(({ rule }) => rule !== 'plan-references')
    .map(({ file, line, column, message, hint }) =>
      [`${file}:${line}:${column} ${message}`, ...(hint === undefined ? [] : [hint])].join(' | '),
    )
}

/** A step with one fence; the fence's text begins five lines below the step. */
function step(id: string, role: string, code: string, attributes = ''): string {
  return `<Step id="${id}" ${attributes}>\n\n## ${id}\n\n${FENCE}ts ${role}\n${code}\n${FENCE}\n\n</Step>\n`
}

type Row = { title: string; body: string; scripts?: Record<string, string>; reports: string[] }

const line = (number: number): number => FIRST_LINE + number - 1

const NO_MODULE = 'a fence is an ES module | Use import, import.meta.dirname or import.meta.filename.'

const rows: Row[] = [
  {
    title: 'what only CommonJS has, also in a function',
    body: step(
      'a',
      'run',
      "const os = require('node:os')\necho(__dirname, os)\nconst file = () => __filename\nmodule.exports = file",
    ),
    reports: [
      `${EXAMPLE_RUNBOOK}:${line(6)}:12 there is no "require": ${NO_MODULE}`,
      `${EXAMPLE_RUNBOOK}:${line(7)}:6 there is no "__dirname": ${NO_MODULE}`,
      `${EXAMPLE_RUNBOOK}:${line(8)}:20 there is no "__filename": ${NO_MODULE}`,
      `${EXAMPLE_RUNBOOK}:${line(9)}:1 there is no "module": ${NO_MODULE}`,
    ],
  },
  {
    title: 'the same names, declared by the author, or of something else',
    body: step(
      'a',
      'run',
      "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\nconst [__dirname] = ['x']\nconst names = ['a'].map((module) => module)\necho(require('node:os'), __dirname, { exports: names })\n// no module",
    ),
    reports: [],
  },
  {
    title: 'the same names, taken out of something with defaults and keys',
    body: [
      'const { a = 1, module } = { a: 2, module: 3 }\necho(a, module)',
      'const { a = { b: [1] }, x: exports = 1, ...require } = { a: { b: [2] }, x: 3, c: 4 }\necho(a, exports, require)',
      "const [a = 'x', [__filename] = ['y']]: [string?, [string]?] = ['z']\necho(a, __filename)",
      'const a = 1, { __dirname } = { __dirname: 2 }\necho(a, __dirname)',
    ]
      .map((code, index) => step(`s${index}`, 'run', code))
      .join('\n'),
    reports: [],
  },
  {
    title: 'the same names as a default and as a key, which declare nothing',
    body: step(
      'a',
      'run',
      'const { a = module, exports: b } = { exports: 1, a: undefined }\necho(a, b, exports, { require })',
    ),
    reports: [
      `${EXAMPLE_RUNBOOK}:${line(6)}:13 there is no "module": ${NO_MODULE}`,
      `${EXAMPLE_RUNBOOK}:${line(7)}:12 there is no "exports": ${NO_MODULE}`,
      `${EXAMPLE_RUNBOOK}:${line(7)}:23 there is no "require": ${NO_MODULE}`,
    ],
  },
  {
    title: 'a wrong type for an input',
    body: step('a', 'run', 'const n: number = input.reason'),
    reports: [`${EXAMPLE_RUNBOOK}:${line(6)}:7 Type 'string' is not assignable to type 'number'. (TS2322)`],
  },
  {
    title: 'an input that does not exist',
    body: step('a', 'check', 'echo(input.reasons)'),
    reports: [`${EXAMPLE_RUNBOOK}:${line(6)}:12 there is no input "reasons" | Did you mean reason?`],
  },
  {
    title: 'an output that does not exist',
    body:
      step('a', 'run', "output('lag', 1)", 'outputs="lag:number"') + step('b', 'run', 'echo(outputs.leg)'),
    reports: [`${EXAMPLE_RUNBOOK}:${line(15)}:14 there is no output "leg" at this point | Did you mean lag?`],
  },
  {
    title: 'an output of a later step',
    body:
      step('a', 'run', 'echo(outputs.lag)') + step('b', 'run', "output('lag', 1)", 'outputs="lag:number"'),
    reports: [
      `${EXAMPLE_RUNBOOK}:${line(6)}:14 there is no output "lag" at this point | Step b sets it, which has not been done by then.`,
    ],
  },
  {
    title: "a step's own output in its check",
    body: step('a', 'check', 'echo(outputs.lag)', 'outputs="lag:number"'),
    reports: [
      `${EXAMPLE_RUNBOOK}:${line(6)}:14 there is no output "lag" at this point | A check fence runs before this step sets it.`,
    ],
  },
  {
    title: "a step's own output in its verify is there",
    body: step('a', 'verify', 'assert(outputs.lag > 1)', 'outputs="lag:number"'),
    reports: [],
  },
  {
    title: 'an output of the wrong type, and of the wrong name',
    body: step('a', 'run', "output('lag', '1')\noutput('log', 1)", 'outputs="lag:number"'),
    reports: [
      `${EXAMPLE_RUNBOOK}:${line(6)}:15 Argument of type 'string' is not assignable to parameter of type 'number'. (TS2345)`,
      `${EXAMPLE_RUNBOOK}:${line(7)}:8 Argument of type '"log"' is not assignable to parameter of type '"lag"'. (TS2345)`,
    ],
  },
  {
    title: 'output() where no output can be set',
    body:
      step('a', 'verify', "output('lag', 1)", 'outputs="lag:number"') + step('b', 'run', "output('lag', 1)"),
    reports: [
      `${EXAMPLE_RUNBOOK}:${line(6)}:1 output() in a verify fence | Only a run fence sets outputs.`,
      `${EXAMPLE_RUNBOOK}:${line(15)}:1 the step b declares no outputs | Add outputs="name, other:number" to its <Step>.`,
    ],
  },
  {
    title: 'a wrong target name, and a target of another kind',
    body: step(
      'a',
      'run',
      "await query(target('orders-db.primry'), 'select 1')\ntarget('edge.router').database",
    ),
    reports: [
      `${EXAMPLE_RUNBOOK}:${line(6)}:20 no service declares the target "orders-db.primry" | Did you mean orders-db.primary?`,
      `${EXAMPLE_RUNBOOK}:${line(7)}:23 Property 'database' does not exist on type 'EdgeTarget'. (TS2339)`,
    ],
  },
  {
    title: 'a misspelt global',
    body: step('a', 'run', 'const é = "😀"; await qury(é)'),
    reports: [`${EXAMPLE_RUNBOOK}:${line(6)}:23 Cannot find name 'qury'. Did you mean 'query'? (TS2552)`],
  },
  {
    title: 'a name that the runner provides',
    body: step('a', 'run', 'const run = 1\nfunction target() {}\nassert(run)'),
    reports: [
      `${EXAMPLE_RUNBOOK}:${line(6)}:7 the name "run" is taken: the runner provides it | Choose another name.`,
      `${EXAMPLE_RUNBOOK}:${line(7)}:10 the name "target" is taken: the runner provides it | Choose another name.`,
    ],
  },
  {
    title: 'what the runner provides is known: zx, assert, run, top-level await',
    body: step(
      'a',
      'run',
      'const { stdout } = await $`ls`\nassert.equal(stdout, run.id)\nconst rows = await query(target("orders-db.primary"), "select $1::int as n", [1])\nassert(rows[0])\necho(rows[0].n)',
    ),
    reports: [],
  },
  {
    title: 'an error in an imported script, and in the use of it',
    body: step('a', 'run', "import { lag } from '../scripts/lag.ts'\necho(lag('1'))"),
    scripts: { 'scripts/lag.ts': '// Bytes behind.\nexport const lag = (n: number): string => n\n' },
    reports: [
      `${EXAMPLE_RUNBOOK}:${line(7)}:10 Argument of type 'string' is not assignable to parameter of type 'number'. (TS2345)`,
      "scripts/lag.ts:2:43 Type 'number' is not assignable to type 'string'. (TS2322)",
    ],
  },
  {
    title: 'an imported script may use the globals of scripts',
    body: step('a', 'run', "import { standby } from '../scripts/standby.ts'\necho(standby)"),
    scripts: { 'scripts/standby.ts': "export const standby = target('orders-db.standby').name\n" },
    reports: [],
  },
  {
    title: 'an error in a script that two fences name is reported once, at its own place',
    body: [1, 2].map((n) => step(`s${n}`, 'run file=scripts/postgres/say.ts', '')).join('\n'),
    scripts: {
      'scripts/postgres/say.ts':
        "#!/usr/bin/env node\nimport { word } from './words.ts'\necho(input.why, word)\n",
      'scripts/postgres/words.ts': "export const word = 'hello'\n",
    },
    reports: ['scripts/postgres/say.ts:3:12 there is no input "why" | Expected one of reason.'],
  },
  {
    title: 'an error on the first line of a script',
    body: step('a', 'run file=scripts/say.ts', ''),
    scripts: { 'scripts/say.ts': 'ech(input.reason)\n' },
    reports: ["scripts/say.ts:1:1 Cannot find name 'ech'. Did you mean 'echo'? (TS2552)"],
  },
]

for (const { title, body, scripts, reports } of rows)
  void test(title, async () => {
    assert.deepEqual(await check({ ...sampleFiles(body), ...scripts }), reports)
  })

void test('a fence that is indented is reported at the column of the runbook', async () => {
  const steps = ['x', 'y'].map(
    (id) =>
      `  <Step id="${id}" outputs="${id}1">\n\n    ## ${id}\n\n    ${FENCE}ts run\n    ech(1)\n    ${FENCE}\n\n  </Step>\n`,
  )
  const body = `<Parallel id="both">\n\n## Both\n\n${steps.join('\n')}\n</Parallel>\n`
  assert.deepEqual(await check(sampleFiles(body)), [
    `${EXAMPLE_RUNBOOK}:${line(10)}:5 Cannot find name 'ech'. Did you mean 'echo'? (TS2552)`,
    `${EXAMPLE_RUNBOOK}:${line(20)}:5 Cannot find name 'ech'. Did you mean 'echo'? (TS2552)`,
  ])
})

void test('steps of one <Parallel> do not see the outputs of each other', async () => {
  const inner =
    step('x', 'run', "output('lag', 1)", 'outputs="lag:number"') + step('y', 'run', 'echo(outputs.lag)')
  const body = `<Parallel id="both">\n\n## Both\n\n${inner}\n</Parallel>\n`
  assert.deepEqual(await check(sampleFiles(body + step('z', 'run', 'echo(outputs.lag)'))), [
    `${EXAMPLE_RUNBOOK}:${line(19)}:14 there is no output "lag" at this point | Step x sets it, which has not been done by then.`,
  ])
})

void test('the outputs of a used runbook are there afterwards, and its fences are checked in their own runbook', async () => {
  const files = sampleFiles(
    `<Use id="other" runbook="sub/other" />\n\n${step('a', 'run', 'echo(outputs.lag.length)')}`,
  )
  const other = sampleFiles(step('b', 'run', "output('lag', 1)\necho(input.nothing)", 'outputs="lag:number"'))
  files['runbooks/sub/other.mdx'] = other[EXAMPLE_RUNBOOK] ?? ''
  assert.deepEqual(await check(files), [
    `${EXAMPLE_RUNBOOK}:${line(8)}:18 Property 'length' does not exist on type 'number'. (TS2339)`,
    `runbooks/sub/other.mdx:${line(7)}:12 there is no input "nothing" | Expected one of reason.`,
  ])
})

void test('the temporary folder is removed when the compiler cannot be run', async () => {
  using project = temporaryProject(sampleFiles(step('a', 'run', 'echo(1)')))
  const options = { root: project.root, faults: undefined, now: NOW, rules: [fenceTypes] }
  await assert.rejects(
    checkProject({ ...options, run: () => Promise.reject(new Error('out of memory')) }),
    /out of memory/,
  )
  assert.deepEqual(readdirSync(path.join(project.root, '.drillbook', 'check')), [])
})

void test('a fault of the settings is not kept quiet', () => {
  const output =
    "error TS5023: Unknown compiler option 'x'.\nm/a.mts(3,4): error TS2345: One.\n  Two.\n    Three.\nscripts/b.ts(1,2): error TS1: Four.\n"
  assert.deepEqual(readDiagnostics(output, 'm'), [
    { where: 'nowhere', file: '', line: 1, column: 1, code: 'TS5023', text: "Unknown compiler option 'x'." },
    { where: 'module', file: 'a.mts', line: 3, column: 4, code: 'TS2345', text: 'One: Two: Three.' },
    { where: 'project', file: 'scripts/b.ts', line: 1, column: 2, code: 'TS1', text: 'Four.' },
  ])
})
