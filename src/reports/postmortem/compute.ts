import { foldAll } from '../../journal/fold.ts'
import type { RunState } from '../../journal/fold.ts'
import type { ActionItem } from '../../model/action-item.ts'
import { formatDuration } from '../../model/duration.ts'
import { reasonOf } from '../../model/outcome.ts'
import type { PostmortemMatter } from '../../model/postmortem.ts'
import type { PostmortemData } from './data.ts'
import { lossOf, measuredOf, metricsOf } from './metrics.ts'
import type { Loss, Metric } from './metrics.ts'
import { MOMENTS, momentsOf, runRows, timelineOf } from './rows.ts'
import type { MomentName, TimelineRow } from './rows.ts'
import type { Cite, RunSource } from './sources.ts'
import { endText } from '../summary.ts'

export const NOT_MEASURED = 'not measured'
const MOST_OUTPUT_LINES = 20_000

/** What people have said of it: from the front matter, or from the command line the first time. */
export type Told = Pick<
  PostmortemMatter,
  'title' | 'kind' | 'severity' | 'services' | 'impact' | 'actions'
> & {
  /** A name for people. */
  owner: string
}
export type Computed = {
  data: PostmortemData
  measured: PostmortemMatter['measured']
  startedAt: string
  endedAt: string | null
}
/** Rows of another journal than a run's: an incident's. */
export type MoreRows = { rows: readonly TimelineRow[]; startedAt?: string; endedAt?: string | null }

/** Everything a post-mortem says that nobody has to write. Pure: the same journals give the same document. */
export function computePostmortem(
  told: Told,
  runs: readonly RunSource[],
  more: MoreRows = { rows: [] },
): Computed {
  const ofRuns = runs.flatMap(runRows)
  const rows = timelineOf([...ofRuns, ...more.rows])
  const moments = momentsOf(ofRuns, more.rows)
  const loss = lossOf(runs)
  const metrics = metricsOf(runs, moments)
  const states = runs.map(({ lines }) => foldAll(lines.map(({ event }) => event)))
  const startedAt = more.startedAt ?? rows[0]?.at ?? new Date(0).toISOString()
  const endedAt = more.endedAt === undefined ? endOf(states) : more.endedAt
  const { title, owner, kind, severity, services } = told
  const data: PostmortemData = {
    title,
    owner,
    kind,
    isDrill: kind === 'drill',
    isExercise: kind === 'exercise',
    severity,
    services,
    overview: states.map(overviewOf).join(' '),
    startedAt: instant(startedAt),
    endedAt: endedAt === null ? 'not recorded' : instant(endedAt),
    runs: runs.map(shownRun),
    impact: impactOf(told, loss),
    moments: momentRows(moments),
    metrics: metrics.map(shownMetric),
    timeline: rows.map(({ at, precision, actor, kind: of, what, cite }) => ({
      at: instant(at),
      precision,
      actor,
      kind: of,
      what,
      source: sourceOf(cite),
    })),
    skipped: runs.flatMap(skippedOf),
    estimatesKnown: runs.every(({ expected }) => expected !== undefined),
    estimates: runs.flatMap((run, index) => estimatesOf(run, states[index])),
    rollbacks: runs.flatMap(rollbacksOf),
    failures: runs.flatMap(failuresOf),
    actions: told.actions.map(shownAction),
  }
  return { data, measured: measuredOf(metrics, loss), startedAt, endedAt }
}

function endOf(states: readonly RunState[]): string | null {
  const ends = states.map(({ status, lastAt }) => (status === 'finished' ? lastAt : ''))
  return ends.length === 0 || ends.includes('') ? null : (ends.toSorted().at(-1) ?? null)
}

/** `2026-11-21 04:45:33.657 UTC` */
function instant(at: string): string {
  return `${new Date(at).toISOString().slice(0, 23).replace('T', ' ')} UTC`
}

function sourceOf({ journal, line, hash }: Cite): PostmortemData['timeline'][number]['source'] {
  return {
    label: `line ${line}`,
    href: `${journalHref(journal)}#L${line}`,
    journal,
    line,
    hash,
    shortHash: hash.slice(0, 12),
  }
}

/** From the document to the journal published beside it. */
function journalHref(journal: string): string {
  return `./journals/${encodeURIComponent(journal)}/journal.ndjson`
}

function overviewOf(state: RunState): string {
  const { runbook, environment, mode, operator, fault, started } = state
  const what = `${operator || 'Somebody'} ran ${runbook || 'a runbook'} in ${environment || 'an environment that is not recorded'} (${mode})`
  const after = fault ? ` after the fault ${fault.fault} on ${fault.on}` : ''
  const end =
    state.status === 'finished'
      ? `${endText(state.result, state.reason)}.`
      : `The run never finished${state.reason === '' ? '' : ` (last: ${state.reason})`}.`
  return `${what}${after}. ${started ? '' : 'Its first line is not there. '}${end}`
}

function shownRun({ id, lines }: RunSource): PostmortemData['runs'][number] {
  const state = foldAll(lines.map(({ event }) => event))
  const { runbook, title, environment, mode, operator, reason, digest } = state
  return {
    id,
    runbook,
    title,
    environment,
    mode,
    operator,
    result: state.status === 'finished' ? (state.result ?? 'ended') : 'not finished',
    reason,
    digest,
    lines: lines.length,
    head: lines.at(-1)?.cite.hash ?? '',
    href: journalHref(id),
  }
}

function impactOf({ impact }: Told, loss: Loss | undefined): PostmortemData['impact'] {
  const figure = (value: number | null | undefined): string => (value == null ? NOT_MEASURED : String(value))
  const { measurement } = loss ?? {}
  const perSecond = measurement?.writesPerSecond
  return {
    acknowledged: figure(measurement?.acknowledged),
    lost: figure(measurement?.lost),
    indeterminate: figure(measurement?.indeterminate),
    recovered: figure(measurement?.recovered),
    load: perSecond == null ? NOT_MEASURED : `${perSecond.toFixed(0)} writes/s before the fault`,
    replication: measurement?.replication ?? 'not known',
    users: impact?.users ?? NOT_MEASURED,
    requestsFailed: figure(impact?.requestsFailed),
    supportTickets: figure(impact?.supportTickets),
    source: loss ? sourceOf(loss.cite) : null,
  }
}

function momentRows(moments: ReadonlyMap<MomentName, TimelineRow>): PostmortemData['moments'] {
  return MOMENTS.map(([name, label]) => {
    const row = moments.get(name)
    return {
      name: label,
      at: row ? instant(row.at) : NOT_MEASURED,
      precision: row?.precision ?? '',
      source: row ? sourceOf(row.cite) : null,
    }
  })
}

function shownMetric({
  name,
  definition,
  ms,
  cites,
  objectiveMs,
}: Metric): PostmortemData['metrics'][number] {
  return {
    name,
    definition,
    value: ms === null ? NOT_MEASURED : formatDuration(ms),
    objective: objectiveMs === null ? '—' : formatDuration(objectiveMs),
    sources: cites.map(sourceOf),
  }
}

function skippedOf({ lines }: RunSource): PostmortemData['skipped'] {
  return lines.flatMap(({ event, cite }) => {
    if (event.event !== 'step-skipped') return []
    return [
      {
        step: event.step,
        reason: event.reason || 'no reason was given',
        by: event.by,
        source: sourceOf(cite),
      },
    ]
  })
}

function estimatesOf({ expected }: RunSource, state: RunState | undefined): PostmortemData['estimates'] {
  return [...(state?.steps ?? [])].map(([step, { status, durationMs, waitedMs }]) => {
    const estimate = expected?.get(step)
    const known = estimate !== undefined && durationMs !== undefined
    return {
      step,
      status,
      estimate: estimate === undefined ? '—' : formatDuration(estimate),
      actual: durationMs === undefined ? NOT_MEASURED : formatDuration(durationMs),
      difference: known ? difference(durationMs - estimate) : '—',
      waited: waitedMs > 0 ? formatDuration(waitedMs) : '—',
    }
  })
}

function difference(ms: number): string {
  return `${formatDuration(Math.abs(ms))} ${ms > 0 ? 'longer' : 'shorter'}`
}

function rollbacksOf({ lines }: RunSource): PostmortemData['rollbacks'] {
  return lines.flatMap(({ event, cite }) => {
    if (event.event !== 'step-rollback-finished') return []
    const { step, result, reason, durationMs } = event
    return [{ step, result, reason, took: formatDuration(durationMs), source: sourceOf(cite) }]
  })
}

function failuresOf({ lines, output }: RunSource): PostmortemData['failures'] {
  const started = new Map(
    lines.flatMap(({ event }) => (event.event === 'fence-started' ? [[event.job, event] as const] : [])),
  )
  return lines.flatMap(({ event, cite }) => {
    if (event.event !== 'fence-finished' || event.outcome.kind === 'ok') return []
    const fence = started.get(event.job)
    const kept = output(event.job)
    return [
      {
        step: event.step,
        role: fence?.role ?? 'not known',
        place: fence?.place ?? 'not known',
        outcome: `${event.outcome.kind}: ${reasonOf(event.outcome)}`,
        outputKept: kept !== undefined && kept !== '',
        ...shortened(kept ?? ''),
        source: sourceOf(cite),
      },
    ]
  })
}

/** The beginning and the end of a text that no page could hold. */
function shortened(text: string): { output: string; leftOut: number } {
  const lines = text.split('\n')
  const leftOut = lines.length - MOST_OUTPUT_LINES
  if (leftOut <= 0) return { output: text, leftOut: 0 }
  const half = MOST_OUTPUT_LINES / 2
  return {
    output: [...lines.slice(0, half), `… ${leftOut} lines left out …`, ...lines.slice(-half)].join('\n'),
    leftOut,
  }
}

function shownAction(item: ActionItem): PostmortemData['actions'][number] {
  const { id, title, owner, type, priority, due, doneWhen, status, tracker, runbook, step } = item
  const concerns = runbook === undefined ? '' : step === undefined ? runbook : `${runbook} · ${step}`
  return { id, title, owner, type, priority, due, doneWhen, status, tracker: tracker ?? '', concerns }
}
