import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { OperatorError } from '../model/problem.ts'
import { isErrno } from './state.ts'

const PATIENCE_MS = 60_000

/**
 * One command at a time works on a lab. The lock is an abstract socket: the kernel frees it when its holder ends,
 * however that happens, so it can never be stale; and whoever waits is told by the closing connection.
 */
export async function withLock<T>(
  directory: string,
  report: (line: string) => void,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const name = `\0drillbook-lab-${createHash('sha256').update(directory).digest('hex').slice(0, 32)}`
  const lock = await acquire(name, directory, report, signal)
  try {
    return await work()
  } finally {
    lock.close()
  }
}

async function acquire(
  name: string,
  directory: string,
  report: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<{ close: () => void }> {
  const deadline = AbortSignal.any([
    AbortSignal.timeout(PATIENCE_MS),
    ...(signal === undefined ? [] : [signal]),
  ])
  let told = false
  for (;;) {
    signal?.throwIfAborted()
    const lock = await tryAcquire(name)
    if (lock !== undefined) return lock
    if (deadline.aborted) throw busy(directory)
    if (!told) report('another command is working on this lab; waiting for it to end')
    told = true
    await holderGone(name, deadline)
  }
}

function busy(directory: string): OperatorError {
  return new OperatorError('refused', {
    message: `another command has been working on the lab in ${directory} for ${PATIENCE_MS / 1000} s`,
    hint: 'Let it finish, or end it, and try again.',
  })
}

async function tryAcquire(name: string): Promise<{ close: () => void } | undefined> {
  const waiting = new Set<Socket>()
  const server: Server = createServer((socket) => {
    waiting.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => waiting.delete(socket))
  })
  server.listen({ path: name })
  try {
    await once(server, 'listening')
  } catch (error) {
    if (isErrno(error, 'EADDRINUSE')) return undefined
    throw error
  }
  server.unref()
  return {
    close() {
      server.close()
      for (const socket of waiting) socket.destroy()
    },
  }
}

async function holderGone(name: string, deadline: AbortSignal): Promise<void> {
  const socket = connect({ path: name })
  const stop = (): void => void socket.destroy()
  // A refused connection means that the holder is gone already.
  const gone = new Promise<void>((resolve) => socket.on('error', stop).once('close', () => resolve()))
  deadline.addEventListener('abort', stop, { once: true })
  if (deadline.aborted) stop()
  await gone
  deadline.removeEventListener('abort', stop)
}
