import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { canaryControl } from '../../src/lab/canary-control.ts'
import { getJson } from '../../src/lab/http.ts'
import { freePorts } from '../../src/lab/ports.ts'
import { readBody } from '../../src/lab/service.ts'
import { canaryStatus, type CanaryStatus } from '../../src/lab/tracker.ts'

const SCRIPT = fileURLToPath(new URL('../../src/lab/canary.ts', import.meta.url))
const named = z.object({ id: z.string() })

export type CanaryProcess = {
  child: ChildProcess
  /** Holds its ledgers. */
  folder: string
  address: string
  control: ReturnType<typeof canaryControl>
  begin: () => Promise<CanaryStatus>
  /** What the edge does, and the ids of the orders that it has. */
  edge: { up: boolean; orders: Set<string> }
}

/** A real canary process before an edge that stores every order, or none while it is down. */
export async function canary(t: TestContext, shell = ''): Promise<CanaryProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'drillbook-canary-'))
  const [port = 0, edgePort = 0] = await freePorts(2)
  const edge = { up: true, orders: new Set<string>() }
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const [status, answer] = answerOf(edge, request.url ?? '/', request.method, body)
      response.writeHead(status).end(JSON.stringify(answer))
    })
  })
  await once(server.listen(edgePort), 'listening')
  const config = join(folder, 'canary.json')
  writeFileSync(config, JSON.stringify({ port, edgePort, ledgerFolder: folder, writesPerSecond: 200 }))
  const child = spawn('sh', ['-c', `${shell} exec "$@"`, 'sh', process.execPath, SCRIPT, config], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  t.after(() => {
    child.kill('SIGKILL')
    server.close()
    server.closeAllConnections()
    rmSync(folder, { recursive: true })
  })
  await once(child, 'message')
  const address = `http://127.0.0.1:${port}`
  return {
    child,
    folder,
    address,
    control: canaryControl({ canary: { port }, edge: { port: edgePort } }, folder),
    edge,
    begin: async () => getJson(`${address}/ledger`, canaryStatus, { method: 'POST' }),
  }
}

function answerOf(
  edge: CanaryProcess['edge'],
  address: string,
  method: string | undefined,
  body: unknown,
): [status: number, answer: unknown] {
  if (!edge.up) return [503, { outcome: 'failed' }]
  const { pathname, searchParams } = new URL(address, 'http://edge')
  if (method === 'POST') {
    edge.orders.add(named.parse(body).id)
    return [200, { outcome: 'acknowledged' }]
  }
  const after = searchParams.get('ids_after')
  if (after !== null) return [200, { ids: [...edge.orders].filter((id) => id > after).sort() }]
  const id = pathname.split('/')[2] ?? ''
  return edge.orders.has(id) ? [200, { id, item: 'canary', quantity: 1 }] : [404, { outcome: 'failed' }]
}
