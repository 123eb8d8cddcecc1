import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suggest } from '../../src/model/suggest.ts'

const rows: [title: string, unknown: string, known: string[], hint: string][] = [
  ['a letter less', 'primry', ['primary', 'standby'], 'Did you mean primary?'],
  ['another case', 'ORDERS', ['orders', 'edge'], 'Did you mean orders?'],
  ['nothing near', 'payments', ['orders', 'edge'], 'Expected one of edge, orders.'],
  ['nothing at all', 'payments', [], 'There is none yet.'],
  [
    'very many',
    'zzzz',
    'abcdefghijk'.split('').map((name) => name.repeat(5)),
    'Expected one of aaaaa, bbbbb, ccccc, ddddd, eeeee, fffff, ggggg, hhhhh, and 3 more.',
  ],
]

for (const [title, unknown, known, hint] of rows)
  void test(title, () => {
    assert.equal(suggest(unknown, known), hint)
  })
