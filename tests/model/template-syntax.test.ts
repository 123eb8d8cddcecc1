import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { checkTemplate } from '../../src/document/template.ts'
import type { Problem } from '../../src/model/problem.ts'
import { OperatorError } from '../../src/model/problem.ts'
import { fillTemplate } from '../../src/reports/template.ts'

const FILE = 'templates/broken.hbs'
const mistakes: { text: string; line: number; column: number; says: RegExp }[] = [
  { text: 'We are\n{{#if known}}working', line: 2, column: 1, says: /unexpected end$/ },
  { text: 'a\n\n{{}}', line: 3, column: 1, says: /unexpected CLOSE$/ },
  { text: '{{!-- never closed', line: 1, column: 1, says: /unexpected Lexical error on line 1[^\n]*$/ },
  { text: 'a\n{{#if x}}b{{/each}}', line: 2, column: 4, says: /if doesn't match each$/ },
]

function inDocument(text: string): readonly Problem[] {
  try {
    fillTemplate({ file: FILE, text }, z.strictObject({}), {}, () => '')
  } catch (error) {
    if (error instanceof OperatorError) return error.problems
    throw error
  }
  return []
}

for (const { text, line, column, says } of mistakes)
  void test(`messages and documents tell the same of ${JSON.stringify(text)}`, () => {
    const [message, ...more] = checkTemplate(text, FILE, z.strictObject({}))
    assert.deepEqual([message?.file, message?.line, message?.column, more], [FILE, line, column, []])
    assert.match(message?.message ?? '', says)
    assert.deepEqual(inDocument(text), [message])
  })
