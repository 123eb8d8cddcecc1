import { existsSync } from 'node:fs'
import path from 'node:path'
import { findIncident, incidentsFolder, listIncidents } from '../../journal/incident-directory.ts'
import type { Delivery, Message } from '../../journal/fold-incident.ts'
import { outboxJournal } from '../../journal/outbox.ts'
import { findRun } from '../../journal/find-run.ts'
import { listRuns } from '../../journal/run-directory.ts'
import type { ExitName } from '../../model/exit-code.ts'
import { table } from '../../reports/summary.ts'
import type { Io } from '../command.ts'
import { operatorName } from '../identity.ts'
import { surroundings } from '../incident/choose.ts'
import { statementOf } from '../incident/statement.ts'
import { declareKnownSecrets } from '../known-secrets.ts'
import { projectRoot } from '../project-root.ts'
import { outboxOf, stateOf, takeQueued, withOutbox } from './outbox.ts'
import type { Outbox } from './outbox.ts'
import { sendQueued, sendWhenWoken } from './sender.ts'
import { startSender } from './start-sender.ts'

export type OutboxValues = {
  incident?: string
  run?: string
  operator?: string
  retry: boolean
  'give-up'?: string
  json: boolean
}

type Waiting = { outbox: Outbox; message: Message; delivery: Delivery }

/** What has not left; starts a sender for what waits, and what else was asked for. */
export async function showOutbox(values: OutboxValues, io: Io): Promise<ExitName> {
  const outboxes = chosenOutboxes(values)
  await declareKnownSecrets(projectRoot())
  for (const outbox of outboxes) await takeQueued(outbox)
  if (values.retry) for (const outbox of outboxes) await settle(outbox, 'retry', '')
  const reason = values['give-up']
  if (reason !== undefined) for (const outbox of outboxes) await settle(outbox, 'give-up', reason)
  const waiting = outboxes.flatMap(undelivered)
  for (const { directory } of new Set(waiting.map(({ outbox }) => outbox))) startSender(directory)
  if (values.json)
    for (const { outbox, message, delivery } of waiting)
      io.out(
        JSON.stringify({
          of: outbox.of,
          message: message.id,
          audience: message.audience,
          file: path.join(outbox.directory, message.file),
          ...delivery,
        }),
      )
  else if (waiting.length === 0) io.out('Everything has left.')
  else for (const line of lines(waiting)) io.out(line)
  return 'ok'
}

function lines(waiting: readonly Waiting[]): string[] {
  const rows = waiting.map(({ outbox, message, delivery }) => [
    outbox.of,
    message.id,
    delivery.channel,
    delivery.state === 'failed' ? 'GIVEN UP' : 'waits',
    String(delivery.attempts),
    delivery.detail,
  ])
  return [
    ...table([['of', 'message', 'channel', 'state', 'attempts', 'why'], ...rows]),
    '',
    'What waits is sent by itself. The rest: --retry, or --give-up "why".',
  ]
}

function chosenOutboxes({ incident, run, operator }: OutboxValues): Outbox[] {
  const { runs, operator: who } = surroundings(operator)
  const folders =
    incident !== undefined
      ? [findIncident(runs, incident)]
      : run !== undefined
        ? [findRun(runs, run)]
        : [
            ...listIncidents(runs).map((id) => path.join(incidentsFolder(runs), id)),
            ...listRuns(runs)
              .map((id) => path.join(runs, id))
              .filter((folder) => existsSync(path.join(folder, 'inform'))),
          ]
  return folders.map((folder) => outboxOf(folder, who))
}

function undelivered(outbox: Outbox): Waiting[] {
  if (!existsSync(outboxJournal(outbox.directory))) return []
  return stateOf(outbox).messages.flatMap((message) =>
    message.deliveries
      .filter(({ state }) => state === 'pending' || state === 'failed')
      .map((delivery) => ({ outbox, message, delivery })),
  )
}

async function settle(outbox: Outbox, how: 'retry' | 'give-up', text: string): Promise<void> {
  const open = undelivered(outbox).filter(
    ({ delivery }) => how === 'give-up' || delivery.state === 'failed' || delivery.retryAt !== undefined,
  )
  if (open.length === 0) return
  const statement = statementOf({}, outbox.operator)
  await withOutbox(outbox, ({ append }) => {
    for (const { message, delivery } of open) {
      const common = { ...statement, message: message.id, comms: message.comms, channel: delivery.channel }
      append(
        how === 'retry'
          ? { ...common, event: 'message_retried' }
          : { ...common, event: 'message_abandoned', text },
      )
    }
  })
}

/** What the sender process does: that of a run has a channel to it, any other was started because something is queued. */
export async function sendFolder(directory: string): Promise<ExitName> {
  const send = process.connected ? sendWhenWoken : sendQueued
  await send(projectRoot(), outboxOf(path.resolve(directory), operatorName(undefined)))
  return 'ok'
}
