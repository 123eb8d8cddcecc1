import assert from 'node:assert/strict'
import { test } from 'node:test'
import { typing, whileTyping, withoutTyped } from '../../src/host/typing.ts'

void test('what is being typed is dots, also where it is broken over lines; the question stays', async () => {
  typing('(a) hunter2+')
  assert.equal(withoutTyped('? Note: (a) hunter2+\u001B[20G'), '? Note: ············\u001B[20G')
  assert.equal(withoutTyped('? Note: (a) hun\r\nter2+ and'), '? Note: ·······\r\n····· and')
  assert.equal(withoutTyped('output of a step'), 'output of a step')
  typing('shop.none')
  assert.equal(withoutTyped('Type shop.none to go on: shop.none'), 'Type shop.none to go on: ·········')
  typing('yes')
  assert.equal(withoutTyped('Go on? yes'), 'Go on? yes')
})

void test('nothing is being typed after an answer, or after none', async () => {
  typing('hunter2')
  assert.equal(await whileTyping(Promise.resolve('hunter2')), 'hunter2')
  assert.equal(withoutTyped('hunter2'), 'hunter2')
  typing('hunter2')
  await assert.rejects(whileTyping(Promise.reject(new Error('aborted'))))
  assert.equal(withoutTyped('hunter2'), 'hunter2')
})
