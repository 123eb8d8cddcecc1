import path from 'node:path'
import { foldAll } from '../journal/fold.ts'
import type { RunState } from '../journal/fold.ts'
import { readJournal } from '../journal/read.ts'
import { journalFile, listRuns } from '../journal/run-directory.ts'
import type { Lab } from '../lab/index.ts'
import { OperatorError } from '../model/problem.ts'
import { recordedAddress } from './environment.ts'

/** A run that is not finished would have nothing to go on with in another lab. */
export async function refuseToLose(lab: Lab, reason: string, runs: string): Promise<void> {
  const addresses = new Set(Object.values(await lab.targets()).map(recordedAddress))
  const state = listRuns(runs)
    .reverse()
    .map((id) => stateOf(path.join(runs, id)))
    .find((state) => state !== undefined && isHeldBy(state, addresses))
  if (state === undefined) return
  const { name } = lab.options
  throw new OperatorError('refused', {
    message: `the lab '${name}' is ${reason}, and would have to be built anew; the run ${state.run} of ${state.runbook} by ${state.operator} is not finished in it`,
    hint: `Go on with that run: npm run resume ${state.run}\n    If it is not needed any more, take the lab down first: npm run lab -- down --name ${name}`,
  })
}

/** Undefined when there is nothing to go on with: a damaged journal is refused by resume. */
function stateOf(directory: string): RunState | undefined {
  const { events, problems } = readJournal(journalFile(directory))
  return events.length === 0 || problems.length > 0 ? undefined : foldAll(events)
}

/** By addresses: ports are chosen free, so an earlier lab of the same name had others. A rehearsal has nothing to lose. */
function isHeldBy({ status, sealed, mode, started }: RunState, addresses: ReadonlySet<string>): boolean {
  if (mode === 'rehearsal' || (status === 'finished' && sealed)) return false
  const recorded = Object.values(started?.targets ?? {})
  return recorded.length > 0 && recorded.every(({ address }) => addresses.has(address))
}
