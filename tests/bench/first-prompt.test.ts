import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { DRILLBOOK, makeProject, plainRunbook } from './project.ts'
import { noTerminal, Terminal } from './terminal.ts'

/** Each of these is tens of milliseconds that a person would wait for every first prompt. */
const LARGE =
  /node_modules\/(?:zod|handlebars|execa|inquirer|yaml|remark[^/]*|micromark[^/]*|mdast[^/]*|pg|zx)\//

void test(
  'a first prompt whose runbook was read before loads none of the large libraries',
  { skip: noTerminal() ?? false },
  async (t) => {
    const project = makeProject()
    t.after(() => rmSync(project.root, { recursive: true }))
    project.write('runbooks/bench.mdx', plainRunbook('One step', [{ lang: 'sh', code: 'echo one' }]))
    await modulesUntilPrompt(project, 'first.txt')
    const loaded = await modulesUntilPrompt(project, 'second.txt')
    assert.ok(loaded.some((url) => url.endsWith('/src/host/prompts.ts')))
    assert.deepEqual(
      loaded.filter((url) => LARGE.test(url)),
      [],
    )
  },
)

async function modulesUntilPrompt(project: ReturnType<typeof makeProject>, file: string): Promise<string[]> {
  const list = path.join(project.root, file)
  const [node, ...words] = DRILLBOOK
  const hook = ['--import', path.join(import.meta.dirname, 'list-modules.ts')]
  const terminal = new Terminal([node, ...hook, ...words, 'run', 'bench'], {
    cwd: project.root,
    env: { ...project.env, DRILLBOOK_BENCH_MODULES: list },
  })
  await terminal.shows(/›/)
  const loaded = readFileSync(list, 'utf8').trim().split('\n')
  await terminal.leave()
  return loaded
}
