import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wrap, wrapLine } from '../../src/host/text.ts'

void test('a line is broken between words, under what it belongs to', () => {
  assert.deepEqual(wrapLine('  ✗ failed one: no route to host', 20), [
    '  ✗ failed one: no',
    '  route to host',
  ])
  assert.deepEqual(wrapLine('- one two three', 9), ['- one two', '  three'])
  assert.deepEqual(wrap('    - one two three', 13), ['    - one two', '      three'])
})

void test('colours take no room, and spaces stay', () => {
  const red = '\u001b[31mred\u001b[39m'
  assert.deepEqual(wrapLine(`${red} ${red} ${red}`, 11), [`${red} ${red} ${red}`])
  assert.deepEqual(wrapLine('title  id  tag', 9), ['title  id', 'tag'])
})

void test('a word that is longer than a line stands alone', () => {
  assert.deepEqual(wrapLine('see /a/very/long/path there', 8), ['see', '/a/very/long/path', 'there'])
})
