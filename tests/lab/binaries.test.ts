import assert from 'node:assert/strict'
import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { databaseAccount } from '../../src/lab/account.ts'
import { packageFolder, postgresBinaries } from '../../src/lab/binaries.ts'
import { labRoot } from './support.ts'

function packageWithoutSymlinks(folder: string): void {
  cpSync(packageFolder(), folder, { recursive: true, verbatimSymlinks: true })
  const library = join(folder, 'lib')
  for (const name of readdirSync(library)) {
    if (lstatSync(join(library, name)).isSymbolicLink()) rmSync(join(library, name))
  }
}

void test('a package whose install script did not run is copied, with its symlinks', async (t) => {
  const root = labRoot(t)
  packageWithoutSymlinks(join(root, 'package'))
  const copy = join(root, 'copy')
  const found = await postgresBinaries(copy, databaseAccount(), undefined, join(root, 'package'))
  assert.equal(found, join(copy, 'bin'))
  assert.ok(lstatSync(join(copy, 'lib/libpq.so.5')).isSymbolicLink())
})

void test(
  'a package that the account cannot reach is copied',
  { skip: process.getuid?.() !== 0 },
  async (t) => {
    const root = labRoot(t)
    const closed = join(root, 'closed')
    mkdirSync(closed)
    packageWithoutSymlinks(join(closed, 'package'))
    chmodSync(closed, 0o700)
    const found = await postgresBinaries(
      join(root, 'copy'),
      databaseAccount(),
      undefined,
      join(closed, 'package'),
    )
    assert.equal(found, join(root, 'copy/bin'))
  },
)
