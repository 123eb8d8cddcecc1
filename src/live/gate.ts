import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/**
 * Who may see a run. The token in the address is exchanged once for a key that stays in that browser tab: an address that was seen on
 * a shared screen opens nothing. The page itself is the built site, which holds nothing of the run.
 */
export class Gate {
  readonly token = secret()
  #unused = true
  readonly #keys: Buffer[] = []

  /** A key for the token, once; undefined for anything else. */
  exchange(token: string): string | undefined {
    if (!sameText(token, this.token) || !this.#unused) return undefined
    this.#unused = false
    const key = secret()
    this.#keys.push(digest(key))
    return key
  }

  admits(key: string): boolean {
    const wanted = digest(key)
    return this.#keys.some((known) => timingSafeEqual(known, wanted))
  }
}

function secret(): string {
  return randomBytes(32).toString('base64url')
}

/** In the same time wherever they differ, whatever their lengths. */
function sameText(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** A name that leads to this machine but is not ours is DNS rebinding: the browser would take a stranger's page for this one. */
export function isOurHost({ headers }: IncomingMessage, port: number): boolean {
  return headers.host === `127.0.0.1:${port}` || headers.host === `localhost:${port}`
}

/** A page of another origin may not ask, even if it could not read the answer. */
export function isOurPage({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  return headers.origin === undefined || headers.origin === `http://${headers.host ?? ''}`
}
