/** How one attempt ended. `permanent`: another attempt would end the same way. */
export type Delivered =
  | { kind: 'sent'; receipt: string }
  | { kind: 'failed'; reason: string; permanent: boolean; retryAfterMs?: number }

/** The codes of the network are the same in every language. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer within the time-out'
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  const [first] = (error.message || error.name).split('\n')
  return `${first}${code}`
}
