import path from 'node:path'
import { onlyId } from './find-one.ts'
import { listRuns } from './run-directory.ts'

/** A run by its id, the unambiguous beginning or end of one, or `last`. */
export function findRun(runs: string, wanted: string): string {
  const words = { one: 'run', many: 'runs', hint: 'npx drillbook runs lists them.' }
  return path.join(runs, onlyId(wanted, listRuns(runs), words))
}
