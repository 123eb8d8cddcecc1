import { FILE_CHANNEL, channelsFor } from '../../model/channels.ts'
import type { Communications } from '../../model/communication.ts'
import { executables } from '../../model/runbook.ts'
import type { Messenger } from '../../runner/ports.ts'
import { openCommunications } from '../open-communications.ts'
import type { RunSettings } from '../run-session.ts'
import { RunSender } from './start-sender.ts'

/** Carries the messages of a run. A mistake in communications.yaml keeps nobody from recovering: then messages go to files. */
export async function messengerFor(
  { root, plan, runbook, environment }: Pick<RunSettings, 'root' | 'plan' | 'runbook' | 'environment'>,
  directory: string,
): Promise<Messenger> {
  const informs = executables(runbook.nodes).some(({ kind }) => kind === 'inform')
  const communications = informs ? await readable(() => openCommunications(root, plan)) : undefined
  const sender = new RunSender(directory)
  return {
    route: (audience) => routeOf(communications, audience, environment.name),
    wake: () => sender.wake(),
    ready: () => (informs ? sender.ready() : Promise.resolve()),
  }
}

async function readable(
  open: () => Promise<{ communications: Communications }>,
): Promise<Communications | undefined> {
  try {
    return (await open()).communications
  } catch (error) {
    process.stderr.write(`Messages go to files: ${error instanceof Error ? error.message : String(error)}\n`)
    return undefined
  }
}

export function routeOf(
  communications: Communications | undefined,
  audience: string,
  environment: string | null,
): ReturnType<Messenger['route']> {
  if (!communications) return { comms: 'comms_internal', channels: [FILE_CHANNEL] }
  const comms = communications.audiences[audience]?.comms ?? 'comms_internal'
  return { comms, channels: channelsFor(communications, audience, environment) }
}
