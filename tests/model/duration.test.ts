import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { duration } from '../../src/model/duration-schema.ts'
import { formatDuration, parseDuration } from '../../src/model/duration.ts'

const parsed: [text: string, ms: number | undefined][] = [
  ['20s', 20_000],
  ['1m30s', 90_000],
  ['250ms', 250],
  ['1.5h', 5_400_000],
  ['35d', 3_024_000_000],
  ['0s', 0],
  ['', undefined],
  ['20', undefined],
  ['20 s', undefined],
  ['-20s', undefined],
  ['1w', undefined],
  ['1m30', undefined],
]

for (const [text, ms] of parsed)
  void test(`"${text}" is ${ms === undefined ? 'no duration' : `${ms} ms`}`, () => {
    assert.equal(parseDuration(text), ms)
    assert.equal(duration.safeParse(text).data, ms)
  })

const formatted: [ms: number, text: string][] = [
  [0, '0 s'],
  [340.4, '340 ms'],
  [12_499, '12.4 s'],
  [59_999, '59.9 s'],
  [900_000, '15 m'],
  [185_000, '3 m 05 s'],
  [7_500_000, '2 h 05 m'],
  [86_400_000, '24 h'],
]

for (const [ms, text] of formatted)
  void test(`${ms} ms is shown as ${text}`, () => {
    assert.equal(formatDuration(ms), text)
  })

void test('the parts of a duration add up', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.nat(50), fc.nat(50), (h, m, s) => {
      assert.equal(parseDuration(`${h}h${m}m${s}s`), (h * 3600 + m * 60 + s) * 1000)
    }),
    { numRuns: 50 },
  )
})
