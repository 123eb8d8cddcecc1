import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { coverageOf } from '../../src/reports/evidence/coverage.ts'
import { evidencePage } from '../../src/site/content/evidence.ts'
import { readPlan } from '../../src/site/content/plan.ts'
import { repositoryFile } from '../document/temporary-project.ts'
import { fixtureProject } from './support/fixture.ts'

const NOW = new Date('2026-11-28T15:00:00Z')
const FRAMEWORK = `title: Test
version: "1"
url: https://example.com/
asOf: 2026-11-01
controls:
  - { id: A1, title: What was done is on record, supportedBy: [journal] }
`

const drills = repositoryFile('docs/drills')
const [run = ''] = readdirSync(drills).filter((name) => !name.endsWith('.json'))
const [journal, seal] = ['journal.ndjson', 'seal.json'].map((file) =>
  readFileSync(path.join(drills, run, file), 'utf8'),
)

function supportOfJournals(files: Record<string, string | undefined>): unknown[] {
  using project = fixtureProject({
    'docs/plan/frameworks/test.yaml': FRAMEWORK,
    ...Object.fromEntries(
      Object.entries(files).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
    ),
  })
  const { frameworks } = evidencePage(project.root, readPlan(project.root).plan, [], 'abc', NOW)
  return frameworks.flatMap(({ controls }) =>
    controls.flatMap(({ support }) => support.map(({ count, newest }) => [count, newest?.file])),
  )
}

void test('a published run counts by its seal, once; a journal without the seal beside it is not said to be sealed', () => {
  const copy = `docs/postmortems/journals/${run}/journal.ndjson`
  const published = `docs/drills/${run}`
  assert.deepEqual(supportOfJournals({ [copy]: journal }), [[0, undefined]])
  const both = { [copy]: journal, [`${published}/journal.ndjson`]: journal, [`${published}/seal.json`]: seal }
  assert.deepEqual(supportOfJournals(both), [[1, `${published}/journal.ndjson`]])
  const changed = journal?.replace('"run-measured"', '"run-unmeasured"')
  assert.deepEqual(supportOfJournals({ ...both, [`${published}/journal.ndjson`]: changed }), [[0, undefined]])
})

void test('two records of one day have one age, whether their hour is known or not', () => {
  const record = { id: 'x', title: 'X', file: 'x', verdict: 'passed' }
  const [control] = coverageOf(
    {
      title: 'Test',
      version: '1',
      url: 'https://example.com/',
      asOf: '2026-11-01',
      controls: [{ id: 'A1', title: 'A', supportedBy: ['drill', 'review'], maxAge: 7 * 86_400_000 }],
    },
    [
      { ...record, kind: 'drill', at: '2026-11-21T05:26:44Z' },
      { ...record, kind: 'review', at: '2026-11-21' },
    ],
    { from: '2026-01-01', to: '2026-11-28' },
  )
  assert.deepEqual(
    control?.support.map(({ ageDays, gap }) => [ageDays, gap]),
    [
      [7, undefined],
      [7, undefined],
    ],
  )
})
