import path from 'node:path'
import { incidentsFolder } from '../../journal/incident-directory.ts'
import { requireJournal } from '../../journal/read.ts'
import { findRun } from '../../journal/find-run.ts'
import { journalFile } from '../../journal/run-directory.ts'
import { OperatorError } from '../../model/problem.ts'
import type { ExitName } from '../../model/exit-code.ts'
import type { IncidentEvent } from '../../model/incident-event.ts'
import type { Io } from '../command.ts'
import { changeIncident, incidents } from './choose.ts'
import type { Surroundings } from './choose.ts'
import { oneArgument } from '../arguments.ts'
import { readOptions, required, said } from './options.ts'
import type { Statement } from './statement.ts'
import { report } from './tell.ts'

export async function attach(argv: string[], io: Io): Promise<ExitName> {
  const { values, positionals } = readOptions('attach', argv, {})
  const { statement, ...around } = said(values)
  const directory = findRun(around.runs, oneArgument('incident', positionals, 'run'))
  report(await attachRun(around, values.incident, directory, statement), values, io)
  return 'ok'
}

/** Makes a run part of the incident that is meant. It names the run by its journal's last line, and refuses one that has an incident. */
export async function attachRun(
  around: Surroundings,
  wanted: string | undefined,
  directory: string,
  statement: Statement,
): Promise<IncidentEvent> {
  const file = journalFile(directory)
  const journal = requireJournal(file)
  const [first] = journal.events
  if (first?.event !== 'run-started')
    throw new OperatorError('usage', {
      file,
      message: 'nothing was recorded in this run: it cannot be attached',
    })
  return await changeIncident(around, wanted, ({ append }) => {
    refuseSecondIncident(around.runs, first.run)
    const { seq: line, hash: sha256 } = journal.end
    return append({
      ...statement,
      event: 'run_attached',
      run: first.run,
      runbook: first.runbook,
      line,
      sha256,
    })
  })
}

/** Under the lock of all incidents: nobody attaches it elsewhere meanwhile. */
function refuseSecondIncident(runs: string, run: string): void {
  for (const { id, runs: attached } of incidents(runs)) {
    const known = attached.find((one) => one.run === run)
    if (!known) continue
    throw new OperatorError('refused', {
      file: journalFile(path.join(incidentsFolder(runs), id)),
      line: known.seq,
      message: `${run} belongs to ${id} already: a run has one incident, and nothing was recorded`,
      hint: `npm run incident detach ${run} -- --incident ${id} --text "why"`,
    })
  }
}

export async function detach(argv: string[], io: Io): Promise<ExitName> {
  const { values, positionals } = readOptions('detach', argv, { text: { type: 'string' } })
  const { statement, ...around } = said(values)
  const run = oneArgument('incident', positionals, 'run')
  const text = required('detach', 'text', values.text)
  const event = await changeIncident(around, values.incident, ({ state, append }) => {
    const known = state.runs.find((one) => one.run === run || one.run.endsWith(run))
    if (known) return append({ ...statement, event: 'run_detached', run: known.run, text })
    throw new OperatorError('usage', {
      message: `${run} is not part of ${state.id}: nothing was recorded`,
      hint:
        state.runs.length === 0 ? 'No run is.' : `Attached: ${state.runs.map(({ run }) => run).join(', ')}`,
    })
  })
  report(event, values, io)
  return 'ok'
}
