import type { Plan } from '../../document/plan.ts'
import { NoSuchTime } from '../../model/on-call/wall-clock.ts'
import { onCallAt } from '../../model/on-call/rota.ts'
import type { Duty, OnCall } from '../../model/on-call/rota.ts'
import { wallTime } from '../../model/on-call/wall-time.ts'
import { OperatorError, formatProblem } from '../../model/problem.ts'
import { suggest } from '../../model/suggest.ts'
import { parseCommandLine } from '../arguments.ts'
import type { Command } from '../command.ts'
import { dutyLine } from '../on-call-lines.ts'
import { openPlan } from '../project.ts'
import { projectRoot } from '../project-root.ts'

const usage = `drillbook oncall [schedule] [--at TIME] [--json]

Who is on call, until when, how to reach them, and who is next. Computed from docs/plan/contacts.yaml alone: no network.
  --at TIME  at another time, with its offset: 2026-12-24T03:00Z, 2026-12-24T03:00+01:00
  --json     one line for each schedule; times are RFC 3339

Exits with 1 when a schedule has a gap at that time: nobody is on call.`

export const command: Command = {
  summary: 'Who is on call now, or at a time.',
  usage,
  run: async (argv, io) => {
    const { values, positionals } = parseCommandLine('oncall', argv, {
      at: { type: 'string' },
      json: { type: 'boolean' },
    })
    const atMs = values.at === undefined ? Date.now() : instant(values.at)
    const { plan, problems } = await openPlan(projectRoot())
    for (const problem of problems) io.err(formatProblem(problem))
    const found = chosen(rotaOf(plan, atMs), positionals)
    if (found.length === 0) io.err('docs/plan/contacts.yaml has no on-call schedule.')
    for (const onCall of found)
      if (values.json === true) io.json(record(plan, onCall, atMs))
      else for (const line of lines(plan, onCall, atMs)) io.sentence(line, { hang: NAME_AT })
    return found.some(({ now }) => now.user === undefined) ? 'failed' : 'ok'
  },
}

/** RFC 3339, seconds may be left out. Without an offset it would mean another instant on every machine. */
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/

function instant(text: string): number {
  const ms = INSTANT.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  throw new OperatorError('usage', {
    message: `--at ${text}: expected a time with its offset`,
    hint: 'For example --at 2026-12-24T03:00Z or --at 2026-12-24T03:00+01:00',
  })
}

function rotaOf(plan: Plan, atMs: number): OnCall[] {
  try {
    return onCallAt(plan.contacts, atMs)
  } catch (error) {
    if (!(error instanceof NoSuchTime)) throw error
    throw new OperatorError('failed', {
      file: 'docs/plan/contacts.yaml',
      message: error.message,
      hint: 'npm run check names the line. Until it is mended, call by the escalation policies.',
    })
  }
}

function chosen(all: OnCall[], wanted: string[]): OnCall[] {
  const ids = all.map(({ schedule }) => schedule)
  const unknown = wanted.find((id) => !ids.includes(id))
  if (unknown !== undefined)
    throw new OperatorError('usage', {
      message: `there is no on-call schedule "${unknown}"`,
      hint: suggest(unknown, ids),
    })
  return wanted.length === 0 ? all : all.filter(({ schedule }) => wanted.includes(schedule))
}

/** The column of the names: what does not fit beside one goes on below it. */
const NAME_AT = '  now   '.length

function lines(plan: Plan, onCall: OnCall, atMs: number): string[] {
  const { title, schedule, timeZone, now, next } = onCall
  return [
    `${title} (${schedule}), ${wallTime(atMs, timeZone)} there`,
    `  now   ${dutyLine(plan, onCall, now)}`,
    ...(next ? [`  next  ${dutyLine(plan, onCall, next)}`] : []),
    '',
  ]
}

function record(plan: Plan, { schedule, title, timeZone, now, next }: OnCall, atMs: number): object {
  return {
    schedule,
    title,
    timeZone,
    at: new Date(atMs).toISOString(),
    now: duty(plan, now),
    next: next ? duty(plan, next) : null,
  }
}

function duty({ contacts }: Plan, { user, sources, fromMs, toMs }: Duty): object {
  const person = user === undefined ? undefined : contacts.people[user]
  return {
    user: user ?? null,
    name: person?.name ?? null,
    source: sources.join(', ') || null,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    methods: person?.methods.map(({ kind, value }) => ({ kind, value })) ?? [],
  }
}
