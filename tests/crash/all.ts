/** The whole crash matrix: `node tests/crash/all.ts [jobs] [part of a title]`. Prints each failure and the counts. */
import { allCases, countAppends, play, titleOf } from './matrix.ts'

const [jobs = '2', wanted = ''] = process.argv.slice(2)
const cases = allCases(await countAppends()).filter((it) => titleOf(it).includes(wanted))
const waiting = [...cases]
let failed = 0
let asked = 0
let unreached = 0
const started = performance.now()

async function work(): Promise<void> {
  for (let it = waiting.shift(); it !== undefined; it = waiting.shift()) {
    const verdict = await play(it)
    if (verdict.asked !== undefined) asked += 1
    if (!verdict.reached) unreached += 1
    if (verdict.failures.length === 0) continue
    failed += 1
    console.log(`FAILED: ${titleOf(it)}\n  ${verdict.failures.join('\n').replaceAll('\n', '\n  ')}`)
  }
}

await Promise.all(Array.from({ length: Number(jobs) }, work))
console.log(
  `crash matrix: ${cases.length - unreached} cases, ${failed} failures (${asked} ended by asking a person; ${Math.round((performance.now() - started) / 1000)} s)`,
)
process.exitCode = failed === 0 ? 0 : 1
