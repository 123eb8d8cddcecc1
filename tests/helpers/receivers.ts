import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerOptions } from 'smtp-server'

/** Real peers on this machine: an HTTP receiver, a mail server, a peer that says nothing, and certificates made for the test. */

export type Received = { method: string; url: string; headers: http.IncomingHttpHeaders; body: string }
export type Reply = { status: number; body?: string; headers?: Record<string, string> } | 'hang'

export type Receiver = { url: string; received: Received[]; close: () => void }

/** Answers each request with the next reply, and with the last one from then on. */
export async function receiver(
  t: Pick<TestContext, 'after'>,
  replies: Reply[],
  tls?: Certificate,
): Promise<Receiver> {
  const received: Received[] = []
  const answer = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    void text(request).then((body) => {
      const reply = replies[Math.min(received.length, replies.length - 1)] ?? { status: 200 }
      received.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
      if (reply === 'hang') return
      response.writeHead(reply.status, reply.headers).end(reply.body ?? '')
    })
  }
  const server = tls
    ? https.createServer({ key: tls.key, cert: tls.cert }, answer)
    : http.createServer(answer)
  const port = await listening(server)
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  t.after(close)
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/hook`, received, close }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return portOf(server.address())
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('the server does not listen')
}

/** Takes connections and says nothing. */
export async function silence(t: Pick<TestContext, 'after'>): Promise<number> {
  const sockets = new Set<Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return await listening(server)
}

/** A port that nothing listens on. */
export async function deadPort(): Promise<number> {
  const server = net.createServer()
  const port = await listening(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

export type ReceivedMail = { from: string; to: string[]; text: string }

/** `refuse`: what the server says to each recipient, in turn; undefined takes the mail. */
export async function mailServer(
  t: Pick<TestContext, 'after'>,
  options: SMTPServerOptions,
  refuse: ({ code: number; message: string } | undefined)[] = [],
): Promise<{ port: number; mails: ReceivedMail[] }> {
  const mails: ReceivedMail[] = []
  let attempts = 0
  const server = new SMTPServer({
    ...options,
    logger: false,
    onAuth: ({ username, password }, _session, callback) =>
      username === 'drillbook' && password === 'mail-secret'
        ? callback(null, { user: username })
        : callback(Object.assign(new Error('wrong password'), { responseCode: 535 })),
    onRcptTo: (_address, _session, callback) => {
      const refusal = refuse[attempts]
      attempts += 1
      if (refusal) callback(Object.assign(new Error(refusal.message), { responseCode: refusal.code }))
      else callback()
    },
    onData: (stream, { envelope }, callback) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        const to = envelope.rcptTo.map(({ address }) => address)
        mails.push({ from, to, text: Buffer.concat(chunks).toString('utf8') })
        callback()
      })
    },
  })
  // A peer that does not trust us goes away in the middle of the handshake: that is what such a test is about.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { port: portOf(server.server.address()), mails }
}

export type Certificate = { key: string; cert: string; certFile: string }

/** A certificate for 127.0.0.1, or for another name, that signs itself. */
export function certificate(t: Pick<TestContext, 'after'>, name = 'IP:127.0.0.1'): Certificate {
  const folder = mkdtempSync(path.join(tmpdir(), 'drillbook-cert-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [keyFile, certFile] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')]
  const words = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '1',
  ]
  execFileSync(
    'openssl',
    [
      ...words,
      '-subj',
      '/CN=drillbook test',
      '-addext',
      `subjectAltName=${name}`,
      '-keyout',
      keyFile,
      '-out',
      certFile,
    ],
    { stdio: 'ignore' },
  )
  return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8'), certFile }
}
