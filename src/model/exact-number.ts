/** A number that was given as text; what is wrong with it when it is none, or would silently become another one. */
export function exactNumber(text: string): number | { problem: string } {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!Number.isFinite(value)) return { problem: 'expected a number' }
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    return {
      problem: `expected a smaller number: whole ones are exact only up to ${Number.MAX_SAFE_INTEGER}; for more digits, declare it as a string`,
    }
  return value
}
