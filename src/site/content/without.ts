import type { ShownMethod } from './people.ts'

/** Someone, and the ways to reach them that are left. */
export type Reachable = { id: string; name: string; methods: ShownMethod[] }

/** The ways that do not need what is down. */
export function without<T extends Reachable>(what: string, all: readonly T[]): T[] {
  return all.map((one) => ({ ...one, methods: one.methods.filter(({ needs }) => !needs.includes(what)) }))
}

/**
 * The smallest sets of things that, when all of one set are down, leave no way to reach someone. Empty when one way needs nothing:
 * such a person is always reached.
 */
export function lostWhen(methods: readonly ShownMethod[]): string[][] {
  if (methods.length === 0 || methods.some(({ needs }) => needs.length === 0)) return []
  const sets = methods.reduce<string[][]>(
    (found, { needs }) =>
      smallest(
        found.flatMap((set) =>
          needs.some((what) => set.includes(what)) ? [set] : needs.map((what) => [...set, what]),
        ),
      ),
    [[]],
  )
  return sets.map((set) => set.toSorted())
}

function smallest(sets: string[][]): string[][] {
  const distinct = [...new Map(sets.map((set) => [set.toSorted().join(' '), set])).values()]
  return distinct.filter(
    (set) =>
      !distinct.some((other) => other.length < set.length && other.every((what) => set.includes(what))),
  )
}
