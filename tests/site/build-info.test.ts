import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { buildInfo } from '../../src/site/content/build-info.ts'
import { temporaryProject } from '../document/temporary-project.ts'

void test('what is built says that it is more than its commit, also by files that were never added', () => {
  using project = temporaryProject({ 'runbooks/old.mdx': 'old', 'docs/index.md': 'index' })
  const git = (...args: string[]): void => {
    const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
    assert.equal(spawnSync('git', [...who, ...args], { cwd: project.root }).status, 0, args.join(' '))
  }
  const file = (name: string): string => path.join(project.root, name)
  const commit = (): string => buildInfo(project.root, new Date()).commit
  git('init', '-q')
  git('add', '.')
  git('commit', '-q', '-m', 'first')
  assert.match(commit(), /^[0-9a-f]{10}$/)
  writeFileSync(file('notes.txt'), 'of no page')
  assert.match(commit(), /^[0-9a-f]{10}$/)
  for (const name of ['runbooks/new.mdx', 'docs/new.md']) {
    writeFileSync(file(name), 'new')
    assert.match(commit(), /^[0-9a-f]{10} and changes since$/, name)
    rmSync(file(name))
  }
  writeFileSync(file('runbooks/old.mdx'), 'changed')
  assert.match(commit(), /^[0-9a-f]{10} and changes since$/)
})
