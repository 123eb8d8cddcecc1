import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exerciseIds, loadExercise, requireExercise } from '../../src/document/exercise.ts'
import { requireRunbook } from '../../src/document/load.ts'
import { emptyExercise, foldEvent } from '../../src/exercise/fold.ts'
import { contingencies, exerciseClock, nextInject, scenarioClock } from '../../src/exercise/plan.ts'
import { walkOf } from '../../src/exercise/walk.ts'
import { checkExercises } from '../../src/lint/exercises.ts'
import { loadPlan } from '../../src/document/plan.ts'
import { parseExerciseEvent } from '../../src/model/exercise-event.ts'
import { openGaps } from '../../src/model/exercise-gap.ts'
import type { RatedTask } from '../../src/model/exercise-gap.ts'
import { criticalTasks, stepsOfTask } from '../../src/model/exercise.ts'
import { EXERCISE, exerciseFiles } from '../helpers/exercise.ts'
import { REPOSITORY, makeProject, runbook, step } from '../helpers/project.ts'

void test('the six exercises of the plan are whole: injects, contingencies, questions, tasks with controls', () => {
  const ids = exerciseIds(REPOSITORY)
  assert.ok(ids.length >= 6)
  assert.deepEqual(checkExercises(REPOSITORY, loadPlan(REPOSITORY).plan), [])
  for (const id of ids) {
    const exercise = requireExercise(REPOSITORY, id)
    assert.ok(exercise.injects.length >= 6 && exercise.injects.length <= 12, id)
    assert.ok(
      exercise.injects.some(({ kind }) => kind === 'contingency'),
      id,
    )
    for (const inject of exercise.injects)
      assert.ok(inject.questions.length > 0 && inject.expected.length > 0, inject.id)
    assert.ok(
      criticalTasks(exercise).some(({ id: task }) => stepsOfTask(exercise, task).length > 0),
      id,
    )
  }
})

/** What is changed in the exercise, and what is said of it. */
const MISTAKES: [title: string, from: string | RegExp, to: string, message: RegExp][] = [
  ['no front matter', /^---[\s\S]*?---\n/, '', /expected front matter/],
  ['a control without a framework', 'ISO 22301 8.5', 'Chapter 8', /expected a framework and a control/],
  ['an offset that goes back', 'offset="9m"', 'offset="1m"', /before that of the inject above/],
  ['an inject without an offset', 'id="coffee" offset="9m"', 'id="coffee"', /needs the attribute offset/],
  ['a contingency with an offset', 'id="rain"', 'id="rain" offset="10m"', /contingency has no offset/],
  ['an id twice', 'id="coffee"', 'id="smoke"', /stands twice/],
  [
    'an unknown objective',
    /id="rain" (.*)objective="act"/,
    'id="rain" $1objective="atc"',
    /no objective "atc"/,
  ],
  ['an unknown task', 'task="repair"', 'task="repairs"', /no critical task "repairs"/],
  ['a task that nothing shows', 'task="repair" ', '', /no inject shows the critical task "repair"/],
  ['an unknown branch', 'when="smoke=open"', 'when="smoke=shut"', /has no such <Choice>/],
  [
    'a branch of a later inject',
    'when="smoke=open"',
    'when="coffee=open"',
    /no <Inject id="coffee"> stands before/,
  ],
  ['a day that is none', '2027-02-05T09:20', '2027-02-30T09:20', /expected a day that exists/],
  ['an unknown attribute', 'method="radio"', 'method="radio" volume="11"', /unknown attribute "volume"/],
  ['an unknown method', 'method="radio"', 'method="smoke"', /method/],
  ['an attribute that is no literal', 'method="radio"', 'method={how}', /expected a literal/],
  ['something to evaluate', 'It rains.', 'It rains {1 + 1}.', /expected plain Markdown/],
  ['a fence that would run', 'It rains.', '```sh run\nrm -rf x\n```', /belongs to no step/],
  ['an unknown tag', '<Notes>', '<Hints>', /./],
  ['no questions', /<Questions>\n\n- Does[\s\S]*?<\/Questions>\n/, '', /needs <Questions>/],
  ['questions that are no list', '- Does that help?', 'Does that help?', /holds a list/],
  [
    'an attachment that is not there',
    'method="radio"',
    'method="radio" attachments="docs/no.pdf"',
    /there is no file/,
  ],
  ['a tag that is not closed', '</Notes>', '', /./],
]

for (const [title, from, to, message] of MISTAKES)
  void test(`a mistake is told with its line: ${title}`, (t) => {
    const changed = EXERCISE.replace(from, to)
    assert.notEqual(changed, EXERCISE)
    const project = makeProject(t, { ...exerciseFiles(), 'docs/exercises/fire.mdx': changed })
    const { exercise, problems } = loadExercise(project.root, 'fire')
    assert.equal(exercise, undefined)
    assert.match(problems.map((problem) => problem.message).join('\n'), message)
    for (const problem of problems)
      assert.ok(problem.file === 'docs/exercises/fire.mdx' && (problem.line ?? 0) >= 1)
  })

void test('all mistakes are told at once', (t) => {
  const changed = EXERCISE.replace('offset="9m"', 'offset="1m"')
    .replace('task="repair"', 'task="no"')
    .replace('ISO', 'OSI')
  const project = makeProject(t, { 'docs/exercises/fire.mdx': changed })
  assert.ok(loadExercise(project.root, 'fire').problems.length >= 2)
})

void test('people, roles, steps and pages that are not there are found by check', (t) => {
  const changed = EXERCISE.replace('person:ada', 'person:adam')
    .replace('step="it#two"', 'step="gone#two"')
    .replace('task="command" step="it#one"', 'task="command" page="/nowhere/"')
  const project = makeProject(t, {
    'docs/exercises/fire.mdx': changed,
    'runbooks/it.mdx': runbook(step('one', '')),
  })
  const found = checkExercises(project.root, loadPlan(project.root).plan).map(({ message }) => message)
  assert.deepEqual(found, [
    'page="/nowhere/": there is no such page',
    'step="gone#two": there is no runbooks/gone.mdx',
    '"adam" is not a person of contacts.yaml',
  ])
})

const HASH = '0'.repeat(64)
let seq = 0
function event(mono: number, body: Record<string, unknown>) {
  seq += 1
  const head = {
    v: 1,
    seq,
    at: '2026-11-20T10:00:00.000Z',
    mono,
    digest: HASH,
    facilitator: 'tester',
    prev: HASH,
  }
  return parseExerciseEvent({ ...head, exerciseMs: 0, ...body })
}

void test('what comes next follows releases, skips and branches', (t) => {
  const project = makeProject(t, exerciseFiles())
  const exercise = requireExercise(project.root, 'fire')
  const state = emptyExercise()
  const next = () => [nextInject(exercise, state)?.inject.id, nextInject(exercise, state)?.waitsFor]
  const release = (inject: string) =>
    foldEvent(state, event(0, { event: 'inject-released', inject, time: 1 }))
  assert.deepEqual(next(), ['smoke', undefined])
  release('smoke')
  assert.deepEqual(next(), ['flames', 'smoke'], 'waits for what the players choose')
  foldEvent(state, event(0, { event: 'branch-taken', inject: 'smoke', choice: 'wait' }))
  assert.deepEqual(next(), ['brigade', undefined])
  foldEvent(state, event(0, { event: 'inject-skipped', inject: 'brigade', reason: 'x' }))
  release('coffee')
  assert.deepEqual(next(), [undefined, undefined])
  assert.deepEqual(
    contingencies(exercise, state).map(({ id }) => id),
    ['rain'],
  )
})

void test('the clocks stand still while nobody plays, and do not jump', (t) => {
  const project = makeProject(t, exerciseFiles())
  const exercise = requireExercise(project.root, 'fire')
  const state = emptyExercise()
  foldEvent(state, event(1000, { event: 'exercise-continued' }))
  foldEvent(state, event(1000, { event: 'inject-released', inject: 'smoke', time: 1 }))
  assert.equal(exerciseClock(state, 61_000), 60_000)
  assert.equal(scenarioClock(exercise, state, 61_000), Date.parse('2027-02-05T09:01:00Z'))
  foldEvent(state, event(61_000, { event: 'exercise-paused', reason: 'x', exerciseMs: 60_000 }))
  assert.equal(exerciseClock(state, 900_000), 60_000)
  foldEvent(
    state,
    event(5, {
      event: 'exercise-resumed',
      host: 'h',
      pid: 1,
      boot: 'other',
      after: 'x',
      awayMs: 5,
      exerciseMs: 60_000,
      facilitator: 'another',
    }),
  )
  assert.deepEqual(
    state.facilitators,
    ['tester', 'another'],
    'who went on does not take the place of who began',
  )
  assert.equal(exerciseClock(state, 10), 60_000, 'another boot, another monotonic clock')
  foldEvent(state, event(10, { event: 'exercise-continued', exerciseMs: 60_000 }))
  foldEvent(state, event(10, { event: 'inject-released', inject: 'smoke', time: 2, exerciseMs: 60_000 }))
  assert.equal(
    scenarioClock(exercise, state, 10),
    Date.parse('2027-02-05T09:01:00Z'),
    'said again, it is not earlier',
  )
})

void test('a runbook that is walked asks about danger, role and estimate, and holds no command', () => {
  const walk = walkOf(requireRunbook(REPOSITORY, 'database-failure'))
  const fence = walk.injects.find(({ id }) => id === 'fence-primary')
  assert.match(
    fence?.questions.join('\n') ?? '',
    /role dba[\s\S]*destructive for orders-db\.primary[\s\S]*estimate is 20 s/,
  )
  const repair = walk.injects.find(({ id }) => id === 'repair')
  assert.deepEqual(repair?.when, [{ decision: 'decide', choice: 'repair' }])
  assert.deepEqual(repair?.expected[0]?.step, { runbook: 'database-failure', step: 'repair' })
  assert.doesNotMatch(JSON.stringify(walk.injects), /localNode\(|alter system/)
})

function rated(task: string, rating: RatedTask['rating'], at: string): RatedTask {
  return { exercise: 'fire', task, title: task, rating, evidence: '', session: at, at }
}

void test('a gap is open until a later exercise rates that task P or S', () => {
  const first = rated('command', 'U', '2026-01-01T00:00:00.000Z')
  assert.deepEqual(openGaps([first]), [first])
  assert.deepEqual(
    openGaps([rated('command', 'S', '2026-02-01T00:00:00.000Z'), first]),
    [],
    'whatever the order',
  )
  const again = rated('command', 'M', '2026-03-01T00:00:00.000Z')
  assert.deepEqual(openGaps([first, rated('command', 'P', '2026-02-01T00:00:00.000Z'), again]), [again])
  assert.equal(openGaps([first, rated('other', 'P', '2026-02-01T00:00:00.000Z')]).length, 1)
})
