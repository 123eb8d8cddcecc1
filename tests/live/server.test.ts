import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { serveLive } from '../../src/live/server.ts'
import { until } from '../helpers/processes.ts'
import { fence, finished, growingRun } from './journal.ts'

/** A built site of one page, and a run beside it. */
async function openLive(t: TestContext) {
  const run = growingRun(t, 'ledger')
  const build = mkdtempSync(path.join(tmpdir(), 'drillbook-live-build-'))
  mkdirSync(path.join(build, 'runbooks/ledger'), { recursive: true })
  writeFileSync(path.join(build, 'runbooks/ledger/index.html'), 'the page')
  const live = await serveLive({ directory: run.directory, build, runbook: 'ledger' })
  t.after(async () => {
    await live.close()
    rmSync(build, { recursive: true, force: true })
  })
  const url = new URL(live.url)
  return {
    run,
    build,
    live,
    origin: url.origin,
    port: Number(url.port),
    token: url.hash.slice('#live='.length),
  }
}

type Answer = { status: number; headers: IncomingMessage['headers']; text: string }

/** fetch would not let a test lie about its host. */
async function ask(
  port: number,
  target: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: target, method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

async function keyFor(origin: string, token: string): Promise<string> {
  const response = await fetch(`${origin}/live/key`, { method: 'POST', body: token })
  assert.equal(response.status, 200)
  const { key } = JSON.parse(await response.text())
  return String(key)
}

/** Collects what a watcher is sent. */
async function watch(origin: string, key: string, lastEventId?: string) {
  const leaving = new AbortController()
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const response = await fetch(`${origin}/live/events?key=${key}`, { headers, signal: leaving.signal })
  assert.equal(response.status, 200)
  const heard = { text: '', leave: () => leaving.abort(), ended: false }
  const decoder = new TextDecoder()
  void (async () => {
    for await (const chunk of response.body ?? []) heard.text += decoder.decode(chunk, { stream: true })
  })()
    .catch(() => undefined)
    .finally(() => {
      heard.ended = true
    })
  return heard
}

void test('a late watcher hears everything so far, then what comes, and the end of the output', async (t) => {
  const { run, origin, token } = await openLive(t)
  run.record({ event: 'step-started', step: 'look', attempt: 1 }, fence('look', 'job-1'))
  writeFileSync(path.join(run.directory, 'output/job-1.log'), 'first line\n')
  const heard = await watch(origin, await keyFor(origin, token))
  await until(
    'it was told',
    () => heard.text.includes('"fence-started"') && heard.text.includes('first line'),
  )
  assert.match(heard.text, /id: 1\nevent: journal\ndata: \{"v":1,"seq":1/)
  appendFileSync(path.join(run.directory, 'output/job-1.log'), `${'x'.repeat(5000)}\nlast line\n`)
  await until('it was told', () => heard.text.includes('last line'))
  run.record(finished('look'))
  await until('it was told', () => heard.text.includes('"step-finished"'))
  assert.equal(heard.text.match(/^id: /gm)?.length, 4)
  heard.leave()
})

void test('after a lost connection only what is new is sent', async (t) => {
  const { run, origin, token } = await openLive(t)
  run.record({ event: 'step-started', step: 'look', attempt: 1 }, finished('look'))
  const heard = await watch(origin, await keyFor(origin, token), '2')
  await until('it was told', () => heard.text.includes('id: 3\n'))
  assert.ok(!heard.text.includes('id: 2\n') && !heard.text.includes('id: 1\n'))
  heard.leave()
})

void test('a line is told when all of it is there', async (t) => {
  const { run, origin, token } = await openLive(t)
  const heard = await watch(origin, await keyFor(origin, token))
  await until('it was told', () => heard.text.includes('id: 1\n'))
  appendFileSync(run.file, '{"half":"')
  run.record()
  appendFileSync(run.file, 'whole"}\n')
  await until('it was told', () => heard.text.includes('id: 2\n'))
  assert.match(heard.text, /id: 2\nevent: journal\ndata: \{"half":"whole"\}\n/)
  heard.leave()
})

void test('the token opens once, a wrong one never, and nothing is streamed without a key', async (t) => {
  const { origin, port, token } = await openLive(t)
  for (const wrong of ['', 'x', `${token}x`, token.slice(1)])
    assert.equal((await ask(port, '/live/key', { method: 'POST', body: wrong })).status, 403)
  await keyFor(origin, token)
  const again = await ask(port, '/live/key', { method: 'POST', body: token })
  assert.equal(again.status, 403)
  assert.match(again.text, /drillbook live/)
  for (const key of ['', token, 'x']) assert.equal((await ask(port, `/live/events?key=${key}`)).status, 403)
})

void test('no other host name, no other origin, and nothing but reading', async (t) => {
  const { port, origin, token } = await openLive(t)
  const key = await keyFor(origin, token)
  const page = '/runbooks/ledger/'
  const events = `/live/events?key=${key}`
  const rows: [target: string, options: Parameters<typeof ask>[2], status: number][] = [
    [page, {}, 200],
    [page, { headers: { host: 'evil.example.com' } }, 421],
    [page, { headers: { host: `evil.example.com:${port}` } }, 421],
    [page, { headers: { host: '127.0.0.1:1' } }, 421],
    [events, { headers: { host: 'evil.example.com' } }, 421],
    [events, { headers: { origin: 'http://evil.example.com' } }, 403],
    [events, { headers: { origin: 'null' } }, 403],
    [events, { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
    [events, { headers: { 'sec-fetch-site': 'same-site' } }, 403],
    ['/live/key', { method: 'POST', headers: { origin: 'http://evil.example.com' } }, 403],
    [page, { method: 'POST' }, 405],
    [page, { method: 'DELETE' }, 405],
    [events, { method: 'POST' }, 405],
    ['/live/other', {}, 405],
  ]
  for (const [target, options, status] of rows) {
    const answer = await ask(port, target, options)
    assert.equal(answer.status, status, `${JSON.stringify(options)} ${target}: ${answer.text}`)
    assert.equal(answer.headers['access-control-allow-origin'], undefined)
    assert.equal(answer.headers['x-frame-options'], 'DENY')
  }
})

void test('a path never leads out of the site', async (t) => {
  const { port, build, run } = await openLive(t)
  symlinkSync(run.file, path.join(build, 'link.txt'))
  for (const target of [
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/link.txt',
    '/%00',
    '/%',
  ])
    assert.equal((await ask(port, target)).status, 404, target)
})

void test('what is no address is refused, and the page goes on', async (t) => {
  const { port } = await openLive(t)
  for (const target of ['//', '///', 'http://[', '//a:b'])
    assert.equal((await ask(port, target)).status, 400, target)
  assert.equal((await ask(port, '/runbooks/ledger/')).status, 200)
})

void test('a watcher that never reads is cut off; the others hear everything', async (t) => {
  const { run, origin, port, token, live } = await openLive(t)
  const key = await keyFor(origin, token)
  const heard = await watch(origin, key)
  const deaf = connect(port, '127.0.0.1')
  deaf.pause()
  deaf.on('error', () => undefined)
  deaf.write(`GET /live/events?key=${key} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  await until('it was told', () => live.watchers() === 2)
  const text = 'x'.repeat(100_000)
  for (let note = 0; live.watchers() === 2 && note < 400; note += 1) {
    run.record({ event: 'note-added', text })
    await until('it was told', () => heard.text.includes(`id: ${note + 2}\n`))
  }
  assert.equal(live.watchers(), 1, 'the one that does not read is gone')
  run.record({ event: 'note-added', text: 'the last one' })
  await until('it was told', () => heard.text.includes('the last one'))
  deaf.destroy()
  heard.leave()
})

void test('a job whose name leads elsewhere is not read', async (t) => {
  const { run, origin, token } = await openLive(t)
  writeFileSync(path.join(run.directory, 'secret.log'), 'not for anyone')
  run.record(fence('look', '../secret'), finished('look'))
  const heard = await watch(origin, await keyFor(origin, token))
  await until('it was told', () => heard.text.includes('id: 3\n'))
  assert.ok(!heard.text.includes('not for anyone'))
  heard.leave()
})
