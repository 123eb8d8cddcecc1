import { Temporal } from 'temporal-polyfill'
import { MOMENTS } from '../../model/incident-event.ts'
import type { Moment } from '../../model/incident-event.ts'
import type { Problem } from '../../model/problem.ts'
import { redact } from '../declare-secrets.ts'

/** One note from paper: wall time of a zone, or an instant, and words. */
export type PaperNote = {
  line: number
  event: Moment
  occurredAt: string
  until: string | undefined
  text: string
}

const DAY = /^(\d{4}-\d{2}-\d{2})$/
const TIME = String.raw`\d{1,2}:\d{2}(?::\d{2})?`
/** RFC 3339, its T included: without it `-04:12` would be the end of a range. */
const INSTANT = new RegExp(String.raw`^(\d{4}-\d{2}-\d{2})T(${TIME})(Z|[+-]\d{2}:\d{2})\s+(\S.*)$`)
const WALL = new RegExp(
  String.raw`^(?:(\d{4}-\d{2}-\d{2})[ T])?(${TIME})(?:\s*(?:-|–|to)\s*(${TIME}))?\s+(\S.*)$`,
)
const KIND = new RegExp(`^(${MOMENTS.join('|')}): *(\\S.*)$`)

/**
 * Reads notes: `14:05 text`, `14:05-14:10 text`, `2026-03-29 02:14 detected: text`, a day on a line of its own for what follows, `#` for
 * comments. Times are wall times of the zone unless they carry an offset. Every line that is not one is a problem with its place.
 */
export function readPaperNotes(
  text: string,
  file: string,
  defaults: { date: string | undefined; zone: string | undefined },
): { notes: PaperNote[]; problems: Problem[] } {
  const notes: PaperNote[] = []
  const problems: Problem[] = []
  let { date } = defaults
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const content = raw.trim()
    if (content === '' || content.startsWith('#')) continue
    const at = { file, line: index + 1 }
    if (DAY.test(content)) {
      date = content
      continue
    }
    const read = readNote(content, { date, zone: defaults.zone })
    if (typeof read === 'string') problems.push({ ...at, message: read, hint: HINT })
    else notes.push({ line: at.line, ...read })
  }
  return { notes, problems }
}

const HINT =
  'A line is "14:05 what happened", "14:05-14:10 …", or "2026-03-29 02:14 detected: …"; see docs/guide/incidents.md.'

const QUOTED_LENGTH = 40

function readNote(
  content: string,
  defaults: { date: string | undefined; zone: string | undefined },
): Omit<PaperNote, 'line'> | string {
  const read = INSTANT.exec(content) ?? WALL.exec(content)
  const [, day = defaults.date, time = '', more, words = ''] = read ?? []
  // Before it is cut: half of a secret is known to nobody as one.
  if (words === '')
    return `is no note: expected a time and words, got "${redact(content).slice(0, QUOTED_LENGTH)}"`
  if (day === undefined) return `has no day: write it on a line before, or give --date`
  const isOffset = INSTANT.test(content)
  const where = { offset: isOffset ? more : undefined, zone: defaults.zone }
  const times = span(day, time, isOffset ? undefined : more, where)
  if ('problem' in times) return times.problem
  const [, kind, rest] = KIND.exec(words) ?? []
  const event = MOMENTS.find((one) => one === kind) ?? 'note'
  return { event, ...times, text: rest ?? words }
}

type Where = { offset: string | undefined; zone: string | undefined }

function span(
  day: string,
  time: string,
  end: string | undefined,
  where: Where,
): Pick<PaperNote, 'occurredAt' | 'until'> | { problem: string } {
  const begun = instantOf(day, time, where)
  if ('problem' in begun) return begun
  if (end === undefined) return { occurredAt: begun.at, until: undefined }
  const ended = instantOf(day, end, where)
  if ('problem' in ended) return ended
  if (ended.at < begun.at) return { problem: `ends at ${end}, before it began at ${time}` }
  return { occurredAt: begun.at, until: ended.at }
}

/** An ambiguous wall time means its first occurrence; one that the clocks skipped is refused. */
function instantOf(day: string, time: string, { offset, zone }: Where): { at: string } | { problem: string } {
  const wall = `${day}T${time.padStart(time.length === 4 || time.length === 7 ? time.length + 1 : 0, '0')}`
  try {
    if (offset !== undefined) return { at: toMilliseconds(Temporal.Instant.from(`${wall}${offset}`)) }
    if (zone === undefined)
      return { problem: `has a wall time, and the zone is not known: give --zone Europe/Berlin` }
    const plain = Temporal.PlainDateTime.from(wall)
    const zoned = plain.toZonedDateTime(zone, { disambiguation: 'earlier' })
    if (!zoned.toPlainDateTime().equals(plain))
      return { problem: `${day} ${time} does not exist in ${zone}: the clocks were put forward` }
    return { at: toMilliseconds(zoned.toInstant()) }
  } catch (error) {
    return {
      problem: `${day} ${time} is no time${zone === undefined ? '' : ` in ${zone}`}: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}

function toMilliseconds(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'millisecond' })
}
