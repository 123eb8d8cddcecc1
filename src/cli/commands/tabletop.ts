import path from 'node:path'
import { runConsole } from '../tabletop/console.ts'
import { listExercises } from '../tabletop/list.ts'
import { exportCexf, importCexf } from '../tabletop/exchange.ts'
import { gapsOf, writeReport } from '../tabletop/report.ts'
import {
  exercisesFolder,
  findExercise,
  openExercise,
  resumeExercise,
  startExercise,
} from '../tabletop/session.ts'
import type { ExerciseSession } from '../tabletop/session.ts'
import { projectorView } from '../../exercise/projector.ts'
import { Projector } from '../../host/projector.ts'
import { verifyExercise } from '../../journal/verify.ts'
import type { ExitName } from '../../model/exit-code.ts'
import { OperatorError, formatProblem } from '../../model/problem.ts'
import { table } from '../../reports/summary.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import type { Command, Io } from '../command.ts'
import { operatorName } from '../identity.ts'
import { openPlan } from '../project.ts'
import { projectRoot } from '../project-root.ts'

const usage = `drillbook tabletop <exercise | runbook> [options]      (npm run tabletop <id>)

The facilitator's console of a tabletop exercise: injects, clocks, ratings, decisions, hot wash, report. A runbook can be walked as an
exercise without a scenario. Nothing is executed, and no target is ever connected to.

  --list                the exercises, the runbooks that can be walked, and the sessions
  --resume [SESSION]    go on with the last session that is not finished, or with this one; time while it was away does not count
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
    if (values.verify !== undefined) return verify(root, values.verify, io)
    if (values.report !== undefined)
      return report(root, findExercise(exercisesFolder(root), values.report), io)
    if (values.import !== undefined)
      return importCexf(root, values.import, oneArgument('tabletop', positionals, 'new id'), io)
    if (values.export !== undefined) return exportCexf(openOne(root, positionals), values.export, io)
    requireTerminal()
    const facilitator = operatorName(values.facilitator)
    const play =
      values.resume === true
        ? await resumeExercise(root, positionals[0], facilitator)
        : await startExercise(root, openOne(root, positionals), facilitator)
    return await facilitate(root, play, values.web === true, io)
  },
}

function openOne(root: string, positionals: string[]) {
  return openExercise(root, oneArgument('tabletop', positionals, 'exercise or runbook'))
}

function requireTerminal(): void {
  if (process.stdin.isTTY && process.stdout.isTTY) return
  throw new OperatorError('refused', {
    message: 'the console of an exercise needs a terminal: nothing was begun',
    hint: '--list, --open, --report, --verify, --export and --import work without one.',
  })
}

async function facilitate(root: string, play: ExerciseSession, web: boolean, io: Io): Promise<ExitName> {
  const projector = web ? await openProjector(play, io) : undefined
  const people = await ownersOf(root)
  try {
    if ((await runConsole(play, { people, projector: projector?.address })) === 'left') {
      io.out(`The exercise can be resumed: npm run tabletop -- --resume ${play.state.session}`)
      return 'interrupted'
    }
    play.seal()
  } finally {
    projector?.close()
    play.close()
  }
  return report(root, play.directory, io)
}

async function ownersOf(root: string): Promise<string[]> {
  const { plan } = await openPlan(root)
  return Object.keys(plan.contacts.people)
}

/** A projector that cannot be opened costs the view, never the exercise. */
async function openProjector(play: ExerciseSession, io: Io): Promise<Projector | undefined> {
  try {
    const projector = await Projector.open(() =>
      projectorView(play.exercise, play.state, play.exerciseMs, play.scenarioMs),
    )
    play.onChange(projector.changed)
    return projector
  } catch (error) {
    io.err(`There is no projector view: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

function report(root: string, directory: string, io: Io): ExitName {
  const { report, record } = writeReport(root, directory)
  io.out(`Report: ${report}`)
  io.out(`Record: ${record}`)
  io.out(
    `Journal: ${path.relative(root, directory)}, checked by npm run tabletop -- --verify ${path.basename(directory)}`,
  )
  return 'ok'
}

function verify(root: string, wanted: string, io: Io): ExitName {
  const directory = wanted.includes('/') ? wanted : findExercise(exercisesFolder(root), wanted)
  const { lines, problems, notes } = verifyExercise(directory)
  for (const problem of problems) io.err(formatProblem(problem))
  for (const note of notes) io.out(note)
  io.out(problems.length === 0 ? `${lines} lines, unchanged.` : `CHANGED: ${problems.length} findings.`)
  return problems.length === 0 ? 'ok' : 'damaged'
}

function listGaps(root: string, json: boolean, io: Io): ExitName {
  const { gaps, unreadable } = gapsOf(root)
  if (json) for (const gap of gaps) io.out(JSON.stringify(gap))
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
