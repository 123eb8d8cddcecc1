import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertSound, only, reasons } from '../helpers/claims.ts'
import { planWith, startPostgres } from '../helpers/postgres.ts'
import type { Database } from '../helpers/postgres.ts'
import { makeProject, runbook, step } from '../helpers/project.ts'

let database: Database
before(async () => {
  database = await startPostgres()
  await database.query('create table kept (id int)')
})
after(() => database.end())

/** Values that would do something if anyone took them for code. */
const hostile: [title: string, value: string][] = [
  ['command substitution', '$(touch pwned)'],
  ['backticks', '`touch pwned`'],
  ['a second command', '; touch pwned #'],
  ['quotes', `'"'"' "; touch pwned; echo '`],
  ['newlines', 'one\ntouch pwned\ntwo'],
  ['a pipe and a redirection', '| tee pwned > pwned & touch pwned'],
  ['an option', '--help'],
  ['a glob and a tilde', '* ~ {a,b} $HOME $IFS'],
  ['a template literal', '${fs.writeFileSync("pwned","")}'],
  ['JavaScript', `'); fs.writeFileSync('pwned', ''); ('`],
  ['SQL', `'; drop table kept; --`],
  ['a dollar-quoted SQL string', '$$; drop table kept; $$'],
  ['Handlebars', '{{#each this}}{{this}}{{/each}}'],
  ['an output line', 'x\nother=1'],
  ['terminal escapes', '\u001b[2J\u001b]0;owned\u0007'],
  ['every other letter', 'ä 😀 \u202e \ufeff \u0001'],
]

const BODY =
  step('sh', '', [
    'sh run',
    `printf '%s' "$INPUT_VALUE" > by-sh; test "$INPUT_VALUE" = "$(cat by-sh && echo -n x)" || true; echo "$INPUT_VALUE"`,
  ]) +
  step('sh-use', '', ['sh run', `touch -- "seen-by-sh"; eval 'printf "%s" "$INPUT_VALUE"' > /dev/null`]) +
  step('ts', 'outputs="passed"', [
    'ts run',
    `await $\`printf %s \${input.value} > by-ts\`\noutput('passed', input.value)`,
  ]) +
  step('sql', '', [
    'sql run on=shop.db bind=value',
    `insert into kept select 1 where $1::text <> ''; `.trim().replace(/;$/, ''),
  ]) +
  step('sql-echo', 'outputs="echoed"', ['sql run on=shop.db bind=value', 'select $1::text as echoed']) +
  step('after', '', ['sh run', `printf '%s' "$OUTPUT_PASSED" > by-output`])

for (const [title, value] of hostile)
  void test(`an input stays data: ${title}`, async (t) => {
    const inputs = 'inputs:\n  value: { type: string, prompt: Anything? }'
    const project = makeProject(t, { ...planWith(database.port), 'runbooks/it.mdx': runbook(BODY, inputs) })
    const end = await project.run('it', ['--set', `value=${value}`])
    assert.equal(end.code, 0, end.stderr)
    for (const file of ['by-sh', 'by-ts', 'by-output']) assert.equal(project.read(file), value)
    assert.equal(
      only(end.events, 'step-finished').find(({ step }) => step === 'sql-echo')?.outputs['echoed'],
      value,
    )
    assert.equal(project.files().includes('pwned'), false)
    assert.equal((await database.query(`select to_regclass('kept')::text as name`))[0]?.['name'], 'kept')
    // eslint-disable-next-line no-control-regex -- no control character may reach the terminal
    assert.doesNotMatch(end.stderr, /[\u0000-\u0008\u000b-\u001f\u007f]/)
    await assertSound(project)
  })

void test('values that no process can be given fail the step, and the run stays sound', async (t) => {
  const produce = (code: string): string =>
    step('one', 'outputs="value"', ['ts run', `output('value', ${code})`])
  for (const code of [`'a\\u0000b'`, `'x'.repeat(300_000)`]) {
    const project = makeProject(t, {
      'runbooks/it.mdx': runbook(produce(code) + step('two', '', ['sh run', 'true'])),
    })
    const end = await project.run('it')
    assert.equal(end.code, 1, end.stderr)
    assert.match(reasons(end.events), /two|could not be (executed|started)/)
    await assertSound(project)
  }
})
