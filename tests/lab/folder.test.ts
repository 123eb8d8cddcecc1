import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, lchownSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { command } from '../../src/cli/commands/lab.ts'
import { OperatorError } from '../../src/model/problem.ts'
import { labRoot, processesOf, quiet } from './support.ts'

/** A folder that cannot hold a lab is the operator's to mend: what, why, and what to do, and never a stack. */

async function refused(words: string[], folder: string, reason: RegExp): Promise<void> {
  await assert.rejects(
    command.run(words, { out: quiet, err: quiet, json: quiet, sentence: quiet }),
    (error) => {
      assert.ok(error instanceof OperatorError, error instanceof Error ? error.stack : String(error))
      assert.ok(error.message.includes(folder), error.message)
      assert.match(error.message, /expected a folder that this account may write to/)
      assert.match(error.message, reason)
      assert.match(error.message, /\n {4}.*DRILLBOOK_LAB=/)
      return true
    },
  )
}

void test('a file where the labs should be, or above them', async (t) => {
  const root = labRoot(t)
  t.after(() => (process.env['DRILLBOOK_LAB'] = root))
  writeFileSync(join(root, 'file'), '')
  for (const chosen of [join(root, 'file'), join(root, 'file', 'below')]) {
    process.env['DRILLBOOK_LAB'] = chosen
    for (const verb of ['up', 'status']) await refused([verb], chosen, /E(EXIST|NOTDIR): /)
  }
})

void test('a symbolic link of another account, as anyone may put one in a shared folder', async (t) => {
  const root = labRoot(t)
  t.after(() => (process.env['DRILLBOOK_LAB'] = root))
  const [link, own] = [join(root, 'link'), join(root, 'own')]
  mkdirSync(own)
  const isRoot = process.getuid?.() === 0
  symlinkSync(isRoot ? own : '/usr', link)
  if (isRoot) lchownSync(link, 65534, 65534)
  process.env['DRILLBOOK_LAB'] = link
  await assert.rejects(
    command.run(['up'], { out: quiet, err: quiet, json: quiet, sentence: quiet }),
    /belongs to another account/,
  )
  assert.deepEqual(readdirSync(own), [])
})

/** A file system of its own; undefined, and the test skipped, where this account may not mount one. */
function mounted(t: TestContext, megabytes: number): string | undefined {
  let folder = ''
  // Before the folder that it is mounted in is removed.
  t.after(() => spawnSync('umount', ['-l', folder]))
  folder = join(labRoot(t), 'disk')
  mkdirSync(folder)
  const size = `size=${megabytes}m,mode=711`
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', folder]).status !== 0) {
    t.skip('this account may not mount a small disk (mount -t tmpfs)')
    return undefined
  }
  chmodSync(folder, 0o711)
  process.env['DRILLBOOK_LAB'] = folder
  return folder
}

void test('a read-only disk', (t) => {
  const folder = mounted(t, 1)
  if (folder === undefined) return
  assert.equal(spawnSync('mount', ['-o', 'remount,ro', folder]).status, 0)
  return refused(['up'], folder, /EROFS: read-only file system/)
})

// Too small for the state, for initdb, for the primary at work, for the standby.
for (const megabytes of [1, 20, 60, 90])
  void test(`a disk of ${megabytes} MB is too small, and nothing is left on it`, async (t) => {
    const folder = mounted(t, megabytes)
    if (folder === undefined) return
    await refused(['up'], folder, /no space left on device/i)
    assert.deepEqual(processesOf(folder), [])
    assert.deepEqual(readdirSync(folder), [])
  })
