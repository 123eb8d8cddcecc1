import { verifyRun } from '../../journal/verify.ts'
import { findRun, runsFolder } from '../../journal/run-directory.ts'
import { formatProblem } from '../../model/problem.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import type { Command } from '../command.ts'
import { projectRoot } from '../project.ts'

const usage = `drillbook verify <run | folder> [--json]

Checks that nothing in a run was changed: the hash chain of its journal, and the hash of every file that the seal names. Works on a
copy, offline. Exit code 4 when something was changed.`

export const command: Command = {
  summary: 'Check that a journal was not changed.',
  usage,
  run: (argv, io) => {
    const { values, positionals } = parseCommandLine('verify', argv, { json: { type: 'boolean' } })
    const wanted = oneArgument('verify', positionals, 'run or folder')
    const directory = wanted.includes('/') ? wanted : findRun(runsFolder(projectRoot(), process.env), wanted)
    const result = verifyRun(directory)
    if (values.json === true) io.out(JSON.stringify(result))
    else {
      for (const problem of result.problems) io.err(formatProblem(problem))
      for (const note of result.notes) io.out(note)
      io.out(
        result.problems.length === 0
          ? `${result.lines} lines, unchanged.`
          : `CHANGED: ${result.problems.length} findings.`,
      )
    }
    return Promise.resolve(result.problems.length === 0 ? 'ok' : 'damaged')
  },
}
