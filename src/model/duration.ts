const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g
export const DURATION_PATTERN = /^(\d+(\.\d+)?(ms|s|m|h|d))+$/

/** Milliseconds of a duration such as `90s`, `1m30s` or `250ms`; undefined when the text is not one. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0)
  return total
}

function pad(n: number): string {
  return String(n).padStart(2, '0')
}

/** A duration for people: `340 ms`, `12.4 s`, `15 m`, `3 m 05 s`, `2 h 05 m`. Input in milliseconds. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0 s'
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${Math.floor(ms / 100) / 10} s`
  const seconds = Math.floor(ms / 1000)
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  if (hours > 0) return minutes === 0 ? `${hours} h` : `${hours} h ${pad(minutes)} m`
  return rest === 0 ? `${minutes} m` : `${minutes} m ${pad(rest)} s`
}
