import { once } from 'node:events'
import { existsSync, readFileSync, watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import path from 'node:path'
import { readSecrets } from '../../host/secrets.ts'
import { deliver } from '../../inform/deliver.ts'
import { outgoing } from '../../inform/outgoing.ts'
import type { Delivered } from '../../inform/reason.ts'
import { readIncident } from '../../journal/incident-directory.ts'
import { acquireLock } from '../../journal/lock.ts'
import type { Lock } from '../../journal/lock.ts'
import { outboxJournal } from '../../journal/outbox.ts'
import type { Channel, Communications, Retry } from '../../model/communication.ts'
import { OperatorError } from '../../model/problem.ts'
import { declareSecrets, redact } from '../declare-secrets.ts'
import { lookAtWriter } from '../incident/log.ts'
import { declareKnownSecrets } from '../known-secrets.ts'
import { thisHolder } from '../lock-holder.ts'
import { openCommunications } from '../open-communications.ts'
import { openPlan } from '../project.ts'
import { frameOf, pendingIn, stateOf, statusPageIncidentOf, takeQueued, withOutbox } from './outbox.ts'
import type { Outbox, Pending } from './outbox.ts'

/** Sends what is queued, and tries again what did not leave, until nothing waits. One sender for an outbox; another one leaves at once. */
export async function sendQueued(root: string, outbox: Outbox): Promise<void> {
  for (;;) {
    const lock = await onlySender(outbox)
    if (!lock) return
    try {
      await drain(root, outbox)
    } finally {
      lock.release()
    }
    // Whoever queued a message between the last look and the release found this sender at work, and left.
    await takeQueued(outbox)
    if (pendingIn(stateOf(outbox)).length === 0) return
  }
}

/**
 * For a run that goes on: sends whenever its process says so, and once more when that process is gone. Everything it needs is loaded
 * before it says that it is ready, while nobody waits.
 */
export async function sendWhenWoken(root: string, outbox: Outbox): Promise<void> {
  const gone = once(process, 'disconnect')
  let sending = Promise.all([openCarrier(root), takeQueued(outbox)]).then(() => {
    process.send?.('ready')
  })
  process.on('message', () => {
    sending = sending.then(() => sendQueued(root, outbox))
  })
  await gone
  await sending
  await sendQueued(root, outbox)
}

async function onlySender({ runs, of, operator }: Outbox): Promise<Lock | undefined> {
  const folder = path.join(runs, 'locks', `sender~${of}`)
  try {
    return await acquireLock(folder, thisHolder(of, operator), lookAtWriter, {
      resuming: false,
      takeOver: false,
    })
  } catch (error) {
    if (error instanceof OperatorError && error.exit === 'refused') return undefined
    throw error
  }
}

/** All channels at the same time: one that hangs keeps no other waiting. */
async function drain(root: string, outbox: Outbox): Promise<void> {
  const changes = new JournalWatch(outbox.directory)
  const busy = new Map<string, Promise<void>>()
  const carrier = await openCarrier(root)
  try {
    for (;;) {
      await takeQueued(outbox)
      const pending = pendingIn(stateOf(outbox)).filter((one) => !busy.has(keyOf(one)))
      const now = Date.now()
      for (const one of pending.filter(({ delivery }) => dueAt(delivery.retryAt) <= now)) {
        const key = keyOf(one)
        busy.set(
          key,
          attempt(carrier, outbox, one).finally(() => busy.delete(key)),
        )
      }
      const later = pending.map(({ delivery }) => dueAt(delivery.retryAt)).filter((due) => due > now)
      if (busy.size === 0 && later.length === 0) return
      await Promise.race([
        ...busy.values(),
        changes.next(later.length === 0 ? undefined : Math.min(...later) - now),
      ])
    }
  } finally {
    changes.close()
  }
}

function keyOf({ message, delivery }: Pending): string {
  return `${message.id}\0${delivery.channel}`
}

function dueAt(retryAt: string | undefined): number {
  return retryAt === undefined ? 0 : Date.parse(retryAt)
}

type Carrier = { communications: Communications } | { problem: string }

/** What communications.yaml says; a mistake in it is how every delivery fails. */
async function openCarrier(root: string): Promise<Carrier> {
  try {
    const { plan } = await openPlan(root)
    await declareKnownSecrets(root)
    return { communications: (await openCommunications(root, plan)).communications }
  } catch (error) {
    if (error instanceof OperatorError) return { problem: error.message }
    throw error
  }
}

/** One attempt, and the line that says how it ended. */
async function attempt(carrier: Carrier, outbox: Outbox, { message, delivery }: Pending): Promise<void> {
  const number = delivery.attempts + 1
  const result = await tryOnce(carrier, outbox, { message, delivery })
  const common = {
    occurredAt: new Date().toISOString(),
    precision: 'exact',
    actor: 'drillbook',
    source: { kind: 'program', name: 'drillbook inform' },
    message: message.id,
    comms: message.comms,
    channel: delivery.channel,
    attempt: number,
  } as const
  await withOutbox(outbox, ({ append }) =>
    result.kind === 'sent'
      ? append({ ...common, event: 'message_sent', receipt: redact(result.receipt) })
      : append({
          ...common,
          event: 'message_failed',
          text: redact(result.reason),
          retryAt: nextAttempt(
            result,
            number,
            'communications' in carrier ? carrier.communications.retry : undefined,
          ),
        }),
  )
}

async function tryOnce(carrier: Carrier, outbox: Outbox, { message, delivery }: Pending): Promise<Delivered> {
  if ('problem' in carrier) return { kind: 'failed', reason: carrier.problem, permanent: true }
  const { communications } = carrier
  const channel = Object.hasOwn(communications.channels, delivery.channel)
    ? communications.channels[delivery.channel]
    : undefined
  if (!channel)
    return {
      kind: 'failed',
      reason: `communications.yaml has no channel ${delivery.channel}`,
      permanent: true,
    }
  try {
    const secrets = await secretsOf(channel, communications)
    const state = stateOf(outbox)
    const { severity, title } = frameOf(outbox, state)
    const journal = outboxJournal(outbox.directory)
    // What was written may hold a secret that was not known then.
    const request = outgoing(
      channel,
      {
        of: outbox.of,
        message: message.id,
        channelId: delivery.channel,
        severity,
        title: redact(title),
        subject: redact(message.subject),
        body: redact(readFileSync(path.join(outbox.directory, message.file), 'utf8')),
        phase: message.phase,
        at: Date.now(),
        statusPageIncident: existsSync(journal)
          ? statusPageIncidentOf(readIncident(journal).events, delivery.channel)
          : undefined,
      },
      (name) => secrets[name] ?? '',
    )
    return await deliver(request, outbox.directory)
  } catch (error) {
    if (error instanceof OperatorError) return { kind: 'failed', reason: error.message, permanent: false }
    throw error
  }
}

/** Only those that this channel needs. */
async function secretsOf(channel: Channel, { secrets }: Communications): Promise<Record<string, string>> {
  const wanted = new Set(
    Object.values(channel).flatMap((value: unknown) =>
      typeof value === 'object' && value !== null && 'secret' in value ? [String(value.secret)] : [],
    ),
  )
  const values = await readSecrets(
    Object.fromEntries(Object.entries(secrets).filter(([name]) => wanted.has(name))),
  )
  declareSecrets(Object.values(values))
  return values
}

/** The pause doubles with every failure, up to a limit; what the other side asks for counts when it is longer. */
function nextAttempt(
  { permanent, retryAfterMs = 0 }: Extract<Delivered, { kind: 'failed' }>,
  attempts: number,
  retry: Retry | undefined,
): string | null {
  if (permanent || retry === undefined || attempts >= retry.attempts) return null
  const pause = Math.max(Math.min(retry.most, retry.first * 2 ** (attempts - 1)), retryAfterMs)
  return new Date(Date.now() + Math.min(pause, LONGEST_MS)).toISOString()
}

/** Some 24 days: a timer that is set for longer ends at once. */
const LONGEST_MS = 2 ** 31 - 1

/** Tells when a journal of the folder or of its outbox changes, or when the time has come. */
class JournalWatch {
  readonly #watchers: FSWatcher[]
  #wake: (() => void) | undefined
  /** A change while nobody waits is not forgotten. */
  #changed = false

  constructor(directory: string) {
    const folders = [directory, path.join(directory, 'outbox')].filter((folder) => existsSync(folder))
    this.#watchers = folders.map((folder) =>
      watch(folder, (_, name) => {
        if (name !== 'journal.ndjson') return
        this.#changed = true
        this.#wake?.()
      }),
    )
  }

  async next(ms: number | undefined): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    if (!this.#changed)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        if (ms !== undefined) timer = setTimeout(resolve, ms)
      })
    clearTimeout(timer)
    this.#changed = false
  }

  close(): void {
    this.#wake?.()
    for (const watcher of this.#watchers) watcher.close()
  }
}
