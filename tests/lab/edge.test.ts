import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { once } from 'node:events'
import { writeAnswer } from '../../src/lab/answer.ts'
import { startEdge } from '../../src/lab/edge.ts'
import { freePorts } from '../../src/lab/ports.ts'
import { readBody } from '../../src/lab/service.ts'

type Regions = { config: Parameters<typeof startEdge>[0]; front: string; admin: string }

function named(name: string): RequestListener {
  return (_, response) => response.end(name)
}

/** An edge before two regions that answer with their own name; `west` replaces the first. */
async function edge(t: TestContext, west?: RequestListener): Promise<Regions> {
  const folder = mkdtempSync(join(tmpdir(), 'drillbook-edge-'))
  const [port = 0, adminPort = 0, westPort = 0, eastPort = 0] = await freePorts(4)
  const servers = [
    createServer(west ?? named('west')).listen(westPort),
    createServer(named('east')).listen(eastPort),
  ]
  await Promise.all(servers.map(async (server) => once(server, 'listening')))
  const config = {
    port,
    adminPort,
    routeFile: join(folder, 'route.json'),
    upstreams: { west: westPort, east: eastPort },
    initialRegion: 'west',
  }
  const running = await startEdge(config)
  t.after(async () => {
    await running.close()
    for (const server of servers) {
      server.close()
      server.closeAllConnections()
    }
    rmSync(folder, { recursive: true })
  })
  return { config, front: `http://127.0.0.1:${port}`, admin: `http://127.0.0.1:${adminPort}/route` }
}

async function put(admin: string, body: string): Promise<Response> {
  return fetch(admin, { method: 'PUT', body })
}

async function text(url: string): Promise<string> {
  return (await fetch(url)).text()
}

void test('every request goes to the active region, from the moment it is set', async (t) => {
  const { front, admin } = await edge(t)
  assert.equal(await text(front), 'west')
  const answer = await put(admin, '{"region":"east"}')
  assert.deepEqual(await answer.json(), { region: 'east', regions: ['west', 'east'] })
  assert.equal(await text(front), 'east')
  assert.deepEqual(JSON.parse(await text(admin)), { region: 'east', regions: ['west', 'east'] })
})

void test('an edge that is started again keeps the region', async (t) => {
  const { config, admin } = await edge(t)
  await put(admin, '{"region":"east"}')
  const [port = 0, adminPort = 0] = await freePorts(2)
  const again = await startEdge({ ...config, port, adminPort })
  t.after(again.close)
  assert.equal(await text(`http://127.0.0.1:${port}`), 'east')
})

for (const body of ['{"region":"mars"}', '{"region":["west","east"]}', '{}', 'east', '']) {
  void test(`a route of ${body === '' ? 'nothing' : body} is refused and changes nothing`, async (t) => {
    const { front, admin } = await edge(t)
    const answer = await put(admin, body)
    assert.equal(answer.status, 400)
    assert.match(await answer.text(), /one of west, east/)
    assert.equal(await text(front), 'west')
  })
}

void test('a region that refuses is a certain failure, told at once', async (t) => {
  const { config, front } = await edge(t)
  const [nowhere = 0] = await freePorts(1)
  config.upstreams['west'] = nowhere
  const answer = await fetch(`${front}/orders`, { method: 'POST', body: '{"id":"a"}' })
  assert.equal(answer.status, 502)
  assert.equal(writeAnswer.parse(await answer.json()).outcome, 'failed')
})

void test('a region that dies after it has the request leaves it indeterminate', async (t) => {
  const { front } = await edge(t, (request) => request.socket.destroy())
  const answer = await fetch(`${front}/orders`, { method: 'POST', body: '{"id":"a"}' })
  assert.equal(answer.status, 502)
  assert.equal(writeAnswer.parse(await answer.json()).outcome, 'indeterminate')
})

void test('method, path, headers, body and status pass through unchanged', async (t) => {
  const { front } = await edge(t, (request, response) => {
    void readBody(request).then((body) => {
      response.writeHead(418, { 'x-region': 'west' })
      const { method, url } = request
      response.end(JSON.stringify({ method, url, language: request.headers['accept-language'], body }))
    })
  })
  const answer = await fetch(`${front}/a/b?c=d`, {
    method: 'POST',
    body: '{"id":"a"}',
    headers: { 'accept-language': 'tlh' },
  })
  assert.equal(answer.status, 418)
  assert.equal(answer.headers.get('x-region'), 'west')
  assert.deepEqual(await answer.json(), {
    method: 'POST',
    url: '/a/b?c=d',
    language: 'tlh',
    body: { id: 'a' },
  })
})

void test('a customer who hangs up ends the request to the region', async (t) => {
  const hungUp = Promise.withResolvers<void>()
  const { config } = await edge(t, (request) => void request.socket.once('close', () => hungUp.resolve()))
  const customer = connect(config.port, '127.0.0.1')
  customer.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(customer, 'connect')
  setTimeout(() => customer.destroy(), 50)
  await hungUp.promise
})
