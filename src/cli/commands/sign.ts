import { readJournal } from '../../journal/read.ts'
import { findRun } from '../../journal/find-run.ts'
import { journalFile } from '../../journal/run-directory.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { OperatorError } from '../../model/problem.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import type { Command } from '../command.ts'
import { namedKey } from '../identity.ts'
import { openPlan } from '../project.ts'
import { projectRoot } from '../project-root.ts'
import { operatorName } from '../identity.ts'
import { signJournal } from '../sign-journal.ts'

const usage = `drillbook sign <run> [options]

Signs the journal of a finished run with your SSH key. For a run that could not be signed when it ended. Only somebody who operated
the run can sign it; "drillbook verify" refuses any other signature.

  --operator NAME    who you are, as in docs/plan/contacts.yaml; default: DRILLBOOK_OPERATOR or the account's name
  --key FILE         your SSH key; default: DRILLBOOK_KEY, the agent, ~/.ssh`

export const command: Command = {
  summary: 'Sign the journal of a finished run.',
  usage,
  run: async (argv, io) => {
    const options = { operator: { type: 'string' }, key: { type: 'string' } } as const
    const { values, positionals } = parseCommandLine('sign', argv, options)
    const root = projectRoot()
    const directory = findRun(runsFolder(root, process.env), oneArgument('sign', positionals, 'run'))
    const { plan } = await openPlan(root)
    const operator = operatorName(values.operator)
    const { events } = readJournal(journalFile(directory))
    const run = events.find((event) => event.event === 'run-started')?.run ?? ''
    const operators = new Set(events.map((event) => event.operator))
    if (!operators.has(operator))
      throw new OperatorError('refused', {
        message: `${operator} did not operate ${run}: ${[...operators].join(', ')} did`,
        hint: 'Say who you are: --operator NAME.',
      })
    const named = namedKey(values.key)
    const key = named === undefined ? undefined : { file: named }
    io.out(await signJournal({ directory, run, plan, operator, key }))
    return 'ok'
  },
}
