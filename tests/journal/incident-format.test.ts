import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { incidentEnvelope, incidentEventBody } from '../../src/model/incident-event.ts'
import { REPOSITORY } from '../helpers/project.ts'

/** docs/incident-format.md and the schema say the same: each event a heading, each field a row of the table below it; `?` may be absent. */

const sections = readFileSync(path.join(REPOSITORY, 'docs', 'incident-format.md'), 'utf8').split(/^#{2,3} /m)

function fieldsOf(section: string): string[] {
  return section.split('\n').flatMap((line) => {
    const [, name, optional] = /^\| `([^`]+)`\s*(\?)?\s*\|/.exec(line) ?? []
    return name === undefined ? [] : [`${name}${optional ?? ''}`]
  })
}

const documented = new Map(
  sections.map((section) => [section.split('\n')[0]?.trim() ?? '', fieldsOf(section)]),
)
const common = documented.get('Every event') ?? []

void test('the document names every event', () => {
  const known = incidentEventBody.options.map((option) => option.shape.event.value)
  const named = [...documented.keys()].filter((name) => /^[a-z_]+$/.test(name))
  assert.deepEqual(named, [...known])
})

void test('the document names what every line has', () => {
  assert.deepEqual(
    [...(documented.get('Every line') ?? [])].sort(),
    [...Object.keys(incidentEnvelope.shape), 'event'].sort(),
  )
})

for (const option of incidentEventBody.options) {
  const name = option.shape.event.value
  void test(`the document names the fields of ${name}`, () => {
    const expected = Object.entries(option.shape)
      .filter(([field]) => field !== 'event')
      .map(([field, schema]) => `${field}${schema.safeParse(undefined).success ? '?' : ''}`)
    assert.deepEqual([...common, ...(documented.get(name) ?? [])].sort(), expected.sort())
  })
}
