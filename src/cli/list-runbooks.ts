import { runbookIds } from '../document/plan.ts'
import { loadRunbook } from '../document/load.ts'
import type { ExitName } from '../model/exit-code.ts'
import { table } from '../reports/summary.ts'
import type { Io } from './command.ts'
import { projectRoot } from './project-root.ts'

/** Every runbook with its title; one that cannot be read says so. */
export function listRunbooks(io: Io): ExitName {
  const root = projectRoot()
  const rows = runbookIds(root).map((id) => {
    const { runbook, problems } = loadRunbook(root, id)
    return runbook
      ? [id, runbook.severity, runbook.title]
      : [id, '—', `has ${problems.length} mistakes: npm run check ${id}`]
  })
  for (const line of table(rows)) io.out(line)
  return 'ok'
}
