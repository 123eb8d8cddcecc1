import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  truncateSync,
} from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import packageFile from '../../../package.json' with { type: 'json' }
import { requireExercise } from '../../document/exercise.ts'
import { requireRunbook } from '../../document/load.ts'
import { sha256 } from '../../document/project-files.ts'
import { emptyExercise, foldEvent, foldExercise } from '../../exercise/fold.ts'
import type { ExerciseState } from '../../exercise/fold.ts'
import { exerciseClock, scenarioClock } from '../../exercise/plan.ts'
import { walkOf } from '../../exercise/walk.ts'
import { systemClock } from '../../host/clock.ts'
import { bootId } from '../../host/process-tree.ts'
import { Journal, START } from '../../journal/append.ts'
import type { ChainEnd } from '../../journal/append.ts'
import { exercisesFolder, findSession, readExercise } from '../../journal/exercise-directory.ts'
import { sha256OfFile } from '../../journal/hash-file.ts'
import { acquireLock } from '../../journal/lock.ts'
import type { Lock } from '../../journal/lock.ts'
import { createRunDirectory, journalFile, newRunId } from '../../journal/run-directory.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { writeSeal } from '../../journal/seal.ts'
import type { Exercise } from '../../model/exercise.ts'
import type { ExerciseEventBody } from '../../model/exercise-event.ts'
import { OperatorError } from '../../model/problem.ts'
import { redact } from '../declare-secrets.ts'
import { lookFrom, thisHolder } from '../lock-holder.ts'
import { runbookId } from '../project.ts'
import { lastUnfinished } from './unfinished.ts'

/** A line of an idle exercise is never older than this: a crash costs at most so much of the exercise clock. */
const KEEP_TIME_MS = 5000

type Head = { digest: string; facilitator: string }
/** An event, but for the exercise clock, which the session knows. */
type Said = ExerciseEventBody extends infer Body
  ? Body extends unknown
    ? Omit<Body, 'exerciseMs'>
    : never
  : never

/** One exercise that is being played: its state, its journal, its clocks. It knows no target and starts no process. */
export class ExerciseSession {
  readonly exercise: Exercise
  readonly directory: string
  readonly state: ExerciseState
  readonly #journal: Journal<ExerciseEventBody, Head>
  readonly #lock: Lock
  #changed: () => void = () => undefined

  constructor(
    exercise: Exercise,
    directory: string,
    state: ExerciseState,
    journal: Journal<ExerciseEventBody, Head>,
    lock: Lock,
  ) {
    this.exercise = exercise
    this.directory = directory
    this.state = state
    this.#journal = journal
    this.#lock = lock
  }

  get exerciseMs(): number {
    return exerciseClock(this.state, systemClock.monotonic())
  }

  get scenarioMs(): number | undefined {
    return scenarioClock(this.exercise, this.state, systemClock.monotonic())
  }

  onChange(listener: () => void): void {
    this.#changed = listener
  }

  /** Durable before anything is shown of it. */
  record(said: Said): void {
    const event = this.#journal.append(clean({ ...said, exerciseMs: Math.round(this.exerciseMs) }))
    this.#journal.commit()
    foldEvent(this.state, event)
    this.#changed()
  }

  /** While nobody presses a key, the clock is written down now and then. */
  keepTime(): void {
    if (this.state.status === 'running' && systemClock.monotonic() - this.state.mono >= KEEP_TIME_MS)
      this.record({ event: 'clock-read' })
  }

  /** The last line, with the hash of everything that was kept. */
  seal(): void {
    const files = Object.fromEntries(
      keptFiles(this.exercise).map((name) => [name, sha256OfFile(path.join(this.directory, name))]),
    )
    if (!this.state.sealed) this.record({ event: 'exercise-sealed', files })
    writeSeal(this.directory, this.#journal.end)
  }

  close(): void {
    this.#journal.close()
    this.#lock.release()
  }
}

/** What people said, without secrets. */
function clean(body: ExerciseEventBody): ExerciseEventBody {
  switch (body.event) {
    case 'note-written':
    case 'hot-wash-said':
      return { ...body, text: redact(body.text) }
    case 'exercise-paused':
    case 'exercise-ended':
    case 'inject-held':
    case 'inject-skipped':
      return { ...body, reason: redact(body.reason) }
    case 'task-rated':
      return { ...body, evidence: redact(body.evidence) }
    case 'decision-recorded':
      return {
        ...body,
        question: redact(body.question),
        options: body.options.map(redact),
        decision: redact(body.decision),
        decider: redact(body.decider),
        rationale: redact(body.rationale),
      }
    case 'action-agreed':
      return { ...body, title: redact(body.title), doneWhen: redact(body.doneWhen) }
    default:
      return body
  }
}

/** A scenario of docs/exercises, or else a runbook that is walked. */
export function openExercise(root: string, id: string): Exercise {
  if (id.startsWith('runbook:'))
    return walkOf(requireRunbook(root, runbookId(root, id.slice('runbook:'.length))))
  const isScenario = existsSync(path.join(root, 'docs', 'exercises', `${id}.mdx`))
  const runbook = runbookId(root, id)
  const isRunbook = existsSync(path.join(root, 'runbooks', `${runbook}.mdx`))
  return !isScenario && isRunbook ? walkOf(requireRunbook(root, runbook)) : requireExercise(root, id)
}

export async function startExercise(
  root: string,
  exercise: Exercise,
  facilitator: string,
): Promise<ExerciseSession> {
  const folder = exercisesFolder(runsFolder(root, process.env))
  const session = newRunId(exercise.id.replace(':', '-'), new Date())
  const lock = await lockSession(folder, session, facilitator)
  const directory = createRunDirectory(folder, session)
  keepSources(root, exercise, directory)
  const play = openSession({ exercise, directory, facilitator, lock, state: emptyExercise(), end: START })
  play.record({
    event: 'exercise-started',
    session,
    exercise: exercise.id,
    title: exercise.title,
    mode: 'tabletop',
    host: hostname(),
    pid: process.pid,
    boot: bootId(),
    versions: { drillbook: packageFile.version, node: process.version },
    sources: exercise.sources,
  })
  return play
}

/** Goes on where the journal ended, with the exercise as it was when it began; the clock stands still until someone starts it. */
export async function resumeExercise(
  root: string,
  wanted: string | undefined,
  facilitator: string,
): Promise<ExerciseSession> {
  const runs = runsFolder(root, process.env)
  const folder = exercisesFolder(runs)
  const directory = wanted === undefined ? lastOpen(runs) : findSession(runs, wanted)
  const lock = await lockSession(folder, path.basename(directory), facilitator)
  try {
    const journal = readExercise(directory)
    if (journal.problems.length > 0) throw new OperatorError('damaged', journal.problems)
    const state = foldExercise(journal.events)
    if (state.session === '')
      throw new OperatorError('usage', {
        message: `${path.basename(directory)} ended before its first line was recorded: there is nothing to go on with`,
      })
    if (state.sealed && existsSync(path.join(directory, 'seal.json')))
      throw new OperatorError('usage', {
        message: `${state.session} is finished and sealed`,
        hint: `npm run tabletop -- --report ${state.session} writes its report again.`,
      })
    if (journal.torn) setTornLineAside(directory, journal.validBytes)
    const exercise = keptExercise(directory, state)
    const play = openSession({ exercise, directory, facilitator, lock, state, end: journal.end })
    if (!state.sealed) recordResumption(play)
    return play
  } catch (error) {
    lock.release()
    throw error
  }
}

function recordResumption(play: ExerciseSession): void {
  const { state } = play
  const away = Date.now() - Date.parse(state.lastAt)
  const wasRunning = state.status === 'running'
  // The clock must not count the time between the last line and this one.
  if (wasRunning) state.status = 'paused'
  play.record({
    event: 'exercise-resumed',
    host: hostname(),
    pid: process.pid,
    boot: bootId(),
    after: wasRunning ? 'the console ended without a word' : state.pauseReason,
    awayMs: away >= 0 ? away : null,
  })
}

/** The exercise as it was when it began: the copy that its journal's digest covers. */
export function keptExercise(directory: string, state: ExerciseState): Exercise {
  const root = path.join(directory, 'sources', state.digest)
  const exercise = openExercise(root, state.exercise)
  if (exercise.digest === state.digest) return exercise
  throw new OperatorError('damaged', {
    file: root,
    message: 'is not the exercise that was begun: its files were changed',
  })
}

function lastOpen(runs: string): string {
  const open = lastUnfinished(runs)
  if (open) return path.join(exercisesFolder(runs), open.session)
  throw new OperatorError('usage', {
    message: 'there is no exercise to go on with',
    hint: 'npm run tabletop -- --list names those there are.',
  })
}

function openSession(of: {
  exercise: Exercise
  directory: string
  facilitator: string
  lock: Lock
  state: ExerciseState
  end: ChainEnd
}): ExerciseSession {
  const head = { digest: of.exercise.digest, facilitator: of.facilitator }
  const journal = new Journal<ExerciseEventBody, Head>([journalFile(of.directory)], head, of.end, systemClock)
  return new ExerciseSession(of.exercise, of.directory, of.state, journal, of.lock)
}

async function lockSession(folder: string, session: string, facilitator: string): Promise<Lock> {
  const holder = thisHolder(session, facilitator)
  try {
    return await acquireLock(path.join(folder, 'locks', session), holder, lookFrom(folder), {
      resuming: true,
      takeOver: false,
    })
  } catch (error) {
    if (!(error instanceof OperatorError) || error.exit !== 'refused') throw error
    throw new OperatorError('refused', {
      message: `the exercise ${session} is open in another console: ${error.message.split('\n')[0] ?? ''}`,
      hint: 'One console at a time. The projector view can be opened as often as you like.',
    })
  }
}

function keptFiles({ digest, sources }: Exercise): string[] {
  return sources.map(({ file }) => `sources/${digest}/${file}`)
}

function keepSources(root: string, exercise: Exercise, directory: string): void {
  for (const { file, sha256: expected } of exercise.sources) {
    const target = path.join(directory, 'sources', exercise.digest, file)
    mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 })
    copyFileSync(path.join(root, file), target)
    // The folder above is private already.
    chmodSync(target, 0o600)
    if (sha256(readFileSync(target, 'utf8')) !== expected)
      throw new OperatorError('failed', {
        file,
        message: 'the file changed while the exercise was begun; begin again',
      })
  }
}

/** A line that was being written when the machine stopped is kept, but not in the journal. */
function setTornLineAside(directory: string, validBytes: number): void {
  const file = journalFile(directory)
  appendFileSync(`${file}.torn`, readFileSync(file).subarray(validBytes), { mode: 0o600 })
  truncateSync(file, validBytes)
}
