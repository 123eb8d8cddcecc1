import { once } from 'node:events'
import { foldAll } from '../../journal/fold.ts'
import { readJournal } from '../../journal/read.ts'
import { findRun } from '../../journal/find-run.ts'
import { journalFile } from '../../journal/run-directory.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { isBuilt, serveLive } from '../../live/server.ts'
import { OperatorError } from '../../model/problem.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import type { Command } from '../command.ts'
import { buildFolder, notBuilt } from '../live-page.ts'
import { projectRoot } from '../project-root.ts'

const usage = `drillbook live <run | last>

Shows a run that is going on, or that is over, on the page of its runbook: for the people on the call who look at a shared screen. The
page is served to this machine alone. Its address opens once; start this again for another one. It only reads, and ends with Ctrl-C.
Needs the built site (npm run build).`

export const command: Command = {
  summary: 'Show a run on the page of its runbook, as it goes on.',
  usage,
  run: async (argv, io) => {
    const { positionals } = parseCommandLine('live', argv, {})
    const root = projectRoot()
    const directory = findRun(runsFolder(root, process.env), oneArgument('live', positionals, 'run'))
    const { runbook } = foldAll(readJournal(journalFile(directory)).events)
    const build = buildFolder(root)
    if (!isBuilt(build, runbook))
      throw new OperatorError('failed', {
        file: build,
        message: notBuilt(runbook),
        hint: 'npm run build, then this again. The run does not need it.',
      })
    const live = await serveLive({ directory, build, runbook })
    io.out(live.url)
    io.err('It opens once, in one browser. Ctrl-C ends the page; the run does not notice.')
    const ended = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ended.abort())
    await once(ended.signal, 'abort')
    await live.close()
    return 'ok'
  },
}
