import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openLedger, readLedger, type LedgerRecord } from '../../src/lab/ledger.ts'

const attempt: LedgerRecord = {
  type: 'attempt',
  n: 1,
  id: 'a-1',
  sentAt: 1.5,
  doneAt: 2.5,
  outcome: 'failed',
  reason: 'r',
}
const verified: LedgerRecord = { type: 'verified', n: 1, id: 'a-1', at: 3 }

function file(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'drillbook-ledger-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'ledger.ndjson')
}

void test('what is appended and flushed is read', async (t) => {
  const path = file(t)
  const ledger = await openLedger(path, assert.fail)
  ledger.append(attempt)
  ledger.append(verified)
  await ledger.flush()
  assert.deepEqual(await readLedger(path), [attempt, verified])
  await ledger.close()
})

void test('a torn last line is not a record', async (t) => {
  const path = file(t)
  writeFileSync(path, `${JSON.stringify(attempt)}\n${JSON.stringify(verified).slice(0, 20)}`)
  assert.deepEqual(await readLedger(path), [attempt])
})

void test('any other line that is not a record is an error, with its place', async (t) => {
  const path = file(t)
  writeFileSync(path, `${JSON.stringify(attempt)}\n{"type":"lie"}\n`)
  appendFileSync(path, `${JSON.stringify(verified)}\n`)
  await assert.rejects(readLedger(path), /line 2 is not a ledger record/)
})

void test('a full disk is told once', async () => {
  const failure = Promise.withResolvers<Error>()
  const ledger = await openLedger('/dev/full', failure.resolve)
  ledger.append(attempt)
  assert.match((await failure.promise).message, /ENOSPC/)
  ledger.append(attempt)
  await ledger.close()
})
