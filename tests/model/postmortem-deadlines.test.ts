import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { deadlines, postmortemMatter } from '../../src/model/postmortem.ts'
import { repositoryFile } from '../document/temporary-project.ts'

const text = readFileSync(repositoryFile('docs/postmortems/2026-11-21-database-failure.md'), 'utf8')
const matter = postmortemMatter.parse(parse(text.split('---\n')[1] ?? ''))

void test('a deadline is over with its day, not at the hour at which the incident ended', () => {
  const ended = { ...matter, endedAt: '2026-11-21T05:26:50.000Z' }
  const overdue = (now: string) => deadlines(ended, new Date(now)).map((one) => [one.what, one.overdue])
  assert.deepEqual(overdue('2026-11-28T23:59:59.999Z'), [['completion', false]])
  assert.deepEqual(overdue('2026-11-29T00:00:00.000Z'), [['completion', true]])
})
