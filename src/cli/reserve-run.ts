import { newRunId } from '../journal/run-directory.ts'
import { runsFolder } from '../journal/runs-folder.ts'
import { lockRun } from './lock-holder.ts'
import type { LockRequest } from './lock-holder.ts'
import type { Reserved } from './run-session.ts'

type Wanted = Pick<LockRequest, 'runbook' | 'environment' | 'operator' | 'takeOver'>

/** Takes the lock of a run that needs a while until it begins. */
export async function reserveRun(root: string, wanted: Wanted): Promise<Reserved> {
  const runs = runsFolder(root, process.env)
  const run = newRunId(wanted.runbook, new Date())
  return { run, lock: await lockRun({ ...wanted, runs, run, resuming: false }) }
}
