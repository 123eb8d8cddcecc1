import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { armor, readBlob, readSignature } from '../../src/journal/ssh-signature.ts'
import { approvalRequest } from '../../src/model/approval.ts'
import { challengeLine, readAnswer, readChallenge } from '../../src/runner/approval-text.ts'
import { valuesHash } from '../../src/journal/values-hash.ts'
import { groupsOf, readGroups, readSpokenRequest, spokenRequest } from '../../src/runner/spoken.ts'

const VALUES = {
  inputs: { reason: 'it is gone' },
  outputs: { lag: 3 },
  targets: { edge: 'https://x.example.com' },
}
const REQUEST = approvalRequest.parse({
  run: '20261121-012215-078-backup-orders-e658',
  runbook: 'backup/orders',
  step: 'use/fence',
  attempt: 3,
  action: 'rollback',
  digest: 'ab'.repeat(32),
  values: valuesHash(VALUES),
  environment: 'production',
  requester: 'tomas-novak',
  issuedAt: '2026-11-21T01:22:15Z',
  expiresAt: '2026-11-21T01:37:15Z',
})
const LINE = challengeLine({ request: REQUEST, values: VALUES })

void test('a request comes back as it was, also over a telephone', () => {
  assert.deepEqual(readChallenge(LINE), { request: REQUEST, values: VALUES })
  assert.deepEqual(readChallenge(`  ${LINE.replace(/(.{60})/g, '$1\n')}`), {
    request: REQUEST,
    values: VALUES,
  })
  const { runbook, step, environment, requester, digest } = REQUEST
  const context = { runbook, step, environment, requester, digest }
  assert.deepEqual(readSpokenRequest((spokenRequest(REQUEST) ?? []).join('-'), context), REQUEST)
  assert.deepEqual(
    readSpokenRequest((spokenRequest(REQUEST) ?? []).join(' '), { ...context, digest: 'cd'.repeat(32) }),
    {
      problem: 'the version of the runbook in this checkout is not the one that is run',
    },
  )
})

void test('what does not fit into groups has none: there are the line and the file', () => {
  assert.equal(spokenRequest({ ...REQUEST, run: 'another-kind-of-id' }), undefined)
  assert.equal(spokenRequest({ ...REQUEST, runbook: 'other' }), undefined)
  assert.equal(spokenRequest({ ...REQUEST, expiresAt: '2026-12-21T01:37:15Z' }), undefined)
})

void test('groups: whatever was said comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (bytes) => {
      const read = readGroups(groupsOf(Buffer.from(bytes)).join(' ').toLowerCase(), bytes.length)
      assert.deepEqual(read, Buffer.from(bytes))
    }),
  )
})

void test('groups: every single sign that was heard wrong is found, and its group named', () => {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  const groups = groupsOf(Buffer.from('an approval is not much longer than this text'))
  const text = groups.join('')
  for (let at = 0; at < text.length; at += 1)
    for (const wrong of alphabet) {
      if (wrong === text[at]) continue
      const read = readGroups(text.slice(0, at) + wrong + text.slice(at + 1), 45)
      assert.deepEqual(read, {
        problem: `group ${Math.floor(at / 5) + 1} of 18 is not right: ask for it again`,
      })
    }
})

void test('groups: two that were swapped are found', () => {
  const groups = groupsOf(Buffer.from('0123456789'))
  const [first = '', second = '', ...rest] = groups
  assert.deepEqual(readGroups([second, first, ...rest].join(' '), 10), {
    problem: 'group 1, 2 of 4 is not right: ask for it again',
  })
})

void test('what comes from outside is read or refused, never thrown', () => {
  const mutated = fc
    .tuple(fc.nat({ max: LINE.length }), fc.nat({ max: 20 }), fc.string({ maxLength: 5 }))
    .map(([at, cut, insert]) => LINE.slice(0, at) + insert + LINE.slice(at + cut))
  const garbage = fc.oneof(
    fc.string(),
    mutated,
    fc.string().map((text) => `drillbook-approval:${text}`),
    fc.json(),
  )
  fc.assert(
    fc.property(garbage, (text) => {
      for (const read of [readChallenge(text), readAnswer(text)])
        if ('problem' in read) assert.match(read.problem, /^(it |its |the )/)
      readGroups(text, 64)
      readSignature(text)
    }),
    { numRuns: 5000 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      readBlob(Buffer.concat([Buffer.from('SSHSIG'), bytes]))
      readSignature(armor(Buffer.from(bytes)))
    }),
    { numRuns: 5000 },
  )
})

void test('any change to what a request holds is found', () => {
  const rows: Record<string, unknown>[] = [
    { ...VALUES, inputs: { reason: 'another' } },
    { ...VALUES, inputs: {} },
    { ...VALUES, outputs: { lag: '3' } },
    { ...VALUES, targets: { edge: 'https://evil.example.com' } },
    { ...VALUES, outputs: { lag: 3, more: true } },
  ]
  for (const values of rows) {
    const read = readChallenge(JSON.stringify({ request: REQUEST, values }))
    assert.ok('problem' in read, JSON.stringify(values))
    assert.match(read.problem, /are not those it is bound to/)
  }
  const again = { targets: VALUES.targets, outputs: VALUES.outputs, inputs: VALUES.inputs }
  assert.ok(
    'request' in readChallenge(JSON.stringify({ values: again, request: REQUEST })),
    'order does not matter',
  )
})

void test('a name cannot begin another line of what is signed', () => {
  for (const requester of ['ada\nstep: promote', 'ada\u2028step: promote', 'ada\u202e', '', 'x'.repeat(300)])
    assert.ok(!approvalRequest.safeParse({ ...REQUEST, requester }).success, JSON.stringify(requester))
})
