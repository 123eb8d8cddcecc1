import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { foldIncident } from '../../journal/fold-incident.ts'
import type { Delivery, IncidentState, Message } from '../../journal/fold-incident.ts'
import { isIncidentId, readIncident } from '../../journal/incident-directory.ts'
import { outboxJournal } from '../../journal/outbox.ts'
import { readJournal } from '../../journal/read.ts'
import { journalFile } from '../../journal/run-directory.ts'
import type { IncidentEvent, IncidentEventBody } from '../../model/incident-event.ts'
import { withIncidentLog } from '../incident/log.ts'
import type { IncidentLog } from '../incident/log.ts'

/** The messages of an incident or a run, and what became of them. */
export type Outbox = { directory: string; of: string; runs: string; operator: string }

export function outboxOf(directory: string, operator: string): Outbox {
  const of = path.basename(directory)
  const runs = isIncidentId(of) ? path.dirname(path.dirname(directory)) : path.dirname(directory)
  return { directory, of, runs, operator }
}

export function stateOf({ directory }: Outbox): IncidentState {
  const file = outboxJournal(directory)
  return foldIncident(existsSync(file) ? readIncident(file).events : [])
}

export async function withOutbox<T>(outbox: Outbox, act: (log: IncidentLog) => T): Promise<T> {
  const { directory, of, runs, operator } = outbox
  return await withIncidentLog({ runs, operator, of, file: outboxJournal(directory) }, act)
}

/** Takes what the journal of a run has queued into its outbox; an incident's journal is its outbox. */
export async function takeQueued(outbox: Outbox): Promise<void> {
  const { directory, of } = outbox
  if (isIncidentId(of)) return
  const known = new Set(stateOf(outbox).messages.map(({ id }) => id))
  const queued = queuedIn(directory, of).filter(({ message }) => !known.has(message))
  if (queued.length === 0) return
  await withOutbox(outbox, (log) => {
    const taken = new Set(log.state.messages.map(({ id }) => id))
    for (const body of queued) if (!taken.has(body.message)) log.append(body)
  })
}

type Rendered = Extract<IncidentEventBody, { event: 'message_rendered' }>

function queuedIn(directory: string, run: string): Rendered[] {
  const file = journalFile(directory)
  const lines = readFileSync(file, 'utf8').split('\n')
  return readJournal(file).events.flatMap((event): Rendered[] => {
    if (event.event !== 'inform-queued') return []
    const { seq: line, step, comms, audience, phase, template, subject, sha256, channels } = event
    const hash = createHash('sha256')
      .update(lines[line - 1] ?? '')
      .digest('hex')
    return [
      {
        event: 'message_rendered',
        occurredAt: event.at,
        precision: 'exact',
        actor: event.operator,
        source: { kind: 'journal', run, line, sha256: hash },
        message: step,
        comms,
        audience,
        phase,
        template,
        subject,
        file: event.file,
        sha256,
        channels,
      },
    ]
  })
}

/** The severity and the title that a message leaves with. */
export function frameOf(
  { directory, of }: Outbox,
  state: IncidentState,
): { severity: string; title: string } {
  if (isIncidentId(of)) return { severity: state.severity, title: state.title }
  const { events } = readJournal(journalFile(directory))
  const [first] = events
  const severity = events.find((event) => event.event === 'inform-queued')?.severity
  return { severity: severity ?? 'sev1', title: first?.event === 'run-started' ? first.title : of }
}

export type Pending = { message: Message; delivery: Delivery }

export function pendingIn({ messages }: IncidentState): Pending[] {
  return messages.flatMap((message) =>
    message.deliveries.filter(({ state }) => state === 'pending').map((delivery) => ({ message, delivery })),
  )
}

/** What the status page called this incident when it was told first. */
export function statusPageIncidentOf(events: readonly IncidentEvent[], channel: string): string | undefined {
  for (const event of events) {
    if (event.event !== 'message_sent' || event.channel !== channel) continue
    const id = /, incident (\S+)$/.exec(event.receipt)?.[1]
    if (id !== undefined) return id
  }
  return undefined
}
