import { createHash } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { wrap } from '../../host/text.ts'
import { copyToClipboard } from '../../inform/clipboard.ts'
import { outgoing, outgoingLines } from '../../inform/outgoing.ts'
import { requireIncident } from '../../journal/incident-directory.ts'
import { foldIncident } from '../../journal/fold-incident.ts'
import type { IncidentState } from '../../journal/fold-incident.ts'
import { journalFile } from '../../journal/run-directory.ts'
import { syncDirectory } from '../../journal/sync-directory.ts'
import { CLIPBOARD_CHANNEL, mayUse } from '../../model/channels.ts'
import type { Communications } from '../../model/communication.ts'
import { parseDuration } from '../../model/duration.ts'
import type { ExitName } from '../../model/exit-code.ts'
import { phase as phases } from '../../model/message-words.ts'
import type { Phase } from '../../model/message-words.ts'
import { OperatorError } from '../../model/problem.ts'
import { suggest } from '../../model/suggest.ts'
import { subjectOf } from '../../steps/inform/run.ts'
import type { Io } from '../command.ts'
import { redact } from '../declare-secrets.ts'
import { chooseIncident, changeIncident, requireOpen, surroundings } from '../incident/choose.ts'
import type { Surroundings } from '../incident/choose.ts'
import { oneOf } from '../incident/options.ts'
import { statementOf } from '../incident/statement.ts'
import type { Statement } from '../incident/statement.ts'
import { declareKnownSecrets } from '../known-secrets.ts'
import { openCommunications } from '../open-communications.ts'
import { openPlan } from '../project.ts'
import { prompter } from '../prompter.ts'
import { incidentFacts } from './facts.ts'
import { routeOf } from './messenger.ts'
import { statusPageIncidentOf } from './outbox.ts'
import { startSender } from './start-sender.ts'
import { renderTemplate, templateFor } from './template.ts'

export type WriteValues = {
  to?: string
  phase?: string
  text: string
  next?: string
  template?: string
  via: string[]
  'dry-run': boolean
  yes: boolean
  incident?: string
  operator?: string
  json: boolean
}

/** One message, ready to leave. */
type Draft = {
  around: Surroundings
  directory: string
  state: IncidentState
  communications: Communications
  audience: string
  phase: Phase
  template: string
  comms: ReturnType<typeof routeOf>['comms']
  channels: string[]
  text: string
  nextUpdateAt: string | undefined
}

/** Render, show, ask, record, send. */
export async function writeMessage(values: WriteValues, io: Io): Promise<ExitName> {
  const draft = await prepare(values)
  if (values['dry-run']) return showWhatWouldLeave(draft, values.json ? { ...io, out: io.err } : io)
  const say = values.json ? io.err : io.out
  // Whoever is asked has seen it.
  if (!values.json || !values.yes) for (const line of shown(draft)) say(line)
  if (!(await agreed(values))) {
    io.err('Nothing was sent or recorded.')
    return 'interrupted'
  }
  const message = await record(draft)
  // The clipboard is of whoever sits here: no process aside can reach it.
  if (draft.channels.includes(CLIPBOARD_CHANNEL)) await copyHere(draft, message, io)
  if (draft.channels.some((channel) => channel !== CLIPBOARD_CHANNEL)) startSender(draft.directory)
  if (values.json) io.json({ incident: draft.state.id, message, channels: draft.channels })
  else
    io.out(
      `Message ${message} is recorded and leaves by ${draft.channels.join(', ')}.  npm run inform -- --outbox`,
    )
  return 'ok'
}

async function prepare(values: WriteValues): Promise<Draft> {
  const around = surroundings(values.operator)
  const directory = chooseIncident(around.runs, values.incident)
  const file = journalFile(directory)
  const { events } = requireIncident(file)
  const state = foldIncident(events)
  requireOpen({ file, events, state })
  const { plan } = await openPlan(around.root)
  const { communications } = await openCommunications(around.root, plan)
  await declareKnownSecrets(around.root)
  const audience = await audienceOf(values, communications)
  const phase = values.phase === undefined ? state.phase : oneOf('--phase', values.phase, phases.options)
  const now = Date.now()
  const nextUpdateAt = nextUpdate(values.next, { communications, audience, phase, state, now })
  const route = routeOf(communications, audience, state.environment)
  const channels =
    values.via.length === 0 ? route.channels : values.via.map((id) => usable(id, communications, state))
  const { severity } = state
  const template = templateFor(around.root, { template: values.template, audience, phase, severity })
  const facts = incidentFacts({
    state,
    plan,
    runs: around.runs,
    audience,
    phase,
    text: values.text,
    nextUpdateAt,
    now,
  })
  const text = redact(renderTemplate(template, facts))
  return {
    around,
    directory,
    state,
    communications,
    audience,
    phase,
    template: template.name,
    comms: route.comms,
    channels,
    text,
    nextUpdateAt,
  }
}

async function audienceOf({ to, json }: WriteValues, { audiences }: Communications): Promise<string> {
  const known = Object.keys(audiences)
  if (to !== undefined && known.includes(to)) return to
  if (to !== undefined || !process.stdin.isTTY)
    throw new OperatorError('usage', {
      message: to === undefined ? 'expected --to AUDIENCE' : `there is no audience "${to}": nothing was sent`,
      hint: suggest(to ?? '', known),
    })
  const prompt = await prompter({ json })
  const choices = Object.entries(audiences).map(([value, { title }]) => ({ value, name: title }))
  return (await prompt([{ type: 'select', name: 'to', message: 'Who is told?', choices }])).to
}

function usable(id: string, { channels }: Communications, { environment }: IncidentState): string {
  const channel = Object.hasOwn(channels, id) ? channels[id] : undefined
  if (!channel)
    throw new OperatorError('usage', {
      message: `there is no channel "${id}": nothing was sent`,
      hint: suggest(id, Object.keys(channels)),
    })
  if (mayUse(channel, environment)) return id
  throw new OperatorError('refused', {
    message: `the channel ${id} may not be used in ${environment ?? 'no environment'}: nothing was sent`,
    hint: `docs/plan/communications.yaml names the environments of channels.${id}.`,
  })
}

type Rhythm = {
  communications: Communications
  audience: string
  phase: Phase
  state: IncidentState
  now: number
}

/** What was said, or how often this audience is told; after the last message nothing is promised. */
function nextUpdate(
  next: string | undefined,
  { communications, audience, phase, state, now }: Rhythm,
): string | undefined {
  const said = next === undefined ? undefined : parseDuration(next)
  if (next !== undefined && said === undefined)
    throw new OperatorError('usage', { message: `--next ${next}: expected a duration such as 30m` })
  const { severity } = state
  const usual =
    severity === 'sev1' || severity === 'sev2' || severity === 'sev3' || severity === 'sev4'
      ? communications.audiences[audience]?.everyMinutes[severity]
      : undefined
  const wait = said ?? (phase === 'resolved' || usual === undefined ? undefined : usual * 60_000)
  return wait === undefined ? undefined : new Date(now + wait).toISOString()
}

function shown({ audience, phase, template, channels, text }: Draft): string[] {
  return [
    `To ${audience}, ${phase}, by ${channels.join(', ')}`,
    `from templates/inform/${template}.hbs`,
    '',
    ...text
      .trimEnd()
      .split('\n')
      .flatMap((line) => wrap(line, (process.stdout.columns || 80) - 4))
      .map((line) => `  ┃ ${line}`),
    '',
  ]
}

async function agreed({ yes, json }: WriteValues): Promise<boolean> {
  if (yes) return true
  if (!process.stdin.isTTY)
    throw new OperatorError('refused', {
      message: 'there is no terminal to ask you at, and --yes was not given: nothing was sent',
      hint: 'Look at it first: --dry-run',
    })
  const prompt = await prompter({ json })
  return (await prompt([{ type: 'confirm', name: 'ok', message: 'Send it?', default: false }])).ok
}

/** Exactly what would leave by each channel, with names in the place of secrets. */
function showWhatWouldLeave(draft: Draft, io: Io): ExitName {
  const { state, communications, channels, text, phase, directory } = draft
  const { events } = requireIncident(journalFile(directory))
  for (const id of channels) {
    const channel = communications.channels[id]
    if (!channel) continue
    const letter = {
      of: state.id,
      message: String(state.messages.length + 1),
      channelId: id,
      title: state.title,
      subject: subjectOf(text),
      body: text,
      severity: state.severity,
      phase,
      at: Date.now(),
      statusPageIncident: statusPageIncidentOf(events, id),
    }
    io.out(`--- ${id}`)
    for (const line of outgoingLines(outgoing(channel, letter, (name) => `(secret ${name})`))) io.out(line)
    io.out('')
  }
  io.out('Nothing was sent, and nothing was recorded.')
  return 'ok'
}

/** The message is on disk before the line that names it, and the line before anything leaves. */
async function record(draft: Draft): Promise<string> {
  const { around, directory, audience, phase, template, comms, channels, text, nextUpdateAt } = draft
  const statement = statementOf({}, around.operator)
  return await changeIncident(around, path.basename(directory), (log) => {
    const message = String(log.state.messages.length + 1)
    const file = `inform/${message}.md`
    keep(path.join(directory, file), text)
    log.append({
      ...statement,
      event: 'message_rendered',
      message,
      comms,
      audience,
      phase,
      template,
      subject: subjectOf(text),
      file,
      sha256: createHash('sha256').update(text).digest('hex'),
      channels,
    })
    if (nextUpdateAt !== undefined)
      log.append({ ...statement, event: 'update_promised', audience, dueAt: nextUpdateAt })
    return message
  })
}

function keep(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true })
  renameSync(`${file}.new`, file)
  syncDirectory(path.dirname(file))
}

async function copyHere({ around, directory, comms, text }: Draft, message: string, io: Io): Promise<void> {
  const result = await copyToClipboard(text)
  const statement: Statement = { ...statementOf({}, around.operator) }
  const common = { ...statement, message, comms, channel: CLIPBOARD_CHANNEL, attempt: 1 }
  await changeIncident(around, path.basename(directory), ({ append }) =>
    result.kind === 'sent'
      ? append({ ...common, event: 'message_sent', receipt: result.receipt })
      : append({ ...common, event: 'message_failed', text: result.reason, retryAt: null }),
  )
  io.out(
    result.kind === 'sent'
      ? `On the clipboard: ${result.receipt}.`
      : `Not on the clipboard: ${result.reason}.`,
  )
}
