import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { envelope, eventBody } from '../../src/model/event.ts'
import { REPOSITORY } from '../helpers/project.ts'

/** docs/journal-format.md and the schema say the same: each event a heading, each field a row of the table below it; `?` may be absent. */

const sections = readFileSync(path.join(REPOSITORY, 'docs', 'journal-format.md'), 'utf8').split(/^#{2,3} /m)

function fieldsOf(section: string): string[] {
  return section.split('\n').flatMap((line) => {
    const [, name, optional] = /^\| `([^`]+)`\s*(\?)?\s*\|/.exec(line) ?? []
    return name === undefined ? [] : [`${name}${optional ?? ''}`]
  })
}

const documented = new Map(
  sections.map((section) => [section.split('\n')[0]?.trim() ?? '', fieldsOf(section)]),
)

void test('the document names every event, each once', () => {
  const known = eventBody.options.map((option) => option.shape.event.value)
  const headings = sections.map((section) => section.split('\n')[0]?.trim() ?? '')
  const named = headings.filter((name) => /^[a-z]+(-[a-z]+)+$/.test(name))
  assert.deepEqual([...named].sort(), [...known].sort())
})

void test('the document names what every line has', () => {
  assert.deepEqual(
    [...(documented.get('Every line') ?? [])].sort(),
    [...Object.keys(envelope.shape), 'event'].sort(),
  )
})

for (const option of eventBody.options) {
  const name = option.shape.event.value
  void test(`the document names the fields of ${name}`, () => {
    const fields = Object.entries(option.shape).filter(([field]) => field !== 'event')
    const expected = fields.map(
      ([field, schema]) => `${field}${schema.safeParse(undefined).success ? '?' : ''}`,
    )
    assert.deepEqual([...(documented.get(name) ?? [])].sort(), expected.sort())
  })

  void test(`the document names the words that fields of ${name} may hold`, () => {
    const section = sections.find((one) => one.startsWith(`${name}\n`)) ?? ''
    for (const [field, schema] of Object.entries(option.shape)) {
      const row = section.split('\n').find((line) => line.startsWith(`| \`${field}\``)) ?? ''
      for (const word of wordsOf(z.toJSONSchema(schema)))
        assert.ok(field === 'event' || row.includes(`\`${word}\``), `${field}: ${word}`)
    }
  })
}

/** The values of a field that has only a few. */
function wordsOf({ enum: words, anyOf }: z.core.JSONSchema.BaseSchema): string[] {
  const own = (words ?? []).filter((word): word is string => typeof word === 'string')
  return [...own, ...(anyOf ?? []).flatMap((part) => (typeof part === 'boolean' ? [] : wordsOf(part)))]
}
