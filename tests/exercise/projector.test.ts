import assert from 'node:assert/strict'
import { request } from 'node:http'
import { once } from 'node:events'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { requireExercise } from '../../src/document/exercise.ts'
import { emptyExercise } from '../../src/exercise/fold.ts'
import { projectorView } from '../../src/exercise/projector.ts'
import { Projector } from '../../src/host/projector.ts'
import { exerciseFiles } from '../helpers/exercise.ts'
import { makeProject } from '../helpers/project.ts'

type Answer = { status: number; headers: NodeJS.Dict<string | string[]>; body: string }

async function get(address: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const asked = request(address, { headers, method })
  asked.end()
  const [response] = await once(asked, 'response')
  let body = ''
  for await (const chunk of response) body += String(chunk)
  return { status: response.statusCode, headers: response.headers, body }
}

async function open(t: TestContext, look: () => unknown = () => ({})) {
  const projector = await Projector.open(look)
  t.after(projector.close)
  const address = projector.address()
  const base = new URL(address).origin
  return { projector, address, base }
}

async function admitted(address: string): Promise<{ cookie: string }> {
  const answer = await get(address)
  assert.equal(answer.status, 303)
  const [cookie = ''] = (answer.headers['set-cookie'] ?? []).toString().split(';')
  return { cookie }
}

void test('the token opens the page once; without it, and with another host name, nothing is shown', async (t) => {
  const { address, base } = await open(t)
  assert.match(base, /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.equal((await get(`${base}/`)).status, 403)
  assert.equal((await get(`${base}/events`)).status, 403)
  assert.equal((await get(`${base}/?token=guess`)).status, 403)
  assert.equal((await get(address, { host: 'rebound.example.com' })).status, 421)
  const session = await admitted(address)
  assert.equal((await get(address)).status, 403, 'used')
  const page = await get(`${base}/`, session)
  assert.equal(page.status, 200)
  assert.match(String(page.headers['content-security-policy']), /default-src 'none'/)
  assert.doesNotMatch(page.body, /https?:\/\//, 'self-contained')
  assert.match(page.body, /EXERCISE EXERCISE EXERCISE/)
  assert.equal((await get(`${base}/`, { cookie: session.cookie.replace(/.$/, '!') })).status, 403)
  for (const method of ['POST', 'PUT', 'DELETE'])
    assert.equal((await get(`${base}/`, session, method)).status, 405, 'read-only')
})

void test('what is released is told at once; what is not released never leaves', async (t) => {
  const project = makeProject(t, exerciseFiles())
  const exercise = requireExercise(project.root, 'fire')
  const state = emptyExercise()
  const { projector, address, base } = await open(t, () => projectorView(exercise, state, 1000, undefined))
  const asked = request(`${base}/events`, { headers: await admitted(address) })
  asked.end()
  const [response] = await once(asked, 'response')
  response.setEncoding('utf8')
  let seen = ''
  response.on('data', (chunk: string) => (seen += chunk))
  await once(response, 'data')
  assert.doesNotMatch(seen, /Smoke|fire|SPOILER/, 'not even the title')
  state.released.set('smoke', { inject: 'smoke', time: 1, exerciseMs: 0, at: '', seq: 2 })
  state.current = 'smoke'
  projector.changed()
  while (!seen.includes('Smoke')) await once(response, 'data')
  assert.match(seen, /Who is in command\?/)
  assert.doesNotMatch(seen, /SPOILER|One person takes command|Open the door|toaster/)
  asked.destroy()
})

void test('a viewer that goes away, rubbish on the socket, and a closed server disturb nobody', async (t) => {
  const { projector, address, base } = await open(t)
  const { connect } = await import('node:net')
  const socket = connect(Number(new URL(base).port), '127.0.0.1')
  socket.end('rubbish\r\n\r\n')
  await once(socket, 'close')
  for (const path of ['//', 'http://[']) {
    const odd = request(base, { path })
    odd.end()
    assert.equal((await once(odd, 'response'))[0].statusCode, 400, path)
  }
  const asked = request(`${base}/events`, { headers: await admitted(address) })
  asked.on('error', () => undefined)
  asked.end()
  await once(asked, 'response')
  asked.destroy()
  projector.changed()
  assert.equal((await get(`${base}/`)).status, 403, 'it still answers')
  projector.close()
  projector.changed()
  projector.close()
})
