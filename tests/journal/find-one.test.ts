import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meantBy, onlyOne } from '../../src/journal/find-one.ts'

const WORDS = { one: 'run', many: 'runs', hint: 'Look.' }

function refused(wanted: string, ids: readonly string[], message: string): void {
  const matches = meantBy(
    wanted,
    ids.map((id) => ({ id })),
  )
  assert.throws(() => onlyOne(matches, wanted, WORDS), { message: `${message}\n    Look.` })
}

void test('of many that fit the newest are named, and it is said that these are not all', () => {
  const ids = ['20260101-a', '20260102-a', '20260103-a', '20260104-a', '20260105-a', 'inc-20260103-b-a']
  refused(
    'a',
    ids,
    '"a" fits 6 runs; the newest 5 of them: 20260102-a, 20260103-a, inc-20260103-b-a, 20260104-a, 20260105-a',
  )
})

void test('a few are all named', () => {
  refused('a', ['1a', '2a'], '"a" fits 2 runs: 1a, 2a')
})
