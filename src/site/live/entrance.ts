/** How a page comes to show a run that goes on. Apart from the rest, because every runbook page looks whether it should. */

const KEY = 'drillbook-live'
const TOKEN = /^#live=([\w-]+)$/

export function isLive(): boolean {
  return TOKEN.test(window.location.hash) || keptKey() !== undefined
}

/**
 * The key that opens the stream: the one this tab has, or a new one for the token in the address. The token is good once, so it is taken
 * out of the address at once. Throws with the words of the server when the token was used.
 */
export async function liveKey(): Promise<string> {
  const token = TOKEN.exec(window.location.hash)?.[1]
  if (token === undefined) return keptKey() ?? ''
  window.history.replaceState(window.history.state, '', window.location.pathname)
  const response = await fetch('/live/key', { method: 'POST', body: token })
  if (!response.ok) throw new Error((await response.text()).trim())
  const answer: unknown = await response.json()
  const key = typeof answer === 'object' && answer !== null && 'key' in answer ? String(answer.key) : ''
  window.sessionStorage.setItem(KEY, key)
  return key
}

function keptKey(): string | undefined {
  try {
    return window.sessionStorage.getItem(KEY) ?? undefined
  } catch {
    return undefined
  }
}
