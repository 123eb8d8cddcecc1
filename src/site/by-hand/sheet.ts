import type { EstimatedEvent } from '../../model/estimated-event.ts'

/** What one person noted while working through one version of a runbook. Times are RFC 3339 with the person's offset. */
export type Sheet = {
  actor: string
  /** When the clock against the objective was started. */
  clockAt?: string | undefined
  note: string
  noteAt?: string | undefined
  steps: Record<string, Mark>
}

export type Result = 'passed' | 'failed' | 'skipped'
export type Mark = {
  startedAt?: string | undefined
  finishedAt?: string | undefined
  result?: Result | undefined
  /** Of a decision. */
  choice?: string | undefined
  note: string
  noteAt?: string | undefined
}

export const EMPTY: Sheet = { actor: '', note: '', steps: {} }
const UNMARKED: Mark = { note: '' }

export function markOf(sheet: Sheet, id: string): Mark {
  return sheet.steps[id] ?? UNMARKED
}

export function withMark(sheet: Sheet, id: string, change: Partial<Mark>): Sheet {
  return { ...sheet, steps: { ...sheet.steps, [id]: { ...markOf(sheet, id), ...change } } }
}

export function isEmpty(sheet: Sheet): boolean {
  return sheet.clockAt === undefined && sheet.note === '' && Object.keys(sheet.steps).length === 0
}

/** `2026-03-29T02:14:09.120+02:00`: this moment as the person's own clock shows it. */
export function rfc3339(date: Date): string {
  const offset = -date.getTimezoneOffset()
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1)
  const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')
  const minutes = String(Math.abs(offset) % 60).padStart(2, '0')
  return offset === 0 ? `${local}Z` : `${local}${offset < 0 ? '-' : '+'}${hours}:${minutes}`
}

/** The same day at another time of day, `HH:MM` or `HH:MM:SS`. */
export function atTimeOfDay(moment: string, time: string): string {
  const [hours, minutes, seconds] = time.split(':').map(Number)
  const date = new Date(moment)
  date.setHours(hours ?? 0, minutes ?? 0, seconds ?? 0, 0)
  return rfc3339(date)
}

/** `HH:MM:SS` on the person's clock. */
export function timeOfDay(moment: string): string {
  return rfc3339(new Date(moment)).slice(11, 19)
}

export type Subject = { runbook: string; digest: string; titleOf: (id: string) => string }

/** The sheet as events for the timeline of an incident, oldest first. */
export function eventsOf(sheet: Sheet, subject: Subject): EstimatedEvent[] {
  const { actor } = sheet
  const { runbook, digest, titleOf } = subject
  const head = { v: 1, runbook, digest, precision: 'estimated', actor } as const
  const events: EstimatedEvent[] = []
  if (sheet.clockAt !== undefined)
    events.push({ ...head, kind: 'note', at: sheet.clockAt, text: 'The clock was started' })
  for (const [step, mark] of Object.entries(sheet.steps)) {
    const title = titleOf(step)
    const { startedAt, finishedAt, result, choice } = mark
    if (startedAt !== undefined)
      events.push({ ...head, kind: 'step_started', at: startedAt, step, text: `${title}: started` })
    if (finishedAt !== undefined && choice !== undefined)
      events.push({ ...head, kind: 'decision', at: finishedAt, step, choice, text: `${title} ${choice}` })
    else if (finishedAt !== undefined && result !== undefined)
      events.push({
        ...head,
        kind: `step_${result}`,
        at: finishedAt,
        step,
        text: `${title}: ${WORD[result]}`,
      })
    if (mark.note !== '' && mark.noteAt !== undefined)
      events.push({ ...head, kind: 'note', at: mark.noteAt, step, text: mark.note })
  }
  if (sheet.note !== '' && sheet.noteAt !== undefined)
    events.push({ ...head, kind: 'note', at: sheet.noteAt, text: sheet.note })
  return events.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

const WORD: Record<Result, string> = { passed: 'done', failed: 'failed', skipped: 'skipped' }
