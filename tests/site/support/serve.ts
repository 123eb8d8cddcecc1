import { readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'

const TYPE: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
}

/** A static server on a free port of this machine. */
export async function serve(folder: string): Promise<AsyncDisposable & { origin: string }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site')
    const body = read(path.join(folder, decodeURIComponent(pathname)))
    if (!body) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': TYPE[body.type] ?? 'text/plain' }).end(body.bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function read(file: string): { bytes: Buffer; type: string } | undefined {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found?.isDirectory() === true) return read(path.join(file, 'index.html'))
  return found ? { bytes: readFileSync(file), type: path.extname(file) } : undefined
}
