import path from 'node:path'
import { projectorView } from '../../exercise/projector.ts'
import { Projector } from '../../host/projector.ts'
import type { ExitName } from '../../model/exit-code.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Io } from '../command.ts'
import { openPlan } from '../project.ts'
import { runConsole } from './console.ts'
import { writeReport } from './report.ts'
import { resumeExercise } from './session.ts'
import type { ExerciseSession } from './session.ts'

/** A person leads an exercise: without a terminal none is begun or resumed. */
export function requireConsole(): void {
  if (process.stdin.isTTY && process.stdout.isTTY) return
  throw new OperatorError('refused', {
    message: 'the console of an exercise needs a terminal: nothing was begun',
    hint: '--list, --open, --report, --verify, --export and --import work without one.',
  })
}

/** Goes on with a session that was left or killed. */
export async function resumeSession(
  root: string,
  session: string | undefined,
  facilitator: string,
  io: Io,
  web = false,
): Promise<ExitName> {
  requireConsole()
  return await facilitate(root, await resumeExercise(root, session, facilitator), web, io)
}

/** From the console to the report; a console that was left can be resumed. */
export async function facilitate(
  root: string,
  play: ExerciseSession,
  web: boolean,
  io: Io,
): Promise<ExitName> {
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

export function report(root: string, directory: string, io: Io): ExitName {
  const { report, record } = writeReport(root, directory)
  io.out(`Report: ${report}`)
  io.out(`Record: ${record}`)
  io.out(
    `Journal: ${path.relative(root, directory)}, checked by npm run tabletop -- --verify ${path.basename(directory)}`,
  )
  return 'ok'
}
