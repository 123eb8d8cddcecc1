import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { verifyRun } from '../../src/journal/verify.ts'
import { checkRun } from '../../src/site/run-viewer/check-run.ts'
import { openFiles } from '../../src/site/run-viewer/opened-run.ts'
import { sealedRun } from '../live/journal.ts'

/** As the page gets it when the folder is dropped on it. */
async function checked(directory: string): Promise<string[]> {
  const named = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ path: path.relative(directory, file), file: new Blob([readFileSync(file)]) }))
  const run = openFiles(named)
  assert.ok(!('problem' in run))
  return (await checkRun(run)).problems.map(({ file = '', message }) => `${file}: ${message}`).toSorted()
}

void test('the page names what was added to a sealed run, as verify does', async (t) => {
  const directory = sealedRun(t)
  assert.deepEqual(await checked(directory), [])
  for (const name of [
    'output/more.log',
    'inform/letter.md',
    'sources/x/y.mdx',
    'approvals/9.json',
    'x.cast',
  ]) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true })
    writeFileSync(path.join(directory, name), 'x')
    const problems = await checked(directory)
    assert.ok(problems.includes(`${name}: is not named by the seal: it was added after the run was sealed`))
    const expected = verifyRun(directory).problems.map(
      ({ file = '', message }) => `${path.relative(directory, file)}: ${message}`,
    )
    assert.deepEqual(problems, expected.toSorted())
  }
  for (const name of ['seal.sig', 'supervisor.log']) writeFileSync(path.join(directory, name), '')
  assert.ok(!(await checked(directory)).some((problem) => /^(seal.sig|supervisor.log)/.test(problem)))
})
