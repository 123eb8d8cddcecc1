import type { EdgeTarget } from '../../src/fences/api.ts'
import { messageOf } from '../postgres/node.ts'

export function edgeNode(name: string): EdgeTarget {
  const found = target(name)
  if (found.kind !== 'edge') throw new Error(`${name} is a ${found.kind} target; expected an edge`)
  return found
}

const PATIENCE_MS = 5000

/** What goes wrong says who was asked, why, and what to do: fetch says only that it failed. */
export async function askEdge(edge: EdgeTarget, address: string, init: RequestInit = {}): Promise<Response> {
  return await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS), ...init }).catch(
    (error: unknown) => {
      const cause = error instanceof Error ? (error.cause ?? error) : error
      throw new Error(
        `${edge.name} (${address}) does not answer: ${messageOf(cause)}. See that the edge runs, then try this step again`,
      )
    },
  )
}

/** The region that customers are sent to now. */
export async function currentRoute(edge: EdgeTarget): Promise<string> {
  const answer = await askEdge(edge, `${edge.admin}/route`)
  const body: unknown = await answer.json()
  if (!answer.ok || typeof body !== 'object' || body === null || !('region' in body))
    throw new Error(`the edge answered ${answer.status}: ${JSON.stringify(body)}`)
  return String(body.region)
}

export async function setRoute(edge: EdgeTarget, region: string): Promise<void> {
  const answer = await askEdge(edge, `${edge.admin}/route`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ region }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`the edge refused the region ${region}: ${answer.status} ${text}`)
  console.log(`The edge sends customers to ${region}.`)
}
