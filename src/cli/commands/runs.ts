import path from 'node:path'
import { foldAll } from '../../journal/fold.ts'
import { readJournal } from '../../journal/read.ts'
import { journalFile, listRuns } from '../../journal/run-directory.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { objectivesMet, skippedSteps, table } from '../../reports/summary.ts'
import { parseCommandLine } from '../arguments.ts'
import type { Command } from '../command.ts'
import { projectRoot } from '../project-root.ts'

const usage = `drillbook runs [--json]

Lists every run, the last one last: what it ran, where, how it ended or why it stopped.`

export const command: Command = {
  summary: 'List the runs, and those that can be resumed.',
  usage,
  run: (argv, io) => {
    const { values } = parseCommandLine('runs', argv, { json: { type: 'boolean' } })
    const runs = runsFolder(projectRoot(), process.env)
    const rows = listRuns(runs).map((id) => {
      const journal = readJournal(journalFile(path.join(runs, id)))
      const state = foldAll(journal.events)
      const status =
        journal.problems.length > 0
          ? 'damaged'
          : (state.result ?? (state.status === 'paused' ? 'paused' : 'open'))
      return {
        run: id,
        runbook: state.runbook,
        environment: state.environment,
        mode: state.mode,
        operator: state.operator,
        status,
        reason: state.reason,
        skipped: skippedSteps(state),
        objectivesMet: objectivesMet(state) ?? null,
      }
    })
    if (values.json === true) for (const row of rows) io.json(row)
    else if (rows.length === 0) io.out('There are no runs yet.')
    else
      for (const line of table([
        ['run', 'environment', 'mode', 'operator', 'status', ''],
        ...rows.map((row) => [row.run, row.environment, row.mode, row.operator, row.status, remarks(row)]),
      ]))
        io.out(line)
    return Promise.resolve('ok')
  },
}

type Remarkable = { reason: string; skipped: readonly string[]; objectivesMet: boolean | null }

/** What the status does not say. */
function remarks({ reason, skipped, objectivesMet: met }: Remarkable): string {
  const missed = met === false ? 'an objective was MISSED' : ''
  const without = skipped.length === 0 ? '' : `skipped: ${skipped.join(', ')}`
  return [reason, missed, without].filter((words) => words !== '').join('; ')
}
