import type { EdgeTarget } from '../../src/fences/api.ts'

export function edgeNode(name: string): EdgeTarget {
  const found = target(name)
  if (found.kind !== 'edge') throw new Error(`${name} is a ${found.kind} target; expected an edge`)
  return found
}

const PATIENCE_MS = 5000

/** The region that customers are sent to now. */
export async function currentRoute(edge: EdgeTarget): Promise<string> {
  const answer = await fetch(`${edge.admin}/route`, { signal: AbortSignal.timeout(PATIENCE_MS) })
  const body: unknown = await answer.json()
  if (!answer.ok || typeof body !== 'object' || body === null || !('region' in body))
    throw new Error(`the edge answered ${answer.status}: ${JSON.stringify(body)}`)
  return String(body.region)
}

export async function setRoute(edge: EdgeTarget, region: string): Promise<void> {
  const answer = await fetch(`${edge.admin}/route`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ region }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`the edge refused the region ${region}: ${answer.status} ${text}`)
  console.log(`The edge sends customers to ${region}.`)
}
