import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFiles } from '../../src/site/run-viewer/opened-run.ts'

function open(...paths: string[]): ReturnType<typeof openFiles> {
  return openFiles(paths.map((path) => ({ path, file: new Blob([path]) })))
}

void test('the journal of the outbox is a file of the run, not a second run', async () => {
  for (const base of ['a-run/', '']) {
    const opened = open(`${base}outbox/journal.ndjson`, `${base}journal.ndjson`, `${base}seal.json`)
    assert.ok(!('problem' in opened), JSON.stringify(opened))
    assert.equal(await opened.journal.text(), `${base}journal.ndjson`)
    assert.deepEqual([...opened.files.keys()].toSorted(), [
      'journal.ndjson',
      'outbox/journal.ndjson',
      'seal.json',
    ])
  }
})

void test('the folder of several runs is refused', () => {
  const opened = open('runs/a/journal.ndjson', 'runs/ab/journal.ndjson', 'runs/a/outbox/journal.ndjson')
  assert.ok('problem' in opened)
  assert.match(opened.problem, /2 journals/)
})
