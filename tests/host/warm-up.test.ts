import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { execa } from 'execa'

const SOURCE = path.join(import.meta.dirname, '../../src')
const AHEAD = 'const one: number = 1'

/** As a worker does it; what is left is what it would take for the work of a fence. */
const REST = `import 'zx/globals'
const { warmUp } = await import('${SOURCE}/host/warm-up.ts')
const before = process.getActiveResourcesInfo()
await warmUp(['${AHEAD}', 'no { TypeScript'], () => false)
for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
console.log(JSON.stringify([before, process.getActiveResourcesInfo()]))`

void test('a worker that is warm has nothing left to do: after a fence it would be taken for one that left something behind', async () => {
  const [before, after] = await printed(REST)
  assert.deepEqual(after, before)
})

/** In which form Node is given the text of a fence. */
const FORMS = `import { registerHooks } from 'node:module'
const { readAhead, runTs } = await import('${SOURCE}/fences/ts.ts')
readAhead('${AHEAD}')
const forms = []
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (url.includes('?drillbook=')) forms.push(loaded.format)
    return loaded
  },
})
const context = { input: {}, outputs: {}, targets: {}, run: { id: '', runbook: '', step: '', environment: '', operator: '', mode: '' } }
for (const code of ['${AHEAD}', '${AHEAD} + 1'])
  await runTs({ fence: { code, place: { file: 'host/warm-up.ts', line: 7 } }, root: '${SOURCE}', snapshot: '${SOURCE}', declares: {}, context }, () => {})
console.log(JSON.stringify(forms))`

void test('the types of a text that was read ahead are not read again', async () => {
  assert.deepEqual(await printed(FORMS), ['module', 'module-typescript'])
})

async function printed(program: string): Promise<unknown[]> {
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program]
  const { stdout } = await execa(process.execPath, flags)
  const value: unknown = JSON.parse(stdout)
  assert.ok(Array.isArray(value))
  return value
}
