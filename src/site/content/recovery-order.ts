import type { Service } from '../../model/service.ts'

/**
 * The order in which services are recovered, in waves: whatever a service depends on is in an earlier wave. Within a wave the
 * lower tier comes first. Services that depend on each other in a circle are left for a last wave of their own.
 */
export function recoveryOrder(services: Record<string, Service>): { waves: string[][]; circular: string[] } {
  const waves: string[][] = []
  const done = new Set<string>()
  let rest = Object.keys(services)
  while (rest.length > 0) {
    const ready = rest.filter((id) =>
      services[id]?.dependsOn.every((needed) => done.has(needed) || services[needed] === undefined),
    )
    if (ready.length === 0) break
    waves.push(ready.toSorted((a, b) => tier(services, a) - tier(services, b) || a.localeCompare(b)))
    for (const id of ready) done.add(id)
    rest = rest.filter((id) => !done.has(id))
  }
  return { waves, circular: rest.toSorted() }
}

function tier(services: Record<string, Service>, id: string): number {
  return services[id]?.tier ?? 0
}
