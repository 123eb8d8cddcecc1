import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { createTransport } from 'nodemailer'
import type { Outgoing } from './outgoing.ts'
import { reasonOf } from './reason.ts'
import type { Delivered } from './reason.ts'

/** Hands one mail to a server; within the time-out, whatever the server does. */
export async function overSmtp({
  channel,
  password,
  mail,
}: Extract<Outgoing, { kind: 'smtp' }>): Promise<Delivered> {
  const { host, port, tls, user, caFile, timeout } = channel
  const transport = createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    tls: caFile === undefined ? {} : { ca: [...rootCertificates, readFileSync(caFile, 'utf8')] },
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException('', 'TimeoutError')), timeout)
  })
  try {
    const { response } = await Promise.race([transport.sendMail(mail), late])
    return { kind: 'sent', receipt: response }
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error), permanent: isPermanent(error) }
  } finally {
    clearTimeout(timer)
    transport.close()
  }
}

/** 5xx is a no; 4xx is a not now. */
function isPermanent(error: unknown): boolean {
  return (
    error instanceof Error &&
    'responseCode' in error &&
    typeof error.responseCode === 'number' &&
    error.responseCode >= 500
  )
}
