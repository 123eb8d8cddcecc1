import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { FILE_CHANNEL, channelsFor } from '../../model/channels.ts'
import type { Communications } from '../../model/communication.ts'
import { executables } from '../../model/runbook.ts'
import type { Messenger } from '../../runner/ports.ts'
import { openCommunications } from '../open-communications.ts'
import type { RunSettings } from '../run-session.ts'

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url))

/** Carries the messages of a run. A mistake in communications.yaml keeps nobody from recovering: then messages go to files. */
export async function messengerFor(
  { root, plan, runbook, environment }: Pick<RunSettings, 'root' | 'plan' | 'runbook' | 'environment'>,
  directory: string,
): Promise<Messenger> {
  const informs = executables(runbook.nodes).some(({ kind }) => kind === 'inform')
  const communications = informs ? await readable(() => openCommunications(root, plan)) : undefined
  return {
    route: (audience) => routeOf(communications, audience, environment.name),
    wake: () => startSender(directory),
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

/** A process of its own, which outlives this one. What it complains of is in the folder. */
export function startSender(directory: string): void {
  try {
    const folder = path.join(directory, 'outbox')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const log = openSync(path.join(folder, 'sender.log'), 'a', 0o600)
    const words = ['--disable-warning=ExperimentalWarning', MAIN, 'inform', '--send', directory]
    const child = spawn(process.execPath, words, { detached: true, stdio: ['ignore', log, log] })
    closeSync(log)
    // What is queued stays queued: "drillbook inform --outbox" shows it, and the next sender takes it.
    child.on('error', () => {})
    // The recovery comes first, also on a machine that is busy with it.
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW)
    child.unref()
  } catch {
    // As above: a full disk or process table must not end a recovery.
  }
}
