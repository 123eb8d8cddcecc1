import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EFFECTS, allCases, countAppends, play, titleOf } from './matrix.ts'

/** About so many cases of the matrix are played here; all of them by `node tests/crash/all.ts`, or here with DRILLBOOK_EXHAUSTIVE=1. */
const SAMPLE = 26
const AT_ONCE = 2

void test('nothing is executed before everything that was recorded is on disk', async () => {
  const { trace } = await countAppends()
  let unsynced = 0
  for (const [index, word] of trace.entries()) {
    if (word === 'append') unsynced += 1
    if (word === 'synced') unsynced = 0
    if (word === 'execute') assert.equal(unsynced, 0, `an execution, the ${index}th of: ${trace.join(' ')}`)
  }
  assert.ok(trace.filter((word) => word === 'execute').length >= EFFECTS.length)
})

void test('the crash matrix, reduced', { timeout: 3_600_000 }, async (t) => {
  const all = allCases(await countAppends())
  const every = process.env['DRILLBOOK_EXHAUSTIVE'] === '1' ? 1 : Math.ceil(all.length / SAMPLE)
  // Another part of the matrix each day.
  const offset = Math.floor(Date.now() / 86_400_000) % every
  const cases = all.filter((_, index) => index % every === offset)
  const waiting = [...cases]
  const failures: string[] = []
  const work = async (): Promise<void> => {
    for (let it = waiting.shift(); it !== undefined; it = waiting.shift()) {
      const verdict = await play(it)
      if (verdict.failures.length > 0) failures.push(`${titleOf(it)}\n${verdict.failures.join('\n')}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  t.diagnostic(`crash matrix: ${cases.length} of ${all.length} cases, ${failures.length} failures`)
  assert.deepEqual(failures, [])
})
