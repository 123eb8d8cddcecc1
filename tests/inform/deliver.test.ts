import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { deliver } from '../../src/inform/deliver.ts'
import { outgoing, outgoingLines, signatureOf } from '../../src/inform/outgoing.ts'
import type { Letter } from '../../src/inform/outgoing.ts'
import type { Delivered } from '../../src/inform/reason.ts'
import { channel } from '../../src/model/communication.ts'
import type { Channel } from '../../src/model/communication.ts'
import { certificate, deadPort, mailServer, receiver, silence } from '../helpers/receivers.ts'

/** Every channel against a real peer on this machine: what arrives, and how each way of not arriving is told. */

const LETTER: Letter = {
  of: 'inc-1',
  message: '3',
  channelId: 'test',
  title: 'Orders fail',
  subject: 'sev1: Orders fail',
  body: 'sev1: Orders fail\n\n<500ms & {id} "quoted" `code` $HOME \u{1F525} עברית\n',
  severity: 'sev1',
  phase: 'investigating',
  at: Date.parse('2026-11-21T05:00:00Z'),
  statusPageIncident: undefined,
}
const SECRETS: Record<string, string> = {
  key: 'signing-secret',
  password: 'mail-secret',
  token: 'page-token',
}
const reveal = (name: string): string => SECRETS[name] ?? ''

function made(settings: object): Channel {
  return channel.parse({ environments: ['lab'], ...settings })
}

async function send(t: TestContext, settings: object, letter: Partial<Letter> = {}): Promise<Delivered> {
  const folder = mkdtempSync(path.join(tmpdir(), 'drillbook-deliver-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return await deliver(outgoing(made(settings), { ...LETTER, ...letter }, reveal), folder)
}

function parsed(text: string | undefined): Record<string, unknown> {
  const value: unknown = JSON.parse(text ?? '')
  assert.ok(typeof value === 'object' && value !== null)
  return Object.fromEntries(Object.entries(value))
}

void test('a webhook is signed: the receiver can check who sent it, when, and every byte', async (t) => {
  const peer = await receiver(t, [{ status: 202 }])
  const result = await send(t, { kind: 'webhook', url: peer.url, signWith: { secret: 'key' } })
  assert.deepEqual(result, { kind: 'sent', receipt: 'HTTP 202' })
  const [request] = peer.received
  const timestamp = String(request?.headers['x-drillbook-timestamp'])
  assert.equal(timestamp, String(LETTER.at / 1000))
  const expected = signatureOf('signing-secret', timestamp, request?.body ?? '')
  assert.equal(request?.headers['x-drillbook-signature'], `sha256=${expected}`)
  assert.notEqual(signatureOf('signing-secret', timestamp, `${request?.body} `), expected)
  assert.equal(parsed(request?.body)['body'], LETTER.body)
  assert.equal(request?.headers['idempotency-key'], 'inc-1/3/test')
})

void test('chat gets what Slack takes, without links made of what people wrote', async (t) => {
  const peer = await receiver(t, [{ status: 200, body: 'ok' }])
  await send(t, { kind: 'slack', url: peer.url })
  assert.match(
    String(parsed(peer.received[0]?.body)['text']),
    /&lt;500ms &amp; \{id\} "quoted" `code` \$HOME/,
  )
})

void test('PagerDuty gets Events v2: the incident is triggered, and resolved under the same key', async (t) => {
  const peer = await receiver(t, [{ status: 202 }])
  const settings = { kind: 'pagerduty', url: peer.url, routingKey: { secret: 'key' } }
  await send(t, settings)
  await send(t, settings, { phase: 'resolved' })
  const [first, last] = peer.received.map(({ body }) => parsed(body))
  assert.equal(first?.['event_action'], 'trigger')
  assert.equal(last?.['event_action'], 'resolve')
  assert.deepEqual([first?.['dedup_key'], last?.['dedup_key']], ['inc-1', 'inc-1'])
  assert.equal(first?.['routing_key'], 'signing-secret')
  assert.equal(parsed(JSON.stringify(first?.['payload']))['severity'], 'critical')
})

void test('a status page gets one incident, and updates of it', async (t) => {
  const peer = await receiver(t, [
    { status: 201, body: '{"id":"p31zjtct2jer"}' },
    { status: 200, body: '{}' },
  ])
  const settings = { kind: 'statuspage', url: peer.url, page: 'shop', token: { secret: 'token' } }
  const first = await send(t, settings)
  assert.deepEqual(first, { kind: 'sent', receipt: 'HTTP 201, incident p31zjtct2jer' })
  await send(t, settings, { statusPageIncident: 'p31zjtct2jer', phase: 'resolved' })
  assert.deepEqual(
    peer.received.map(({ method, url }) => `${method} ${url}`),
    ['POST /hook/pages/shop/incidents', 'PATCH /hook/pages/shop/incidents/p31zjtct2jer'],
  )
  assert.equal(peer.received[0]?.headers.authorization, 'OAuth page-token')
})

for (const [status, permanent] of [
  [400, true],
  [401, true],
  [404, true],
  [302, true],
  [408, false],
  [429, false],
  [500, false],
  [503, false],
] as const)
  void test(`HTTP ${status} is ${permanent ? 'not tried again' : 'tried again'}`, async (t) => {
    const peer = await receiver(t, [
      { status, body: 'no\nway', headers: { location: 'http://127.0.0.1:1/' } },
    ])
    const result = await send(t, { kind: 'slack', url: peer.url })
    assert.deepEqual(result, { kind: 'failed', reason: `HTTP ${status}: no way`, permanent })
    assert.equal(peer.received.length, 1)
  })

void test('what the other side asks to wait for is heard', async (t) => {
  const peer = await receiver(t, [{ status: 429, headers: { 'retry-after': '7' } }])
  const result = await send(t, { kind: 'slack', url: peer.url })
  assert.equal(result.kind === 'failed' ? result.retryAfterMs : undefined, 7000)
})

void test('peers that hang, are not there, or answer without end', async (t) => {
  const hanging = await receiver(t, ['hang'])
  const slow = await send(t, { kind: 'slack', url: hanging.url, timeout: '200ms' })
  assert.deepEqual(slow, { kind: 'failed', reason: 'no answer within the time-out', permanent: false })
  const nobody = await send(t, { kind: 'slack', url: `http://127.0.0.1:${await deadPort()}/` })
  assert.match(nobody.kind === 'failed' ? nobody.reason : '', /ECONNREFUSED/)
  const endless = await receiver(t, [{ status: 200, body: 'x'.repeat(100_000) }])
  const long = await send(t, { kind: 'slack', url: endless.url })
  assert.match(long.kind === 'failed' ? long.reason : '', /too long/)
})

void test('a certificate that is not trusted gets nothing; a trusted one gets the message', async (t) => {
  const own = certificate(t)
  const peer = await receiver(t, [{ status: 200 }], own)
  const refused = await send(t, { kind: 'slack', url: peer.url })
  assert.match(refused.kind === 'failed' ? refused.reason : '', /SELF_SIGNED/)
  assert.deepEqual(peer.received, [])
  const trusted = await send(t, { kind: 'slack', url: peer.url, caFile: own.certFile })
  assert.equal(trusted.kind, 'sent')
  const other = certificate(t, 'DNS:elsewhere.example.com')
  const wrong = await receiver(t, [{ status: 200 }], other)
  const misnamed = await send(t, { kind: 'slack', url: wrong.url, caFile: other.certFile })
  assert.match(misnamed.kind === 'failed' ? misnamed.reason : '', /ALTNAME/)
  assert.deepEqual(wrong.received, [])
})

const MAIL = {
  kind: 'smtp',
  host: '127.0.0.1',
  user: 'drillbook',
  password: { secret: 'password' },
  from: 'incidents@example.com',
  to: ['staff@example.com', 'more@example.com'],
}

void test('mail over TLS, from the first byte and after STARTTLS', async (t) => {
  const own = certificate(t)
  for (const tls of ['implicit', 'starttls'] as const) {
    const { port, mails } = await mailServer(t, { secure: tls === 'implicit', key: own.key, cert: own.cert })
    const result = await send(t, { ...MAIL, port, tls, caFile: own.certFile })
    assert.equal(result.kind, 'sent', JSON.stringify(result))
    const [mail] = mails
    assert.deepEqual(mail?.to, MAIL.to)
    assert.match(mail?.text ?? '', /Subject: sev1: Orders fail/)
    assert.match(mail?.text ?? '', /Message-ID: <inc-1\.3\.test@example\.com>/)
    assert.match(mail?.text ?? '', /Auto-Submitted: auto-generated/)
  }
})

void test('mail is not handed to a server with a wrong certificate, nor in the clear where TLS is asked for', async (t) => {
  const own = certificate(t)
  for (const tls of ['implicit', 'starttls'] as const) {
    const { port, mails } = await mailServer(t, { secure: tls === 'implicit', key: own.key, cert: own.cert })
    const result = await send(t, { ...MAIL, port, tls })
    assert.match(result.kind === 'failed' ? result.reason : '', /self-signed|SELF_SIGNED/)
    assert.deepEqual(mails, [])
  }
  const plain = await mailServer(t, { disabledCommands: ['STARTTLS'], authOptional: true })
  const result = await send(t, { ...MAIL, port: plain.port, tls: 'starttls' })
  assert.equal(result.kind, 'failed')
  assert.deepEqual(plain.mails, [])
})

void test('a mail server that refuses, delays, or says nothing', async (t) => {
  const own = certificate(t)
  const tls = { key: own.key, cert: own.cert }
  const settings = { ...MAIL, to: ['staff@example.com'], tls: 'starttls', caFile: own.certFile }
  const greylisting = await mailServer(t, tls, [{ code: 451, message: 'try again later' }])
  const first = await send(t, { ...settings, port: greylisting.port })
  assert.deepEqual([first.kind, first.kind === 'failed' && first.permanent], ['failed', false])
  assert.equal((await send(t, { ...settings, port: greylisting.port })).kind, 'sent')
  const unknown = await mailServer(t, tls, [{ code: 550, message: 'no such mailbox' }])
  const refused = await send(t, { ...settings, port: unknown.port })
  assert.equal(refused.kind === 'failed' && refused.permanent, true)
  const locked = await mailServer(t, tls)
  const login = await send(t, { ...settings, port: locked.port, password: { secret: 'key' } })
  assert.equal(login.kind === 'failed' && login.permanent, true)
  const silent = await send(t, { ...settings, port: await silence(t), timeout: '200ms' })
  assert.equal(silent.kind === 'failed' && !silent.permanent, true)
})

void test('a file has the message byte for byte, whole or not at all', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'drillbook-deliver-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return deliver(outgoing({ kind: 'file' }, LETTER, reveal), folder).then((result) => {
    assert.deepEqual(result, { kind: 'sent', receipt: 'sent/3-test.md' })
    assert.equal(readFileSync(path.join(folder, 'sent', '3-test.md'), 'utf8'), LETTER.body)
  })
})

void test('a dry run shows headers and body, and no secret', () => {
  const shown = (settings: object): string =>
    outgoingLines(outgoing(made(settings), LETTER, (name) => `(secret ${name})`)).join('\n')
  const all = [
    shown({ kind: 'webhook', url: 'https://hooks.example.com/', signWith: { secret: 'key' } }),
    shown({ kind: 'slack', url: { secret: 'key' } }),
    shown({ kind: 'pagerduty', routingKey: { secret: 'key' } }),
    shown({ kind: 'statuspage', url: 'https://api.example.com/v1', page: 'p', token: { secret: 'token' } }),
    shown({ ...MAIL, port: 587, tls: 'starttls' }),
  ].join('\n')
  assert.match(all, /POST \(secret key\)/)
  assert.match(all, /Authorization: OAuth \(secret token\)/)
  assert.match(all, /SMTP 127\.0\.0\.1:587, TLS starttls, as drillbook/)
  for (const value of Object.values(SECRETS)) assert.ok(!all.includes(value), value)
})
