import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { execa } from 'execa'

const MODULE = path.join(import.meta.dirname, '../../src/host/warm-up.ts')
/** As a worker does it; what is left is what it would take for the work of a fence. */
const PROGRAM = `import 'zx/globals'
const { warmUp } = await import('${MODULE}')
const before = process.getActiveResourcesInfo()
await warmUp(['export const one: number = 1', 'no { type script'], () => false)
for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
console.log(JSON.stringify([before, process.getActiveResourcesInfo()]))`

void test('a worker that is warm has nothing left to do: after a fence it would be taken for one that left something behind', async () => {
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', PROGRAM]
  const { stdout } = await execa(process.execPath, flags)
  const [before, after]: unknown[] = JSON.parse(stdout)
  assert.deepEqual(after, before)
})
