import { once } from 'node:events'
import { createServer } from 'node:net'
import path from 'node:path'
import { query } from '../fences/query.ts'
import { readAhead, runTs } from '../fences/ts.ts'

/** Nobody listens there. */
const NOBODY = {
  kind: 'postgres',
  name: 'nobody',
  host: '127.0.0.1',
  port: 1,
  database: '',
  user: '',
  region: '',
} as const
const NOTHING = {
  id: '',
  step: '',
  fence: {
    role: 'run',
    lang: 'ts',
    code: 'export {}',
    place: { file: path.basename(import.meta.filename), line: 1, column: 1 },
    bind: [],
  },
  timeoutMs: 1000,
  poll: false,
  declares: {},
  context: {
    input: {},
    outputs: {},
    targets: {},
    run: { id: '', runbook: '', step: '', environment: '', operator: '', mode: '' },
  },
} as const

/**
 * Much of Node and of the libraries is loaded only when it is first used. A worker uses it once before anyone waits for it: a fence
 * that does nothing, a query that nobody answers, a request to itself, a program that only succeeds, and every text that has types.
 */
export async function warmUp(typescript: readonly string[], enough: () => boolean): Promise<void> {
  await within(async () => {
    // What zx tells of this is nobody's output.
    $.log = () => {}
    await useOnce(typescript, enough)
  })
}

async function useOnce(typescript: readonly string[], enough: () => boolean): Promise<void> {
  const root = import.meta.dirname
  const parts = [
    () => runTs({ ...NOTHING, fence: { ...NOTHING.fence, bind: [] }, root, snapshot: root }, query),
    () => query(NOBODY, 'select 1'),
    saltPassword,
    fetchNothing,
    () => $`true`,
    ...typescript.map((text) => async () => readAhead(text)),
  ]
  // What fails here fails again, and is reported, where it matters.
  for (const part of parts) if (!enough()) await part().catch(() => undefined)
}

/** What reads an answer is loaded by the first one. No timer: it would still run while a fence is expected to have come to rest. */
async function fetchNothing(): Promise<void> {
  const server = createServer((socket) => {
    socket.resume().end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const { port } = typeof address === 'object' && address !== null ? address : { port: 2 }
  try {
    await (await fetch(`http://127.0.0.1:${port}/`, { method: 'PUT', body: '{}' })).json()
  } finally {
    server.close()
  }
}

/** What PostgreSQL's clients do with a password. */
async function saltPassword(): Promise<void> {
  const { subtle } = globalThis.crypto
  const key = await subtle.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits'])
  const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(8), iterations: 1 }
  const salted = await subtle.deriveBits(parameters, key, 256)
  const signing = await subtle.importKey('raw', salted, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  await subtle.digest('SHA-256', await subtle.sign('HMAC', signing, new Uint8Array(8)))
}
