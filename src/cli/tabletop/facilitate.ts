import path from 'node:path'
import { exerciseTime } from '../../exercise/clock-text.ts'
import type { ExerciseState } from '../../exercise/fold.ts'
import { projectorView } from '../../exercise/projector.ts'
import { Projector } from '../../host/projector.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import type { Exercise } from '../../model/exercise.ts'
import type { ExitName } from '../../model/exit-code.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Io } from '../command.ts'
import { unlessLeft } from '../interruption.ts'
import { openPlan } from '../project.ts'
import { runConsole } from './console.ts'
import { writeReport } from './report.ts'
import { resumeExercise, startExercise } from './session.ts'
import type { ExerciseSession } from './session.ts'
import { unfinishedOf } from './unfinished.ts'

/** A person leads an exercise: without a terminal none is begun or resumed. */
export function requireConsole(): void {
  if (process.stdin.isTTY && process.stdout.isTTY) return
  throw new OperatorError('refused', {
    message: 'the console of an exercise needs a terminal: nothing was begun',
    hint: '--list, --open, --report, --verify, --export and --import work without one.',
  })
}

/** Begins a session. One of the same exercise that was left is told of first, and can be gone on with instead. */
export async function beginSession(
  root: string,
  exercise: Exercise,
  facilitator: string,
  io: Io,
  web: boolean,
): Promise<ExitName> {
  const left = unfinishedOf(runsFolder(root, process.env), exercise.id)
  if (left && (await unlessLeft(wantsToResume(left, io), 'Nothing was begun.')))
    return await resumeSession(root, left.session, facilitator, io, web)
  return await facilitate(root, await startExercise(root, exercise, facilitator), web, io)
}

async function wantsToResume(left: ExerciseState, io: Io): Promise<boolean> {
  const { session, title, startedAt, exerciseMs, released } = left
  const count = released.size === 1 ? '1 inject' : `${released.size} injects`
  io.out(
    `${title}: begun ${startedAt.slice(0, 16).replace('T', ' ')} UTC and not finished, ${exerciseTime(exerciseMs)} played, ${count} released.`,
  )
  io.out(`It stays as it is until somebody goes on with it: npm run tabletop -- --resume ${session}`)
  const { default: inquirer } = await import('inquirer')
  const choices = [
    { value: true, name: 'go on with it' },
    { value: false, name: 'begin a new session' },
  ]
  const question = {
    type: 'select',
    name: 'resume',
    message: 'Go on with it, or begin anew?',
    choices,
  } as const
  return (await inquirer.prompt([question])).resume
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
