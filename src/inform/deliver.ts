import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import path from 'node:path'
import { rootCertificates } from 'node:tls'
import { copyToClipboard } from './clipboard.ts'
import type { Outgoing } from './outgoing.ts'
import { reasonOf } from './reason.ts'
import type { Delivered } from './reason.ts'

/** What is read of an answer: enough for an id, not enough to fill memory. */
const MOST_ANSWER = 64 * 1024
const SHOWN = 200

/** One attempt. Never throws, and settles within the time-out of the channel. `directory` is that of the incident or run. */
export async function deliver(request: Outgoing, directory: string): Promise<Delivered> {
  try {
    switch (request.kind) {
      case 'http':
        return await overHttp(request)
      case 'smtp':
        return await (await import('./smtp.ts')).overSmtp(request)
      case 'file':
        return toFile(request, directory)
      case 'clipboard':
        return await copyToClipboard(request.body)
    }
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error), permanent: false }
  }
}

async function overHttp(request: Extract<Outgoing, { kind: 'http' }>): Promise<Delivered> {
  const answer = await exchange(request)
  const told = `HTTP ${answer.status}`
  if (answer.status >= 200 && answer.status < 300) {
    const id = incidentIdOf(answer.body)
    return { kind: 'sent', receipt: id === undefined ? told : `${told}, incident ${id}` }
  }
  const reason = `${told}: ${answer.body.replace(/\s+/g, ' ').slice(0, SHOWN)}`.replace(/: $/, '')
  const retryAfter = Number(answer.retryAfter)
  return {
    kind: 'failed',
    reason,
    // A redirect is not followed: what authorizes the message would go to whoever it names.
    permanent: answer.status < 500 && ![408, 425, 429].includes(answer.status),
    ...(Number.isFinite(retryAfter) && retryAfter > 0 ? { retryAfterMs: retryAfter * 1000 } : {}),
  }
}

type Answer = { status: number; body: string; retryAfter: string | undefined }

function exchange({ url, method, headers, body, caFile, timeoutMs }: Extract<Outgoing, { kind: 'http' }>) {
  const isTls = new URL(url).protocol === 'https:'
  const ca = caFile === undefined ? undefined : [...rootCertificates, readFileSync(caFile, 'utf8')]
  return new Promise<Answer>((resolve, reject) => {
    const options = {
      method,
      headers: { ...headers, 'Content-Length': String(Buffer.byteLength(body)) },
      // From the first look at the name to the last byte of the answer.
      signal: AbortSignal.timeout(timeoutMs),
      agent: false,
      ...(ca === undefined ? {} : { ca }),
    } as const
    const request = (isTls ? https : http).request(url, options, (response) => {
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length <= MOST_ANSWER) chunks.push(chunk)
        else response.destroy(new Error('the answer is too long'))
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('utf8'),
          retryAfter: response.headers['retry-after'],
        }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** What a status page calls the incident that it opened. */
function incidentIdOf(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null || !('id' in value)) return undefined
    return typeof value.id === 'string' && /^[\w-]{1,100}$/.test(value.id) ? value.id : undefined
  } catch {
    return undefined
  }
}

/** Whole or not at all. */
function toFile({ name, body }: Extract<Outgoing, { kind: 'file' }>, directory: string): Delivered {
  const file = path.join(directory, 'sent', name)
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.new`, body, { mode: 0o600, flush: true })
  renameSync(`${file}.new`, file)
  return { kind: 'sent', receipt: `sent/${name}` }
}
