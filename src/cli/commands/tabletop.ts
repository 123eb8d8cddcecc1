import { exportCexf, importCexf } from '../tabletop/exchange.ts'
import { beginSession, report, requireConsole, resumeSession } from '../tabletop/facilitate.ts'
import { listExercises } from '../tabletop/list.ts'
import { gapsOf } from '../tabletop/report.ts'
import { openExercise } from '../tabletop/session.ts'
import { findSession } from '../../journal/exercise-directory.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { verifyExercise } from '../../journal/verify.ts'
import type { ExitName } from '../../model/exit-code.ts'
import { table } from '../../reports/summary.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import type { Command, Io } from '../command.ts'
import { redact } from '../declare-secrets.ts'
import { operatorName } from '../identity.ts'
import { declareKnownSecrets } from '../known-secrets.ts'
import { projectRoot } from '../project-root.ts'
import { sayVerified } from '../say-verified.ts'

const usage = `drillbook tabletop <exercise | runbook> [options]      (npm run tabletop <id>)

The facilitator's console of a tabletop exercise: injects, clocks, ratings, decisions, hot wash, report. A runbook can be walked as an
exercise without a scenario. Nothing is executed, and no target is ever connected to. A session of the same exercise that was not
finished is told of first.

  --list                the exercises, the runbooks that can be walked, and the sessions
  --resume [SESSION]    go on with the last session that was played and not finished, or with this one; time while it was away does
                        not count
  --web                 a projector view on 127.0.0.1: released injects, clocks, questions, nothing else
  --report SESSION      write the report again; what people wrote in it is kept
  --verify SESSION      check that nothing in a session was changed
  --open                the tasks whose last rating is M or U
  --export FILE         write the exercise as CEXF, with the HSEEP fields as an extension
  --import FILE         make an exercise of a CEXF file; the argument is its new id
  --facilitator NAME    who you are; default: DRILLBOOK_OPERATOR or the account's name
  --json                --list and --open as JSON, one object a line`

const OPTIONS = {
  list: { type: 'boolean' },
  resume: { type: 'boolean' },
  web: { type: 'boolean' },
  report: { type: 'string' },
  verify: { type: 'string' },
  open: { type: 'boolean' },
  export: { type: 'string' },
  import: { type: 'string' },
  facilitator: { type: 'string' },
  json: { type: 'boolean' },
} as const

export const command: Command = {
  summary: 'Facilitate a tabletop exercise; nothing is executed.',
  usage,
  async run(argv, io) {
    const { values, positionals } = parseCommandLine('tabletop', argv, OPTIONS)
    const root = projectRoot()
    const json = values.json === true
    if (values.list === true) return listExercises(root, json, io)
    if (values.open === true) return listGaps(root, json, io)
    if (values.verify !== undefined)
      return sayVerified(verifyExercise(sessionFolder(root, values.verify)), false, io)
    await declareKnownSecrets(root)
    if (values.report !== undefined)
      return report(root, findSession(runsFolder(root, process.env), values.report), io)
    if (values.import !== undefined)
      return importCexf(root, values.import, oneArgument('tabletop', positionals, 'new id'), io)
    if (values.export !== undefined) return exportCexf(openOne(root, positionals), values.export, io)
    const web = values.web === true
    const facilitator = redact(operatorName(values.facilitator))
    if (values.resume === true) return await resumeSession(root, positionals[0], facilitator, io, web)
    requireConsole()
    return await beginSession(root, openOne(root, positionals), facilitator, io, web)
  },
}

function openOne(root: string, positionals: string[]) {
  return openExercise(
    root,
    oneArgument('tabletop', positionals, 'exercise or runbook', 'npm run tabletop -- --list'),
  )
}

function sessionFolder(root: string, wanted: string): string {
  return wanted.includes('/') ? wanted : findSession(runsFolder(root, process.env), wanted)
}

function listGaps(root: string, json: boolean, io: Io): ExitName {
  const { gaps, unreadable } = gapsOf(root)
  if (json) for (const gap of gaps) io.json(gap)
  else if (gaps.length === 0)
    io.out('No critical task is open: the last rating of each that was rated is P or S.')
  else
    for (const line of table([
      ['rating', 'exercise', 'task', 'step', 'since', 'evidence'],
      ...gaps.map(({ rating, exercise, title, runbook, step, at, evidence }) => [
        rating,
        exercise,
        title,
        runbook === undefined || step === undefined ? '—' : `${runbook}#${step}`,
        at.slice(0, 10),
        evidence,
      ]),
    ]))
      io.out(line)
  for (const file of unreadable) io.err(`${file}  is no record of an exercise: it was not counted`)
  return unreadable.length === 0 ? 'ok' : 'failed'
}
