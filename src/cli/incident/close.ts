import path from 'node:path'
import { journalFile } from '../../journal/run-directory.ts'
import { writeSeal } from '../../journal/seal.ts'
import { requireIncident } from '../../journal/incident-directory.ts'
import { OperatorError } from '../../model/problem.ts'
import type { ExitName } from '../../model/exit-code.ts'
import type { Io } from '../command.ts'
import { declareKnownSecrets } from '../known-secrets.ts'
import { changeIncident, chooseIncident } from './choose.ts'
import type { IncidentLog } from './log.ts'
import { withIncidentLog } from './log.ts'
import { readOptions, required, said } from './options.ts'
import type { Statement } from './statement.ts'
import { report } from './tell.ts'
import { unsentOf } from './unsent.ts'

/** Declares an incident over and seals its journal. Messages that did not leave have to leave, or be given up in so many words. */
export async function close(argv: string[], io: Io): Promise<ExitName> {
  const { values } = readOptions('close', argv, {
    text: { type: 'string' },
    'give-up-messages': { type: 'string' },
  })
  const { statement, ...around } = said(values)
  const text = required('close', 'text', values.text)
  const directory = chooseIncident(around.runs, values.incident)
  const event = await changeIncident(around, path.basename(directory), (log) => {
    settleMessages(log, directory, statement, values['give-up-messages'])
    return log.append({ ...statement, event: 'declared_over', text })
  })
  writeSeal(directory, requireIncident(journalFile(directory)).end)
  report(event, values, io)
  if (values.json !== true)
    io.out(`Sealed. What did you learn?  npm run postmortem -- ${path.basename(directory)}`)
  return 'ok'
}

function settleMessages(
  { state, append, file }: IncidentLog,
  directory: string,
  statement: Statement,
  reason: string | undefined,
): void {
  const unsent = unsentOf(path.dirname(path.dirname(directory)), directory, { ...state, runs: [] })
  if (unsent.length > 0 && reason === undefined)
    throw new OperatorError('refused', {
      file,
      message: `${unsent.map(({ message, delivery }) => `message ${message.id} to ${message.audience} by ${delivery.channel}`).join(', ')} did not leave: nothing was recorded`,
      hint: `npm run inform -- --outbox --retry   or close with --give-up-messages "why"`,
    })
  for (const { message, delivery } of unsent)
    append({
      ...statement,
      event: 'message_abandoned',
      message: message.id,
      comms: message.comms,
      channel: delivery.channel,
      text: reason ?? '',
    })
}

export async function reopen(argv: string[], io: Io): Promise<ExitName> {
  const { values } = readOptions('reopen', argv, { text: { type: 'string' } })
  const { statement, ...around } = said(values)
  const text = required('reopen', 'text', values.text)
  const directory = chooseIncident(around.runs, required('reopen', 'incident', values.incident))
  const of = path.basename(directory)
  await declareKnownSecrets(around.root)
  const event = await withIncidentLog(
    { ...around, file: journalFile(directory), of },
    ({ state, append }) => {
      if (state.status === 'open')
        throw new OperatorError('usage', { message: `${of} is open: nothing was recorded` })
      return append({ ...statement, event: 'reopened', text })
    },
  )
  report(event, values, io)
  return 'ok'
}
