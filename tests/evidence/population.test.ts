import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { populationOf } from '../../src/cli/evidence/gather.ts'
import { readJournal } from '../../src/journal/read.ts'
import { repositoryFile } from '../document/temporary-project.ts'

const folder = repositoryFile('docs/postmortems/journals')
const [id = ''] = readdirSync(folder)
const file = path.join(folder, id, 'journal.ndjson')
const { events } = readJournal(file)

const rows = (lines: typeof events) =>
  populationOf(
    repositoryFile('.'),
    { drills: [], journals: [{ id, file, events: lines, sealed: true }] },
    (at) => at >= '2026-11-21',
  )

void test('a drill that nobody published counts, with what it measured and when its objective was approved', async () => {
  const [row] = await rows(events)
  assert.equal(row?.published, false)
  assert.equal(row.verdict, 'passed')
  assert.equal(row.approval, 'before')
  assert.ok(row.rtoMs !== null && row.lost === 0)
})

void test('one that missed its objective has failed, one that never ended is not finished', async () => {
  const late = events.map((event) =>
    event.event === 'run-measured'
      ? { ...event, measurement: { ...event.measurement, rtoMs: 1_000_000 } }
      : event,
  )
  assert.equal((await rows(late))[0]?.verdict, 'failed')
  const unfinished = events.slice(
    0,
    events.findIndex(({ event }) => event === 'step-finished'),
  )
  assert.equal((await rows(unfinished))[0]?.verdict, 'not finished')
})
