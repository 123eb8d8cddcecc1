import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createRedactor, PLACEHOLDER } from '../../../src/host/redaction/index.ts'
import type { Redactor } from '../../../src/host/redaction/index.ts'
import { REPOSITORY } from '../../helpers/project.ts'
import { PLANTED } from './planted.ts'

/** So many bytes at the end of a line may be any word's: they stay. */
const STAY = 3
const SECRET = 'correct-horse-battery-staple-42'
const LONG = PLANTED.filter(({ length }) => length >= 8 && length < 64)
/** Whether nothing of the value may be taken for a part of a break, and no character is two. */
const isOneWord = (secret: string): boolean => !/[\s\\'"\ud800-\udfff]/.test(secret)
/** Without the last digit when it is only partly the secret's. */
const digits = (secret: string, encoding: 'base64' | 'base64url'): string =>
  Buffer.from(secret)
    .toString(encoding)
    .slice(0, Math.floor((Buffer.byteLength(secret) * 8) / 6))
const ENCODED: Record<string, (secret: string) => string> = {
  raw: (secret) => secret,
  base64: (secret) => digits(secret, 'base64'),
  base64url: (secret) => digits(secret, 'base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
}
const BREAKS = {
  line: '\n',
  'line of a terminal': '\r\n',
  'indented line': '\n      ',
  tab: '\r\n\t',
  JSON: '\\n',
  'JSON, CRLF': '\\r\\n',
  'JSON in JSON': '\\\\n',
  'line of a shell': '\\\n  ',
  inspect: "\\n' +\n    '",
}

function byteByByte(redactor: Redactor, text: string): string {
  const stream = redactor.stream()
  const parts = [...Buffer.from(text)].map((byte) => stream.push(Buffer.of(byte)))
  return Buffer.concat([...parts, stream.end()]).toString()
}

void test('folded at every place, in every usual way: nothing of a secret but the end of a line is left', (t) => {
  let folds = 0
  for (const secret of LONG) {
    const redactor = createRedactor([secret])
    for (const [encoding, encode] of Object.entries(ENCODED))
      for (const [name, lineEnd] of Object.entries(BREAKS)) {
        const own = encode(secret)
        if (own === secret && !isOneWord(secret)) continue
        // The n of a break may be the first character of the value as well.
        for (let place = lineEnd.endsWith(own.slice(0, 1)) ? 2 : 1; place < own.length; place += 1) {
          folds += 1
          const text = `- ${own.slice(0, place)}${lineEnd}${own.slice(place)}~`
          const stays =
            Buffer.byteLength(own.slice(0, place)) <= STAY ? `${own.slice(0, place)}${lineEnd}` : ''
          const what = `${encoding} of ${secret}, ${name} at ${place}`
          assert.equal(redactor.redactText(text), `- ${stays}${PLACEHOLDER}~`, what)
          if (place < 6) assert.equal(byteByByte(redactor, text), redactor.redactText(text), what)
        }
      }
  }
  t.diagnostic(`${folds} folds`)
})

void test('folded many times, wherever the first line ends', () => {
  const redactor = createRedactor([SECRET])
  const fold = (text: string, width: number): string => text.replace(new RegExp(`.{${width}}`, 'g'), '$&\n  ')
  for (const encoding of ['base64', 'hex', 'utf8'] as const)
    for (const width of [8, 20, 40, 60, 64, 76])
      for (let before = 0; before < 80; before += 1) {
        const text = fold(Buffer.from('x'.repeat(before) + SECRET).toString(encoding), width)
        const left = redactor.redactText(text)
        const what = `${encoding} at ${width}, after ${before}: ${left}`
        assert.ok(left.includes(PLACEHOLDER), what)
        const digits = encoding === 'utf8' ? left : Buffer.from(left.replace(/\s/g, ''), encoding).toString()
        assert.ok(!/rrect|horse|battery|staple/.test(digits), what)
        assert.equal(byteByByte(redactor, text), left, what)
      }
})

void test('folded again before a character that some encoding escapes', () => {
  for (const mark of '$`!&*;:@#%/()[]{}<>|?^~=+,.-') {
    const lines = ['znAdmH03OOb5', 'Isl7N4a', `${mark}bcdefg`]
    const redactor = createRedactor([lines.join('')])
    for (const [name, lineEnd] of Object.entries(BREAKS)) {
      const text = `"${lines.join(lineEnd)}"`
      assert.equal(redactor.redactText(text), `"${PLACEHOLDER}"`, `${mark}, ${name}`)
      assert.equal(byteByByte(redactor, text), `"${PLACEHOLDER}"`, `${mark}, ${name}`)
    }
  }
})

void test('folded beside the backslashes of a secret, and those of its encoding', () => {
  const folded: [secret: string, lines: string[]][] = [
    ['CORP\\service-account', ['CORP\\', 'service-account']],
    ['CORP\\service-account', ['CORP', '\\service-account']],
    ['CORP\\service-account', ['CORP\\\\', 'service-account']],
    ['CORP\\service-account', ['CORP', '\\\\service-account']],
    ['main-CORP\\service-account', ['main', '-CORP\\', 'service-account']],
    ['main-CORP\\service-account', ['main', '-CORP\\\\', 'service-account']],
    ['main-CORP\\service-account', ['main', '-CORP', '\\\\service-account']],
    ['correct"horse"battery', ['correct\\"horse', '\\"battery']],
    ['correct"horse"battery', ['corr', 'ect\\"horse', '\\"battery']],
    ['correct$horse$battery', ['corr', 'ect\\$horse', '\\$battery']],
  ]
  for (const [secret, lines] of folded) {
    const redactor = createRedactor([secret])
    for (const lineEnd of ['\n', '\r\n', '\n    ', '\\n', '\\r\\n', '\\\n']) {
      const text = `"${lines.join(lineEnd)}"`
      assert.equal(redactor.redactText(text), `"${PLACEHOLDER}"`, text)
      assert.equal(byteByByte(redactor, text), `"${PLACEHOLDER}"`, text)
    }
  }
})

void test('a backslash before a break that may as well be that of an encoding', () => {
  // `\)` is how shells write the parenthesis: only the dollar sign tells that it was none.
  const redactor = createRedactor(['S=U7z2seiYbvr5lE)fr$w.4'])
  for (const lineEnd of ['\\\n', '\\\\n', '\\\r\n', '\\\n    ', '\\\\r\\\\n'])
    for (const text of [
      `S=U7z2se${lineEnd}iYbvr5lE${lineEnd})fr$w.4`,
      `S=U7z2se${lineEnd}iYbvr5lE\\${lineEnd})fr\\$w.4`,
    ]) {
      assert.equal(redactor.redactText(`"${text}"`), `"${PLACEHOLDER}"`, text)
      assert.equal(byteByByte(redactor, `"${text}"`), `"${PLACEHOLDER}"`, text)
    }
})

void test('lines broken at the spaces of a passphrase', () => {
  const redactor = createRedactor(['correct horse battery staple'])
  for (const text of ['correct\nhorse battery\n  staple', 'correct \nhorse battery staple'])
    assert.equal(redactor.redactText(`it is ${text}.`), `it is ${PLACEHOLDER}.`)
  const twice = createRedactor(['correct  horse battery'])
  for (const text of ['correct\n  horse battery', 'correct  \n    horse\nbattery'])
    assert.equal(twice.redactText(`it is ${text}.`), `it is ${PLACEHOLDER}.`)
})

void test('ordinary text keeps its line ends', (t) => {
  const redactor = createRedactor([
    ...PLANTED,
    'database-failure',
    'password',
    'operator',
    '12345678',
    'aaaaaaaa',
  ])
  const files = globSync(['docs/**/*.md', 'src/**/*.ts'], { cwd: REPOSITORY })
  let size = 0
  for (const file of files) {
    // Such a key goes over lines by its shape.
    const text = readFileSync(path.join(REPOSITORY, file), 'utf8').replaceAll('PRIVATE KEY', '')
    size += text.length
    for (const lineEnd of ['\n', '\r\n', '\n    ', '\\n']) {
      const lines = text.split('\n').map((line) => redactor.redactText(line))
      assert.equal(redactor.redactText(text.replaceAll('\n', lineEnd)), lines.join(lineEnd), file)
    }
  }
  assert.ok(size > 1_000_000, `${size} bytes`)
  t.diagnostic(`${files.length} files, ${size} bytes`)
})

void test('columns of letters and digits, and short secrets, are not put together', () => {
  const redactor = createRedactor(['12345678', 'abcd', 'passwor', 'same-same-same'])
  for (const text of [
    '1\n2\n3\n4\n5\n6\n7\n8\n',
    '12\n34\n56\n78\n',
    'ab\ncd',
    'pass\nwor',
    'same-same\n \\ same',
    'same-\\tsame-same',
  ])
    assert.equal(redactor.redactText(text), text)
  assert.equal(redactor.redactText(`same-same-${'\n'.repeat(200)}same`), `same-same-${'\n'.repeat(200)}same`)
})

void test('the end of a line waits only when much of a secret stands there', () => {
  const stream = createRedactor(['hunter2-hunter3']).stream()
  assert.equal(stream.push(Buffer.from('hun\n')).toString(), 'hun\n')
  assert.equal(stream.push(Buffer.from('ter2-hunter3\n')).toString(), `${PLACEHOLDER}\n`)
  assert.equal(stream.push(Buffer.from('a hunt\n')).toString(), 'a ')
  assert.equal(stream.push(Buffer.from('  begins')).toString(), 'hunt\n  begins')
  assert.equal(stream.push(Buffer.from(' hunter2-\\')).toString(), ' ')
  assert.equal(stream.push(Buffer.from('x')).toString(), 'hunter2-\\x')
  const other = createRedactor(['hunter2-hunter3$x']).stream()
  assert.equal(other.push(Buffer.from('hunter2-\nhunter3\\')).toString(), '')
  assert.equal(other.push(Buffer.from('t')).toString(), '')
  assert.equal(other.push(Buffer.from(' ')).toString(), '')
  assert.equal(other.push(Buffer.from('x')).toString(), 'hunter2-\nhunter3\\t x')
})
