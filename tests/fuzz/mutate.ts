import * as fc from 'fast-check'

/** What is done to a text to see whether its reader stays calm: pieces cut out, doubled, exchanged, and strange things put in. */

export const EXHAUSTIVE = process.env['DRILLBOOK_EXHAUSTIVE'] === '1'

/** How many cases of a property: few in CI, many when asked for. */
export function runs(inCi: number, exhaustive: number): { numRuns: number } {
  return { numRuns: EXHAUSTIVE ? exhaustive : inCi }
}

const STRANGE = [
  '',
  '\0',
  '\n',
  '\r\n',
  '\ufeff',
  '\u2028',
  '\ud800',
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '- ',
  '  ',
  '\t',
  '&a [*a]',
  '<<: *a',
  '!!js/function x',
  '__proto__',
  'constructor',
  'null',
  'true',
  '-1',
  '1e400',
  'NaN',
  '9007199254740993',
  '2026-02-30T25:61:61.000Z',
  '../../etc/passwd',
  '$(touch x)',
  '\u001b[2J',
  'x'.repeat(5000),
]

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(40),
  put: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...STRANGE) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  ),
})

/** The text with a few pieces replaced. */
export function mutated(text: string): fc.Arbitrary<string> {
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) =>
    changes.reduce((so, { at, length, put }) => {
      const from = Math.floor(at * so.length)
      return so.slice(0, from) + put + so.slice(from + length)
    }, text),
  )
}

/** The bytes with some flipped, removed or repeated. */
export function mutatedBytes(bytes: Buffer): fc.Arbitrary<Buffer> {
  const byteChange = fc.record({
    at: fc.nat(Math.max(0, bytes.length - 1)),
    kind: fc.constantFrom('flip', 'cut', 'repeat', 'zero'),
    length: fc.nat(300),
    bit: fc.nat(7),
  })
  return fc.array(byteChange, { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce((so, { at, kind, length, bit }) => {
      const piece = so.subarray(at, at + length)
      if (kind === 'cut') return Buffer.concat([so.subarray(0, at), so.subarray(at + length)])
      if (kind === 'repeat') return Buffer.concat([so.subarray(0, at), piece, so.subarray(at)])
      const copy = Buffer.from(so)
      if (kind === 'zero') copy.fill(0, Math.min(at, copy.length), Math.min(at + length, copy.length))
      else if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << bit)
      return copy
    }, bytes),
  )
}
