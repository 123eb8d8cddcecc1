import { runbookIds } from '../document/plan.ts'
import { loadRunbook } from '../document/load.ts'
import type { ExitName } from '../model/exit-code.ts'
import { mistakesText } from '../model/problem.ts'
import { table } from '../reports/summary.ts'
import type { Io } from './command.ts'
import { projectRoot } from './project-root.ts'

/** Every runbook with its title; one that cannot be read says so. As JSON, one object a line. */
export function listRunbooks(json: boolean, io: Io): ExitName {
  const root = projectRoot()
  const rows = runbookIds(root).map((id) => {
    const { runbook, problems } = loadRunbook(root, id)
    if (!runbook) return { id, mistakes: problems.length }
    const { severity, title, service } = runbook
    return { id, severity, title, service }
  })
  if (json) for (const row of rows) io.json(row)
  else for (const line of table(rows.map(cells))) io.out(line)
  return 'ok'
}

function cells(row: { id: string } & ({ mistakes: number } | { severity: string; title: string })): string[] {
  return 'mistakes' in row
    ? [row.id, '—', `has ${mistakesText(row.mistakes)}: npm run check ${row.id}`]
    : [row.id, row.severity, row.title]
}
