import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runProgram } from '../../src/cli/commands/check.ts'
import { checkProject } from '../../src/lint/check.ts'
import type { Ran, Rule } from '../../src/lint/rule.ts'
import { shellSyntax } from '../../src/lint/rules/shell-syntax.ts'
import { shellcheck } from '../../src/lint/rules/shellcheck.ts'
import { temporaryProject } from '../document/temporary-project.ts'
import { NOW, sampleFiles } from './example-project.ts'

const INLINE = '<Step id="a">\n\n## A\n\n```sh run\necho $1\n```\n\n</Step>\n'
const SCRIPT = '<Step id="a">\n\n## A\n\n```sh run file=scripts/a.sh\n```\n\n</Step>\n'

type Row = { title: string; rule: Rule; body: string; ran: Partial<Ran>; reports: string[] }

const comment = { line: 1, column: 6, level: 'info', code: 2086, message: 'Double quote.' }
const json = JSON.stringify({ comments: [comment, { ...comment, level: 'style' }] })

const rows: Row[] = [
  {
    title: 'shellcheck finds something',
    rule: shellcheck,
    body: INLINE,
    ran: { code: 1, stdout: json },
    reports: ['runbooks/example.mdx:15:6 Double quote. (SC2086)'],
  },
  {
    title: 'shellcheck finds something in a script',
    rule: shellcheck,
    body: SCRIPT,
    ran: { code: 1, stdout: json },
    reports: ['scripts/a.sh:1:6 Double quote. (SC2086)'],
  },
  {
    title: 'shellcheck is not installed',
    rule: shellcheck,
    body: INLINE,
    ran: { missing: true, code: undefined },
    reports: [],
  },
  {
    title: 'bash is not installed',
    rule: shellSyntax,
    body: INLINE,
    ran: { missing: true, code: undefined },
    reports: ['runbooks/example.mdx:15:1 bash is not installed here: sh fences cannot run'],
  },
  {
    title: 'bash complains about a script',
    rule: shellSyntax,
    body: SCRIPT,
    ran: { code: 2, stderr: "bash: line 2: syntax error near unexpected token `fi'\nbash: line 2: `fi'\n" },
    reports: ["scripts/a.sh:2:1 bash: syntax error near unexpected token `fi'"],
  },
]

for (const { title, rule, body, ran, reports } of rows)
  void test(title, async () => {
    using project = temporaryProject({ ...sampleFiles(body), 'scripts/a.sh': 'echo $1\nfi\n' })
    const { findings } = await checkProject({
      root: project.root,
      faults: undefined,
      now: NOW,
      rules: [rule],
      run: async () => Promise.resolve({ code: 0, stdout: '', stderr: '', missing: false, ...ran }),
    })
    assert.deepEqual(
      findings.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`),
      reports,
    )
  })

void test('a program is run to its end; one that is not installed is no error', async () => {
  const big = 'x'.repeat(300_000)
  assert.deepEqual(await runProgram('cat', [], { stdin: big }), {
    code: 0,
    stdout: big,
    stderr: '',
    missing: false,
  })
  assert.deepEqual(
    await runProgram('sh', ['-c', 'pwd; echo "$A" >&2; exit 3'], { cwd: '/', env: { A: 'b' } }),
    {
      code: 3,
      stdout: '/\n',
      stderr: 'b\n',
      missing: false,
    },
  )
  assert.equal((await runProgram('no-such-program', [], { stdin: big })).missing, true)
  assert.equal((await runProgram('true', [], { stdin: big })).code, 0)
})
