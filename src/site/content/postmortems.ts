import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { POSTMORTEMS, readPostmortems } from '../../document/postmortems.ts'
import { ageInDays, isOpen, isOverdue } from '../../model/action-item.ts'
import { deadlines } from '../../model/postmortem.ts'
import type { Measured, PostmortemMatter } from '../../model/postmortem.ts'
import type { Problem } from '../../model/problem.ts'
import { spreadOf } from '../../reports/spread.ts'
import type { Spread } from '../../reports/spread.ts'

export type PostmortemRow = Pick<
  PostmortemMatter,
  'id' | 'title' | 'status' | 'severity' | 'kind' | 'services'
> & {
  href: string
  date: string
  owner: string
  rtoMs: number | null
  lost: number | null
  openActions: number
  overdue: string[]
}
export type ActionRow = {
  title: string
  owner: string
  priority: string
  due: string
  overdue: boolean
  ageDays: number
  href: string
  report: string
  tracker?: string
}
export type Trend = { kind: string; name: string; spread: Spread | undefined; of: number }
export type PostmortemsPage = { rows: PostmortemRow[]; trends: Trend[]; actions: ActionRow[] }

const MEASURES: [key: keyof Measured, name: string][] = [
  ['ttdMs', 'Time to detect'],
  ['ttaMs', 'Time to acknowledge'],
  ['ttmMs', 'Time to mitigate'],
  ['resolveMs', 'Time to resolve'],
  ['rtoMs', 'RTO actual'],
  ['rpoMs', 'RPO actual'],
]

/** The list, its trends and what is still to be done. Kinds are never mixed: a drill says nothing of an incident. */
export function postmortemsPage(
  root: string,
  names: (person: string) => string,
  now: Date,
): { page: PostmortemsPage; problems: Problem[] } {
  const read = readPostmortems(root)
  const matters = read.flatMap(({ postmortem }) => (postmortem ? [postmortem.matter] : [])).toReversed()
  const kinds = [...new Set(matters.map(({ kind }) => kind))]
  return {
    problems: read.flatMap(({ problems }) => problems),
    page: {
      rows: matters.map((matter) => row(matter, names, now)),
      trends: kinds.flatMap((kind) => trendsOf(kind, matters)),
      actions: matters
        .flatMap((matter) => actionsOf(matter, names, now))
        .toSorted((a, b) => a.due.localeCompare(b.due)),
    },
  }
}

function row(matter: PostmortemMatter, names: (person: string) => string, now: Date): PostmortemRow {
  const { id, title, status, severity, kind, services, startedAt, owner, measured, actions } = matter
  return {
    id,
    title,
    status,
    severity,
    kind,
    services,
    href: hrefOf(id),
    date: startedAt.slice(0, 10),
    owner: names(owner),
    rtoMs: measured.rtoMs,
    lost: measured.lost,
    openActions: actions.filter(isOpen).length,
    overdue: deadlines(matter, now)
      .filter(({ overdue }) => overdue)
      .map(({ what }) => what),
  }
}

function hrefOf(id: string): string {
  return `/docs/postmortems/${id}/`
}

function actionsOf(
  { id, title: report, actions }: PostmortemMatter,
  names: (person: string) => string,
  now: Date,
): ActionRow[] {
  return actions.filter(isOpen).map((item) => ({
    title: item.title,
    owner: names(item.owner),
    priority: item.priority,
    due: item.due,
    overdue: isOverdue(item, now),
    ageDays: ageInDays(item, now),
    href: hrefOf(id),
    report,
    ...(item.tracker === undefined ? {} : { tracker: item.tracker }),
  }))
}

function trendsOf(kind: string, matters: readonly PostmortemMatter[]): Trend[] {
  const ofKind = matters.filter((matter) => matter.kind === kind)
  return MEASURES.map(([key, name]) => ({
    kind,
    name,
    of: ofKind.length,
    spread: spreadOf(ofKind.flatMap(({ measured }) => measured[key] ?? [])),
  }))
}

export type JournalPage = { id: string; lines: { number: number; text: string }[] }

/** The published journals, line by line: what the rows of timelines lead to. */
export function publishedJournals(root: string): JournalPage[] {
  const folder = path.join(root, POSTMORTEMS, 'journals')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .sort()
    .map((id) => ({ id, file: path.join(folder, id, 'journal.ndjson') }))
    .filter(({ file }) => existsSync(file))
    .map(({ id, file }) => ({
      id,
      lines: readFileSync(file, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((text, index) => ({ number: index + 1, text })),
    }))
}

export function journalHref(id: string): string {
  return `/postmortems/journals/${id}/`
}
