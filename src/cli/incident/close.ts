import path from 'node:path'
import { EVERYONE, foldIncident } from '../../journal/fold-incident.ts'
import type { IncidentState } from '../../journal/fold-incident.ts'
import { journalFile } from '../../journal/run-directory.ts'
import { writeSeal } from '../../journal/seal.ts'
import { requireIncident } from '../../journal/incident-directory.ts'
import { OperatorError } from '../../model/problem.ts'
import type { ExitName } from '../../model/exit-code.ts'
import type { Io } from '../command.ts'
import { declareKnownSecrets } from '../known-secrets.ts'
import { prompter } from '../prompter.ts'
import { changeIncident, chooseIncident } from './choose.ts'
import type { IncidentLog } from './log.ts'
import { withIncidentLog } from './log.ts'
import { readOptions, required, said } from './options.ts'
import { regulationsFor, runningDuties } from './running-clocks.ts'
import type { Statement } from './statement.ts'
import { report } from './tell.ts'
import { unsentOf } from './unsent.ts'

/**
 * Declares an incident over and seals its journal. Messages that did not leave have to leave, or be given up in so many words; an
 * update that is promised is asked about, and so is a duty to report whose clock still runs: the law does not stop it with the incident.
 */
export async function close(argv: string[], io: Io): Promise<ExitName> {
  const { values } = readOptions('close', argv, {
    text: { type: 'string' },
    'give-up-messages': { type: 'string' },
    yes: { type: 'boolean' },
  })
  const { statement, ...around } = said(values)
  const text = required('close', 'text', values.text)
  const directory = chooseIncident(around.runs, values.incident)
  const duties = await dutiesOf(around.root, directory)
  if (values.yes !== true && !(await agreed(directory, duties, values.json, io))) {
    io.err('Nothing was recorded: the incident is still open.')
    return 'interrupted'
  }
  const event = await changeIncident(around, path.basename(directory), (log) => {
    settleMessages(log, directory, statement, values['give-up-messages'])
    return log.append({ ...statement, event: 'declared_over', text })
  })
  writeSeal(directory, requireIncident(journalFile(directory)).end)
  report(event, values, io)
  if (values.json !== true) {
    io.out(`Sealed. What did you learn?  npm run postmortem -- ${path.basename(directory)}`)
    for (const duty of duties) io.out(`Still runs: ${duty}`)
    if (duties.length > 0) io.out(`When it is handed in:  ${handIn(directory)}`)
  }
  return 'ok'
}

async function dutiesOf(root: string, directory: string): Promise<string[]> {
  const state = foldIncident(requireIncident(journalFile(directory)).events)
  return runningDuties(state, await regulationsFor(root, [state]), Date.now())
}

function handIn(directory: string): string {
  return `npm run incident clock REGULATION -- --notified NOTICE --incident ${path.basename(directory)}`
}

/** Asks only when somebody waits for a word: closing ends the promise, and nobody is reminded of it, or of a clock, any more. */
async function agreed(
  directory: string,
  duties: readonly string[],
  json: boolean | undefined,
  io: Io,
): Promise<boolean> {
  const file = journalFile(directory)
  const promised = promisedLines(foldIncident(requireIncident(file).events))
  const waiting = [...promised, ...duties.map((duty) => `the clock of a duty to report still runs: ${duty}`)]
  if (waiting.length === 0) return true
  if (!process.stdin.isTTY)
    throw new OperatorError('refused', {
      file,
      message: `${waiting.join('; ')}: nothing was recorded`,
      hint: [
        ...(promised.length === 0 ? [] : [KEEP]),
        ...(duties.length === 0
          ? []
          : [`${handIn(directory)}   or close with --yes: it can be recorded afterwards`]),
      ].join('\n    '),
    })
  const say = json === true ? io.err : io.out
  for (const line of waiting) say(`${line}.`)
  const prompt = await prompter({ json })
  const message = 'Close all the same?'
  return (await prompt([{ type: 'confirm', name: 'ok', message, default: false }])).ok
}

const KEEP = 'npm run inform -- --to AUDIENCE --phase resolved   or close with --yes: they are told otherwise'

/** What is promised to whom, and what they heard last. */
function promisedLines({ promises, messages }: IncidentState): string[] {
  return promises.map(({ audience, dueAt }) => {
    const last = messages.findLast((message) => audience === EVERYONE || message.audience === audience)
    const heard = last === undefined ? 'nothing' : (last.phase ?? last.subject)
    return `an update to ${audience} is promised by ${dueAt.slice(0, 16).replace('T', ' ')} UTC, and the last that was told is: ${heard}`
  })
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
