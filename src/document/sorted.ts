import type { Problem } from '../model/problem.ts'

/** By file, line and column. */
export function sortedProblems<T extends Problem>(problems: readonly T[]): T[] {
  return problems.toSorted(
    (a, b) =>
      (a.file ?? '').localeCompare(b.file ?? '') ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  )
}
