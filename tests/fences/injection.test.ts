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

const INPUTS = `inputs:\n${hostile.map((_, index) => `  v${index}: { type: string, prompt: Anything? }\n`).join('')}`

/** Every value goes through each language, as an input and, from ts, as an output. */
const BODY = hostile
  .map((_, index) => {
    const sh = `printf '%s' "$INPUT_V${index}" > by-sh-${index}\nprintf '%s' "$OUTPUT_PASSED${index}" > by-output-${index}\necho "$INPUT_V${index}"`
    const ts = `await $\`printf %s \${input.v${index}} > by-ts-${index}\`\nconsole.log(input.v${index})\noutput('passed${index}', input.v${index})`
    return (
      step(`ts${index}`, `outputs="passed${index}"`, ['ts run', ts]) +
      step(`sh${index}`, '', ['sh run', sh]) +
      step(`sql${index}`, `outputs="echoed${index}"`, [
        `sql run on=shop.db bind=v${index}`,
        `select $1::text as echoed${index}`,
      ]) +
      step(`sqlw${index}`, '', [
        `sql run on=shop.db bind=passed${index}`,
        `insert into kept select 1 where $1::text <> ''`,
      ])
    )
  })
  .join('')

void test('inputs and outputs stay data, whatever they hold', { timeout: 60_000 }, async (t) => {
  const project = makeProject(t, { ...planWith(database.port), 'runbooks/it.mdx': runbook(BODY, INPUTS) })
  const end = await project.run(
    'it',
    hostile.flatMap(([, value], index) => ['--set', `v${index}=${value}`]),
  )
  assert.equal(end.code, 0, end.stderr)
  for (const [index, [title, value]] of hostile.entries())
    await t.test(title, () => {
      for (const file of [`by-sh-${index}`, `by-ts-${index}`, `by-output-${index}`])
        assert.equal(project.read(file), value)
      const echoed = only(end.events, 'step-finished').find((event) => event.step === `sql${index}`)
      assert.equal(echoed?.outputs[`echoed${index}`], value)
    })
  assert.deepEqual(await database.query('select count(*)::int as rows from kept'), [{ rows: hostile.length }])
  assert.equal(project.files().includes('pwned'), false)
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
