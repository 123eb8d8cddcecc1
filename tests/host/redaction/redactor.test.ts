import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRedactor, PLACEHOLDER } from '../../../src/host/redaction/index.ts'
import type { Redactor } from '../../../src/host/redaction/index.ts'
import { ENCODINGS, PLANTED } from './planted.ts'

/** Every byte that comes out when the text comes in these pieces. */
function through(redactor: Redactor, pieces: readonly Buffer[]): Buffer {
  const stream = redactor.stream()
  return Buffer.concat([...pieces.map((piece) => stream.push(piece)), stream.end()])
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...places, bytes.length].sort((a, b) => a - b)
  return sorted.map((place, index) => bytes.subarray(sorted[index - 1] ?? 0, place))
}

void test('50 secrets in every encoding, cut at every place: nothing of them is left', (context) => {
  let cuts = 0
  for (const secret of PLANTED) {
    const redactor = createRedactor([secret])
    for (const { name, show } of ENCODINGS) {
      const { text, from, to } = show(secret)
      const bytes = Buffer.from(text)
      const whole = through(redactor, [bytes]).toString()
      const [before = '', after, more] = whole.split(PLACEHOLDER)
      const what = `${name} of ${JSON.stringify(secret)}: ${JSON.stringify(text)} gave ${JSON.stringify(whole)}`
      assert.ok(after !== undefined && more === undefined, what)
      assert.ok(text.startsWith(before) && before.length <= from && before.length >= from - 1, what)
      assert.ok(
        text.endsWith(after) && after.length <= text.length - to && after.length >= text.length - to - 1,
        what,
      )
      for (let place = 1; place < bytes.length; place += 1) {
        cuts += 1
        assert.equal(through(redactor, cut(bytes, [place])).toString(), whole, `${what}, cut at ${place}`)
      }
      assert.equal(
        through(redactor, cut(bytes, [...bytes.keys()])).toString(),
        whole,
        `${what}, byte by byte`,
      )
    }
  }
  context.diagnostic(`${PLANTED.length} secrets, ${ENCODINGS.length} encodings, ${cuts} cuts`)
})

void test('all 50 together in one text: no form of any is left', () => {
  const redactor = createRedactor(PLANTED)
  const shown = PLANTED.flatMap((secret) => ENCODINGS.map(({ show }) => show(secret)))
  const clean = redactor.redactText(shown.map(({ text }) => text).join('\n'))
  for (const { text, from, to } of shown) assert.ok(!clean.includes(text.slice(from, to)), text)
})

/** Text of every kind, secrets and tokens and their beginnings among it. */
const SECRETS = [
  'hunter2-hunter3',
  'abababab',
  'abab',
  '12 34\n56 78 90 ab',
  'äöü-密码',
  'the first line\nthe other line',
]
const pieces = fc.oneof(
  fc.constantFrom(...SECRETS),
  fc
    .constantFrom(...SECRETS)
    .chain((secret) => fc.nat(secret.length).map((length) => secret.slice(0, length))),
  fc
    .tuple(
      fc.constantFrom(...SECRETS),
      fc.nat(15),
      fc.constantFrom('\n', '\r\n  ', '\\n', '\\', "\\n' +\n '"),
    )
    .map(([secret, place, lineEnd]) => `${secret.slice(0, place)}${lineEnd}${secret.slice(place)}`),
  fc.constantFrom(
    'ghp_',
    'eyJ',
    '://',
    'Authorization: ',
    'Bearer ',
    '-----BEGIN PRIVATE KEY-----',
    '-----',
    '@',
    ':',
    '.',
    '\n',
  ),
  fc.constantFrom(
    'AWS_SECRET_ACCESS_KEY=',
    'ya29.',
    'x'.repeat(40),
    'A1'.repeat(20),
    'user:pass@host/',
    '\r\n',
    '"',
    ' ',
  ),
  fc.string({ maxLength: 12 }),
)
const bytes = fc.oneof(
  { weight: 4, arbitrary: fc.array(pieces, { maxLength: 20 }).map((parts) => Buffer.from(parts.join(''))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)) },
)
const RUNS = { numRuns: process.env['DRILLBOOK_EXHAUSTIVE'] === '1' ? 500_000 : 20_000 }

void test('the result does not depend on the chunks', () => {
  const redactor = createRedactor(SECRETS)
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(400), { maxLength: 12 }), (text, places) => {
      const inside = places.map((place) => Math.min(place, text.length))
      assert.deepEqual(through(redactor, cut(text, inside)), through(redactor, [text]))
    }),
    RUNS,
  )
})

void test('a text by itself comes out as through a stream', () => {
  const redactor = createRedactor(SECRETS)
  let untouched = 0
  fc.assert(
    fc.property(bytes, (data) => {
      const text = data.toString()
      const clean = redactor.redactText(text)
      if (clean === text) untouched += 1
      assert.equal(clean, through(redactor, [Buffer.from(text)]).toString())
    }),
    RUNS,
  )
  assert.ok(untouched > RUNS.numRuns / 10 && untouched < RUNS.numRuns * 0.9, `${untouched} untouched`)
})

void test('no secret is left, and every other byte is there, in its place', () => {
  const redactor = createRedactor(SECRETS)
  fc.assert(
    fc.property(bytes, (text) => {
      const clean = through(redactor, [text]).toString('latin1')
      for (const secret of SECRETS) assert.ok(!clean.includes(Buffer.from(secret).toString('latin1')), secret)
      let at = 0
      const rest = text.toString('latin1')
      for (const [index, kept] of clean.split(PLACEHOLDER).entries()) {
        const found = rest.indexOf(kept, at)
        assert.ok(index === 0 ? found === 0 : found >= at, JSON.stringify({ rest, clean }))
        at = found + kept.length
      }
    }),
    RUNS,
  )
})

void test('exactly what a search for every secret at every place would find', () => {
  const ab = (least: number, most: number) =>
    fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: least, maxLength: most })
  fc.assert(
    fc.property(
      fc.array(ab(4, 7), { minLength: 1, maxLength: 5 }),
      ab(0, 60),
      fc.nat(60),
      (secrets, text, place) => {
        const hidden = Array.from(text, () => false)
        for (const secret of secrets)
          for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + 1))
            hidden.fill(true, at, at + secret.length)
        const marked = Array.from(text, (character, index) =>
          hidden[index] === true ? '*' : character,
        ).join('')
        const pieces = cut(Buffer.from(text), [Math.min(place, text.length)])
        assert.equal(through(createRedactor(secrets), pieces).toString(), marked.replace(/\*+/g, PLACEHOLDER))
      },
    ),
    { numRuns: 300 },
  )
})

void test('text without secrets comes out byte for byte, whatever the chunks', () => {
  const redactor = createRedactor(PLANTED)
  const word = fc.constantFrom(
    ...'the node orders-db.primary is up 0x1F 2026-11-21T01:34:00Z äöü { } = -- 密 /var/lib "x"'.split(' '),
  )
  const harmless = fc.array(
    fc.oneof(word, fc.constantFrom(' ', '\n', '\r\n', '\t', '-----', ' https://edge:8443/orders?x=1#y ')),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(harmless, fc.array(fc.nat(400), { maxLength: 12 }), (words, places) => {
      const text = Buffer.from(words.join(''))
      const inside = places.map((place) => Math.min(place, text.length))
      assert.deepEqual(through(redactor, cut(text, inside)), text)
    }),
    RUNS,
  )
  const noise = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 2654435761) >>> 24))
  assert.deepEqual(through(redactor, cut(noise, [1, 2, 3, 65_536, 65_537, 200_000])), noise)
})

void test('only what may be a secret waits', () => {
  const stream = createRedactor(['hunter2-hunter3']).stream()
  assert.equal(stream.push(Buffer.from('Password: hunter')).toString(), 'Password: ')
  assert.equal(stream.push(Buffer.from('s ')).toString(), 'hunters ')
  assert.equal(stream.push(Buffer.from('42 % done')).toString(), '42 % done')
  assert.equal(stream.push(Buffer.from(' hunter2-')).toString(), ' ')
  assert.equal(stream.push(Buffer.from('hunter3')).toString(), PLACEHOLDER)
  assert.equal(stream.push(Buffer.from('!')).toString(), '!')
  assert.equal(stream.end().toString(), '')
})

void test('secrets that overlap or touch are one, a secret that is only begun is none', () => {
  const redactor = createRedactor(['abcdef', 'defghi', 'xyzxyz'])
  assert.equal(redactor.redactText('-abcdefghi-'), `-${PLACEHOLDER}-`)
  assert.equal(redactor.redactText('xyzxyzxyzxyz'), PLACEHOLDER)
  assert.equal(redactor.redactText('xyzxyzxyz'), PLACEHOLDER)
  assert.equal(redactor.redactText('abcde xyzxy'), 'abcde xyzxy')
  assert.equal(redactor.holdsSecret('abcde'), false)
  assert.equal(redactor.holdsSecret('abcdef'), true)
})

void test('a value that is too short to be a secret is not looked for', () => {
  assert.equal(createRedactor(['abc', '', ' ']).redactText('abc abc'), 'abc abc')
})
