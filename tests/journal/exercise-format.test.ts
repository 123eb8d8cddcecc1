import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { exerciseEnvelope, exerciseEventBody } from '../../src/model/exercise-event.ts'
import { REPOSITORY } from '../helpers/project.ts'

/** docs/exercise-journal.md and the schema say the same. */

const sections = readFileSync(path.join(REPOSITORY, 'docs', 'exercise-journal.md'), 'utf8').split(/^#{2,3} /m)

function fieldsOf(section: string): string[] {
  return section.split('\n').flatMap((line) => {
    const [, name, optional] = /^\| `([^`]+)`\s*(\?)?\s*\|/.exec(line) ?? []
    return name === undefined ? [] : [`${name}${optional ?? ''}`]
  })
}

const documented = new Map(
  sections.map((section) => [section.split('\n')[0]?.trim() ?? '', fieldsOf(section)]),
)

void test('the document names every event, and none that is not there', () => {
  const known = exerciseEventBody.options.map((option) => option.shape.event.value)
  const named = [...documented.keys()].filter((name) => /^[a-z]+(-[a-z]+)+$/.test(name))
  assert.deepEqual(named.sort(), [...known].sort())
})

void test('the document names what every line has', () => {
  assert.deepEqual(
    [...(documented.get('Every line') ?? [])].sort(),
    [...Object.keys(exerciseEnvelope.shape), 'event'].sort(),
  )
})

for (const option of exerciseEventBody.options) {
  const name = option.shape.event.value
  void test(`the document names the fields of ${name}`, () => {
    const expected = Object.entries(option.shape)
      .filter(([field]) => field !== 'event')
      .map(([field, schema]) => `${field}${schema.safeParse(undefined).success ? '?' : ''}`)
    assert.deepEqual([...(documented.get(name) ?? [])].sort(), expected.sort())
  })
}
