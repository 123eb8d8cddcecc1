/**
 * A reader that reads each thing once in a build, however many pages need it. A development server reads it again each time,
 * because it may have changed since.
 */
export function onceInABuild<Words extends string[], T extends object>(
  read: (...words: Words) => T,
): (...words: Words) => T {
  const known = new Map<string, T>()
  return (...words) => {
    if (process.env['NODE_ENV'] !== 'production') return read(...words)
    const name = JSON.stringify(words)
    const before = known.get(name)
    if (before !== undefined) return before
    const value = read(...words)
    known.set(name, value)
    return value
  }
}
