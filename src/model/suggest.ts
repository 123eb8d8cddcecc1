const SHOWN = 8

/** For the hint of an unknown name: the nearest known one, or those there are. */
export function suggest(unknown: string, known: Iterable<string>): string {
  const names = [...known].sort()
  if (names.length === 0) return 'There is none yet.'
  const [nearest] = names
    .map((name) => ({ name, distance: editDistance(unknown.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  if (nearest && nearest.distance <= Math.max(2, Math.floor(unknown.length / 4)))
    return `Did you mean ${nearest.name}?`
  const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : ''
  return `Expected one of ${names.slice(0, SHOWN).join(', ')}${more}.`
}

/** Levenshtein: how many letters have to be added, left out or changed. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
