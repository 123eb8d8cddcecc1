import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { stateDirectory } from '../../src/lab/index.ts'

void test('the folder of a lab is named without symbolic links, whether it exists yet or not', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'drillbook-options-'))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'real'))
  symlinkSync(join(folder, 'real'), join(folder, 'link'))
  process.env['DRILLBOOK_LAB'] = join(folder, 'link/labs')
  const expected = join(folder, 'real/labs/one')
  assert.equal(stateDirectory('one'), expected)
  mkdirSync(expected, { recursive: true })
  assert.equal(stateDirectory('one'), expected)
})

for (const name of ['', '.', '..', '../x', 'a/b', 'A', '-a', 'a'.repeat(33)]) {
  void test(`'${name}' cannot name a lab`, () => {
    assert.throws(() => stateDirectory(name), /cannot name a lab/)
  })
}
