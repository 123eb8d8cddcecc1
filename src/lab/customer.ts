import { request, type Agent } from 'node:http'
import { order, writeAnswer, type Order, type WriteAnswer } from './answer.ts'
import { isErrno, parseJson } from './state.ts'

const TIMEOUT_MS = 2000

type HttpAnswer = { status: number; body: unknown }

/** Sends one request to the edge; rejects when there was no whole answer within 2 s. */
async function send(
  agent: Agent,
  port: number,
  method: string,
  path: string,
  body?: unknown,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body)
    const headers =
      body === undefined ? {} : { 'content-type': 'application/json', 'content-length': text.length }
    const call = request({ host: '127.0.0.1', port, agent, method, path, headers }, (response) => {
      let received = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (received += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parseJson(received) }))
      response.on('error', reject)
    })
    // The whole exchange, not the silence between two packets.
    const timer = setTimeout(
      () => call.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)),
      TIMEOUT_MS,
    )
    call.on('close', () => clearTimeout(timer))
    call.on('error', reject)
    call.end(text)
  })
}

/** Places an order and says what is known of it. Never rejects: not knowing is an outcome. */
export async function placeOrder(agent: Agent, port: number, wanted: Order): Promise<WriteAnswer> {
  try {
    const { status, body } = await send(agent, port, 'POST', '/orders', wanted)
    const parsed = writeAnswer.safeParse(body)
    if (!parsed.success) return { outcome: 'indeterminate', reason: `unexpected answer ${status}` }
    const { outcome, reason } = parsed.data
    return { outcome, ...(reason === undefined ? {} : { reason }) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { outcome: isErrno(error, 'ECONNREFUSED') ? 'failed' : 'indeterminate', reason }
  }
}

/** Whether an acknowledged order can be read back. */
export async function readOrder(agent: Agent, port: number, id: string): Promise<boolean> {
  try {
    const { status, body } = await send(agent, port, 'GET', `/orders/${id}`)
    return status === 200 && order.safeParse(body).data?.id === id
  } catch {
    return false
  }
}
