/**
 * Statements that a server executes for this process. A server goes on with one when its client is gone, and commits: when this process
 * is told to end (SIGTERM), it has them cancelled first.
 */
import { Socket, connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'

declare module 'pg' {
  /** Missing in its types. What a server wants to hear from whoever cancels; null when it told nothing. */
  interface Client {
    processID: number | null
    secretKey: number | null
  }
}

/** How long servers are given: one that does not answer must not delay what follows. */
const CANCEL_MS = 1000
/** A request that arrives before its statement does has no effect. */
const AGAIN_MS = 50
/** Stands in a request where others have the version of the protocol. */
const CANCEL_REQUEST = 80_877_102

type Statement = { connection: pg.Client; over: Promise<unknown> }
const underWay = new Set<Statement>()
let ending = false

/**
 * What `begin` sends on the connection is cancelled when this process is told to end. Then it never settles, so that its fence neither
 * goes on nor acts on the error.
 */
export async function cancellable<Result>(
  connection: pg.Client,
  begin: () => Promise<Result>,
): Promise<Result> {
  if (ending) return await never()
  // While there is none, the signal ends this process at once, also one whose fence does not let go of it.
  if (underWay.size === 0) process.on('SIGTERM', cancelAndEnd)
  const over = begin()
  const statement: Statement = { connection, over }
  underWay.add(statement)
  try {
    return await over
  } finally {
    underWay.delete(statement)
    if (ending) await never()
    if (underWay.size === 0) process.off('SIGTERM', cancelAndEnd)
  }
}

function cancelAndEnd(): void {
  if (ending) return
  ending = true
  void Promise.race([cancelAll(), delay(CANCEL_MS)]).then(end)
}

async function cancelAll(): Promise<void> {
  while (underWay.size > 0) {
    const statements = [...underWay]
    for (const { connection } of statements) cancel(connection)
    await Promise.race([Promise.allSettled(statements.map(({ over }) => over)), delay(AGAIN_MS)])
  }
}

/** By the signal, as if it had never been held up. A fence that listens to it as well decides itself. */
function end(): void {
  process.off('SIGTERM', cancelAndEnd)
  if (process.listenerCount('SIGTERM') === 0) process.kill(process.pid, 'SIGTERM')
}

function cancel({ connection: { stream }, host, port, processID, secretKey }: pg.Client): void {
  if (processID === null || secretKey === null) return
  const request = Buffer.alloc(16)
  for (const [index, number] of [request.length, CANCEL_REQUEST, processID, secretKey].entries())
    request.writeInt32BE(number, index * 4)
  // A name may lead to another server by now.
  const address = stream instanceof Socket ? stream.remoteAddress : undefined
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, address ?? host)
  socket.on('error', () => {}).end(request)
}

function never(): Promise<never> {
  return new Promise(() => {})
}
