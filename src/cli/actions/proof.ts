import path from 'node:path'
import { foldAll } from '../../journal/fold.ts'
import { requireJournal } from '../../journal/read.ts'
import { findRun } from '../../journal/find-run.ts'
import { journalFile } from '../../journal/run-directory.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { verifyRun } from '../../journal/verify.ts'
import type { ActionItem } from '../../model/action-item.ts'
import { OperatorError } from '../../model/problem.ts'
import { objectivesMet } from '../../reports/summary.ts'
import { checkSignatures } from '../check-signatures.ts'

/** The run that proves an item: it exists, verifies, passed, and began after the item was opened. Returns its id. */
export async function provingRun(root: string, wanted: string, item: ActionItem): Promise<string> {
  const directory = findRun(runsFolder(root, process.env), wanted)
  const file = journalFile(directory)
  const { problems } = verifyRun(directory)
  const signatures = await checkSignatures(directory, { allowedSigners: undefined, required: false })
  if (problems.length + signatures.problems.length > 0)
    throw new OperatorError('damaged', [...problems, ...signatures.problems])
  const state = foldAll(requireJournal(file).events)
  const refuse = (message: string): never => {
    throw new OperatorError('refused', {
      file,
      message: `${state.run} proves nothing about ${item.id}: ${message}`,
    })
  }
  if (state.status !== 'finished' || state.result !== 'succeeded')
    refuse(`it ${state.result ?? 'is not finished'}`)
  if (state.fault && objectivesMet(state) !== true) refuse('it did not meet its objectives')
  if (state.startedAt.slice(0, 10) < item.opened)
    refuse(`it began before the item was opened on ${item.opened}`)
  if (item.runbook !== undefined && state.runbook !== item.runbook)
    refuse(`the item is about ${item.runbook}, the run is of ${state.runbook}`)
  if (item.step !== undefined && state.steps.get(item.step)?.status !== 'done')
    refuse(`the step ${item.step} is not done in it`)
  return path.basename(directory)
}
