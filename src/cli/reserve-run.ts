import { newRunId } from '../journal/run-directory.ts'
import { runsFolder } from '../journal/runs-folder.ts'
import { OperatorError } from '../model/problem.ts'
import { lockRun } from './lock-holder.ts'
import type { LockRequest } from './lock-holder.ts'
import type { Reserved } from './run-session.ts'

type Wanted = Pick<LockRequest, 'runbook' | 'environment' | 'operator' | 'takeOver'>

/** Takes the lock of a run that needs a while until it begins. */
export async function reserveRun(root: string, wanted: Wanted): Promise<Reserved> {
  const runs = runsFolder(root, process.env)
  const run = newRunId(wanted.runbook, new Date())
  try {
    return { run, lock: await lockRun({ ...wanted, runs, run, resuming: false }) }
  } catch (error) {
    throw unwritable(error, runs)
  }
}

/** The preflight, which looks at this folder otherwise, comes later. */
function unwritable(error: unknown, runs: string): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error
  return new OperatorError('refused', {
    message: `the run cannot be locked in ${runs}, expected a folder that you may write to: ${error.message}`,
    hint: 'Free some space, or set DRILLBOOK_RUNS to a folder you may write to.',
  })
}
