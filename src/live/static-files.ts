import { readFileSync, realpathSync, statSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import path from 'node:path'

const TYPE: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.ics': 'text/calendar; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/** A file of the built site; what is not below its folder is not found. */
export function sendFile(build: string, pathname: string, response: ServerResponse): void {
  const file = findFile(build, pathname)
  const page = file ?? findFile(build, '/404.html')
  if (page === undefined) return void response.writeHead(404).end('There is no such page.\n')
  response.writeHead(file === undefined ? 404 : 200, {
    'content-type': TYPE[path.extname(page)] ?? 'application/octet-stream',
  })
  response.end(readFileSync(page))
}

function findFile(build: string, pathname: string): string | undefined {
  try {
    const wanted = path.join(build, decodeURIComponent(pathname))
    const file = realpathSync(statSync(wanted).isDirectory() ? path.join(wanted, 'index.html') : wanted)
    return file.startsWith(realpathSync(build) + path.sep) ? file : undefined
  } catch {
    return undefined
  }
}
