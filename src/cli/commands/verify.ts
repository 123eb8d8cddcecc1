import path from 'node:path'
import { findIncident, isIncidentId } from '../../journal/incident-directory.ts'
import { verifyIncident } from '../../journal/verify-incident.ts'
import { verifyRun } from '../../journal/verify.ts'
import { findRun } from '../../journal/run-directory.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { formatProblem } from '../../model/problem.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import { checkSignatures } from '../check-signatures.ts'
import type { Command } from '../command.ts'
import { projectRoot } from '../project-root.ts'

const usage = `drillbook verify <run | incident | folder> [options]

Checks that nothing in a run was changed: the hash chain of its journal, the hash of every file that the seal names, who signed it, and
every signature in it (who operated, who approved). Works on a copy, offline. Exit code 4 when something was changed.

  --allowed-signers FILE   whose keys count, as ssh-keygen reads it; default: docs/plan/contacts.yaml. Implies --signed
  --signed                 a journal that nobody signed is a finding; the default where the policy signs journals
  --json                   findings as JSON`

const OPTIONS = {
  json: { type: 'boolean' },
  signed: { type: 'boolean' },
  'allowed-signers': { type: 'string' },
} as const

export const command: Command = {
  summary: 'Check that a journal was not changed.',
  usage,
  run: async (argv, io) => {
    const { values, positionals } = parseCommandLine('verify', argv, OPTIONS)
    const wanted = oneArgument('verify', positionals, 'run or folder')
    const directory = folderOf(wanted)
    const incident = isIncidentId(path.basename(directory))
    const chain = incident ? verifyIncident(directory) : verifyRun(directory)
    const signatures = incident
      ? { signedBy: undefined, problems: [], notes: [] }
      : await checkSignatures(directory, {
          allowedSigners: values['allowed-signers'],
          required: values.signed === true,
        })
    const problems = [...chain.problems, ...signatures.problems]
    const result = {
      ...chain,
      problems,
      notes: [...chain.notes, ...signatures.notes],
      signedBy: signatures.signedBy ?? null,
    }
    if (values.json === true) io.out(JSON.stringify(result))
    else {
      for (const problem of result.problems) io.err(formatProblem(problem))
      for (const note of result.notes) io.out(note)
      io.out(
        result.problems.length === 0
          ? `${result.lines} lines, unchanged.${signatures.signedBy === undefined ? '' : ` Signed by ${signatures.signedBy}.`}`
          : `CHANGED: ${result.problems.length} findings.`,
      )
    }
    return problems.length === 0 ? 'ok' : 'damaged'
  },
}

function folderOf(wanted: string): string {
  if (wanted.includes('/')) return path.resolve(wanted)
  const runs = runsFolder(projectRoot(), process.env)
  return isIncidentId(wanted) ? findIncident(runs, wanted) : findRun(runs, wanted)
}
