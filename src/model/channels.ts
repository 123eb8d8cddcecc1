import type { Channel, Communications } from './communication.ts'

/** Without the schema, and the library behind it: a run needs this before its first prompt. */

/** Always there: what is written to a file leaves nothing and needs nothing. */
export const FILE_CHANNEL = 'file'
/** When everything is down: a person pastes it. */
export const CLIPBOARD_CHANNEL = 'clipboard'

/** Channels by which a message to this audience may leave here; a file when there is none. */
export function channelsFor(
  { audiences, channels }: Communications,
  to: string,
  environment: string | null,
): string[] {
  const wanted = Object.hasOwn(audiences, to) ? (audiences[to]?.channels ?? []) : []
  const usable = wanted.filter((id) => mayUse(channels[id], environment))
  return usable.length === 0 ? [FILE_CHANNEL] : usable
}

export function mayUse(channel: Channel | undefined, environment: string | null): boolean {
  if (!channel) return false
  if (!('environments' in channel)) return true
  return environment !== null && channel.environments.includes(environment)
}
