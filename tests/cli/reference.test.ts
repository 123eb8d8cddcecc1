import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { runProgram } from '../../src/cli/commands/check.ts'
import { COMMANDS } from '../../src/cli/dispatch.ts'
import { REFERENCE, referenceFiles } from '../../src/cli/reference/files.ts'
import { block, code, prose, table } from '../../src/cli/reference/markdown.ts'
import { EXIT } from '../../src/model/exit-code.ts'
import { RULES } from '../../src/lint/rules/index.ts'
import { repositoryFile, temporaryProject } from '../document/temporary-project.ts'
import { sampleFiles } from '../lint/example-project.ts'

const MAIN = repositoryFile('src/cli/main.js')

async function reference(root: string, ...args: string[]) {
  return runProgram(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'reference', ...args], {
    cwd: root,
  })
}

void test('what is in docs/reference is what the code says', async () => {
  for (const [file, text] of await referenceFiles())
    assert.equal(readFileSync(repositoryFile(file), 'utf8'), text, `${file}: npm run reference`)
})

void test('--check finds what is missing, what was changed and what is left over; writing mends it', async () => {
  using project = temporaryProject(sampleFiles())
  assert.equal((await reference(project.root, '--check')).code, 1)
  assert.equal((await reference(project.root)).code, 0)
  assert.equal((await reference(project.root, '--check')).code, 0)
  project.write(`${REFERENCE}/exit-codes.md`, 'changed')
  project.write(`${REFERENCE}/old.md`, 'old')
  const { code: exit, stderr } = await reference(project.root, '--check')
  assert.equal(exit, 1)
  assert.deepEqual(stderr.match(/^docs\S+/gm), [`${REFERENCE}/exit-codes.md`, `${REFERENCE}/old.md`])
  await reference(project.root)
  assert.equal(readdirSync(path.join(project.root, REFERENCE)).includes('old.md'), false)
})

void test('every rule, every exit code and every command is described', async () => {
  const files = await referenceFiles()
  for (const { name } of RULES)
    assert.match(files.get(`${REFERENCE}/lint-rules.md`) ?? '', new RegExp(`^## ${name}$`, 'm'))
  for (const { code: number } of Object.values(EXIT))
    assert.match(files.get(`${REFERENCE}/exit-codes.md`) ?? '', new RegExp(`^\\| \`${number}\` \\|`, 'm'))
  const commands = files.get(`${REFERENCE}/commands.md`) ?? ''
  for (const [verb, load] of Object.entries(COMMANDS))
    assert.ok(commands.includes(`## ${verb}\n`) && commands.includes((await load()).command.usage), verb)
})

for (const name of ['services', 'environments', 'contacts', 'schedule'])
  void test(`the JSON Schema of ${name}.yaml accepts the plan, and refuses an unknown key`, async () => {
    const text = (await referenceFiles()).get(`${REFERENCE}/${name}.schema.json`) ?? ''
    const schema = z.fromJSONSchema(JSON.parse(text))
    const plan: unknown = parse(readFileSync(repositoryFile(`docs/plan/${name}.yaml`), 'utf8'))
    assert.deepEqual(schema.safeParse(plan).error?.issues, undefined)
    assert.ok(typeof plan === 'object')
    assert.equal(schema.safeParse({ ...plan, unknown: 1 }).success, false)
  })

void test('text of the code cannot break the Markdown around it', () => {
  assert.equal(prose('<Step> & more'), '&lt;Step> &amp; more')
  assert.equal(code('a `b` c'), '``a `b` c``')
  assert.equal(code('`a'), '`` `a ``')
  assert.equal(block('```sh\nx\n```', 'mdx'), '````mdx\n```sh\nx\n```\n````')
  assert.equal(table(['a|b'], [['c\nd']]), '| a\\|b |\n| --- |\n| c d |')
})
