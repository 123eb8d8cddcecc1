import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readEstimatedEvents } from '../../model/estimated-event.ts'
import type { EstimatedEvent } from '../../model/estimated-event.ts'
import type { EventSource, IncidentEventBody } from '../../model/incident-event.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Problem } from '../../model/problem.ts'
import type { ExitName } from '../../model/exit-code.ts'
import { oneArgument } from '../arguments.ts'
import type { Io } from '../command.ts'
import { redact } from '../declare-secrets.ts'
import { declareKnownSecrets } from '../known-secrets.ts'
import { changeIncident } from './choose.ts'
import type { IncidentLog } from './log.ts'
import { readOptions, said } from './options.ts'
import { readPaperNotes } from './paper-notes.ts'
import type { PaperNote } from './paper-notes.ts'
import { report } from './tell.ts'

const FUTURE_MS = 60_000

/** Brings in what was noted elsewhere, all of it or, when any line is wrong, nothing. */
export async function importNotes(argv: string[], io: Io): Promise<ExitName> {
  const { values, positionals } = readOptions('import', argv, {
    date: { type: 'string' },
    zone: { type: 'string' },
  })
  const name = oneArgument('incident', positionals, 'file')
  const { statement, ...around } = said(values)
  const bytes = readGiven(name)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  // A line that is refused is quoted.
  await declareKnownSecrets(around.root)
  const sourceOf = (line: number): EventSource => ({ kind: 'file', file: path.basename(name), line, sha256 })
  const bodies = readBodies(name, bytes, values, { actor: statement.actor, sourceOf })
  const events = await changeIncident(around, values.incident, (log) => {
    const fresh = bodies.filter(({ source }) => !isKnown(log, source))
    if (fresh.length === 0)
      throw new OperatorError('usage', {
        file: name,
        message: `was brought into ${log.state.id} before: nothing was recorded`,
      })
    keepStatement({ name, bytes, sha256 }, log.file)
    return fresh.map((body) => log.append(body))
  })
  if (values.json === true) for (const event of events) report(event, values, io)
  else io.out(`${events.length} events of ${name} recorded in ${events[0]?.of}, ${precisions(bodies)}.`)
  return 'ok'
}

function precisions(bodies: readonly IncidentEventBody[]): string {
  return bodies.some(({ precision }) => precision === 'range') ? 'as estimated and ranges' : 'as estimated'
}

function readGiven(name: string): Buffer {
  try {
    return readFileSync(name)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new OperatorError('usage', { file: name, message: `cannot be read: ${why}` })
  }
}

type Attribution = { actor: string; sourceOf: (line: number) => EventSource }

function readBodies(
  file: string,
  bytes: Buffer,
  given: { date?: string; zone?: string },
  attribution: Attribution,
): IncidentEventBody[] {
  const text = bytes.toString('utf8')
  const problems: Problem[] = []
  const bodies: IncidentEventBody[] = []
  if (text.trimStart().startsWith('{')) {
    const read = readEstimatedEvents(text, file)
    problems.push(...read.problems)
    const lines = text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [index + 1]))
    if (read.problems.length === 0)
      bodies.push(...read.events.map((event, index) => fromChecklist(event, lines[index] ?? 1, attribution)))
  } else {
    const read = readPaperNotes(text, file, { date: given.date, zone: given.zone })
    problems.push(...read.problems)
    bodies.push(...read.notes.map((note) => fromPaper(note, attribution)))
  }
  problems.push(...fromTheFuture(file, bodies))
  if (problems.length === 0 && bodies.length === 0)
    problems.push({ file, line: 1, message: 'there is nothing in it' })
  if (problems.length > 0)
    throw new OperatorError('usage', [...problems, { message: 'Nothing was recorded.' }])
  return bodies
}

function fromTheFuture(file: string, bodies: readonly IncidentEventBody[]): Problem[] {
  return bodies
    .filter(({ occurredAt }) => Date.parse(occurredAt) > Date.now() + FUTURE_MS)
    .map(({ occurredAt, source }) => ({
      file,
      line: source.kind === 'file' ? source.line : 1,
      message: `${occurredAt} is in the future: is the day right?`,
    }))
}

function fromPaper(
  { line, event, occurredAt, until, text }: PaperNote,
  { actor, sourceOf }: Attribution,
): IncidentEventBody {
  const time =
    until === undefined
      ? { occurredAt, precision: 'estimated' as const }
      : { occurredAt, until, precision: 'range' as const }
  return { ...time, actor, source: sourceOf(line), event, text }
}

function fromChecklist(
  event: EstimatedEvent,
  line: number,
  { actor, sourceOf }: Attribution,
): IncidentEventBody {
  const { at: occurredAt, precision, text, runbook, digest } = event
  const common = {
    occurredAt,
    precision,
    text,
    actor: event.actor === '' ? actor : event.actor,
    source: sourceOf(line),
    runbook,
  }
  if (event.kind === 'decision')
    return { ...common, event: event.kind, step: event.step, choice: event.choice }
  if (event.kind !== 'note') return { ...common, event: event.kind, step: event.step, digest }
  return { ...common, event: 'note', ...(event.step === undefined ? {} : { step: event.step }) }
}

/** A line that was recorded before a crash is not recorded again. */
function isKnown({ events }: IncidentLog, source: EventSource): boolean {
  return events.some(
    (event) =>
      source.kind === 'file' &&
      event.source.kind === 'file' &&
      event.source.sha256 === source.sha256 &&
      event.source.line === source.line,
  )
}

type Given = { name: string; bytes: Buffer; sha256: string }

/** The statement stays with the incident: byte for byte, unless it holds a secret. Its name has the hash of the file as it came. */
function keepStatement({ name, bytes, sha256 }: Given, journal: string): void {
  const folder = path.join(path.dirname(journal), 'imported')
  const file = path.join(folder, `${sha256.slice(0, 12)}-${redact(path.basename(name))}`)
  const text = bytes.toString('utf8')
  const clean = redact(text)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.new`, clean === text ? bytes : clean, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
