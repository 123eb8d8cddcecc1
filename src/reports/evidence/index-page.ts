import { formatDuration } from '../../model/duration.ts'
import type { Framework } from '../../model/framework.ts'
import { visible } from '../escape.ts'
import type { ControlCoverage, Period } from './coverage.ts'
import type { PopulationRow } from './population.ts'
import type { EvidenceRecord } from './records.ts'

export type IndexData = {
  framework: Framework
  period: Period
  createdAt: string
  commit: string
  coverage: readonly ControlCoverage[]
  population: readonly PopulationRow[]
  records: readonly EvidenceRecord[]
}

/** The readable index of a bundle: one page without script, fonts or addresses of others. */
export function indexPage(data: IndexData): string {
  const { framework, period, createdAt, commit, coverage, population, records } = data
  const title = `Evidence for ${framework.title}, ${period.from} to ${period.to}`
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title><style>${STYLE}</style></head>
<body>
<h1>${escape(title)}</h1>
<p>Made on ${escape(createdAt)} from commit <code>${escape(commit)}</code>. The map of controls is of ${escape(framework.version)}, written down on ${escape(framework.asOf)}; <a href="${escape(framework.url)}">the text itself</a> decides.</p>
<p><strong>These records support the controls named here. Whether they are enough is for the reader to judge.</strong> <code>node verify.mjs</code> in this folder checks that nothing was changed; it needs neither network nor packages.</p>
<h2>Controls</h2>
${table(['control', 'about', 'supported by', 'records', 'newest', 'age', 'gap'], coverage.flatMap(controlRows))}
<h2>Population of drills</h2>
<p>Every drill of the period, the failed ones included: ${population.length}, of which ${population.filter(({ verdict }) => verdict === 'passed').length} passed.</p>
${table(['run', 'began', 'verdict', 'RTO', 'RPO', 'lost', 'objective approved', 'before the drill?', 'plan at that time'], population.map(populationCells))}
<h2>Records</h2>
${table(['kind', 'of', 'what', 'how it ended', 'where'], records.map(recordCells))}
</body>
</html>
`
}

function controlRows({ id, title, support }: ControlCoverage): string[][] {
  return support.map(({ what, count, newest, ageDays, gap }, index) => [
    index === 0 ? escape(id) : '',
    index === 0 ? escape(title) : '',
    escape(what),
    String(count),
    newest ? escape(newest.title) : '—',
    ageDays === undefined ? '—' : `${ageDays} days`,
    gap === undefined ? 'none' : `<strong>${escape(gap)}</strong>`,
  ])
}

function populationCells(row: PopulationRow): string[] {
  const { objective, commit } = row
  return [
    `<code>${escape(row.run)}</code>${row.published ? '' : ' (not published)'}`,
    escape(row.startedAt),
    row.verdict === 'passed' ? 'passed' : `<strong>${escape(row.verdict)}</strong>`,
    measured(row.rtoMs),
    measured(row.rpoMs),
    row.lost === null ? 'not measured' : String(row.lost),
    objective
      ? `${escape(objective.approvedAt)} by ${escape(objective.approvedBy)}: RTO ${formatDuration(objective.rtoMs)}, RPO ${formatDuration(objective.rpoMs)}`
      : 'none',
    row.approval === 'before' ? 'yes' : `<strong>${escape(row.approval)}</strong>`,
    commit
      ? `<code>${escape(commit.hash.slice(0, 12))}</code> of ${escape(commit.at)}${commit.holdsObjective ? ' holds this objective' : ' <strong>holds another objective</strong>'}`
      : 'no commit before it',
  ]
}

function recordCells({ kind, at, title, verdict, file }: EvidenceRecord): string[] {
  return [kind, escape(at.slice(0, 10)), escape(title), escape(verdict), `<code>${escape(file)}</code>`]
}

function measured(ms: number | null): string {
  return ms === null ? 'not measured' : formatDuration(ms)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p>There are none.</p>'
  return `<table><thead>${line('th', head)}</thead><tbody>\n${rows.map((row) => line('td', row)).join('\n')}\n</tbody></table>`
}

function line(tag: string, cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`
}

function escape(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;font-size:.9em}th,td{border:1px solid #8888;padding:.3em .5em;text-align:start;vertical-align:top;overflow-wrap:break-word}
code{font-size:.92em;overflow-wrap:anywhere}tr{break-inside:avoid}@page{size:A4 landscape;margin:12mm}
@media(max-width:48rem){table{display:block;overflow-x:auto}td{min-width:6em}}@media print{body{font-size:9pt;margin:0;max-width:none}}`
