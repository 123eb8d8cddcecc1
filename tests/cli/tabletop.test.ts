import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { readRecords } from '../../src/document/exercise-records.ts'
import { foldExercise } from '../../src/exercise/fold.ts'
import { readChain } from '../../src/journal/read.ts'
import { journalFile, listRuns } from '../../src/journal/run-directory.ts'
import { verifyExercise } from '../../src/journal/verify.ts'
import { parseExerciseEvent } from '../../src/model/exercise-event.ts'
import type { ExerciseEvent } from '../../src/model/exercise-event.ts'
import { exerciseFiles } from '../helpers/exercise.ts'
import { openToOthers } from '../helpers/modes.ts'
import { ENVIRONMENTS } from '../helpers/plan.ts'
import { runProgramOf } from '../helpers/programs.ts'
import { REPOSITORY, makeProject, runbook, step } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { until } from '../helpers/processes.ts'
import { Terminal, needsTmux } from '../helpers/terminal.ts'

const SIZE = { columns: 80, rows: 24 }
const WATCH = path.join(REPOSITORY, 'tests/fixtures/programs/watch-effects.ts')
const TOKEN = `ghp_${'A1b2'.repeat(9)}`
const BOOK = runbook(
  step('one', 'danger="destructive" role="dba" expect="2m"', ['sh run', 'touch executed']) +
    step('two', '', ['sh run', 'touch executed']),
)

function fireProject(t: TestContext): Project {
  return makeProject(t, { ...exerciseFiles(), 'runbooks/it.mdx': BOOK })
}

function watched(project: Project): Record<string, string> {
  return { NODE_OPTIONS: `--import ${WATCH}`, DRILLBOOK_TEST_EFFECTS: project.path('effects') }
}

function folder(project: Project): string {
  const sessions = path.join(project.runs, 'exercises')
  return path.join(sessions, listRuns(sessions).at(-1) ?? '')
}

function events(project: Project): ExerciseEvent[] {
  return readChain(journalFile(folder(project)), parseExerciseEvent).events
}

async function recorded(project: Project, event: ExerciseEvent['event']): Promise<void> {
  await until(`${event} is in the journal`, () => events(project).at(-1)?.event === event, 10_000)
}

function consoleOf(t: TestContext, project: Project, ...args: string[]): Terminal {
  return new Terminal(t, project, ['tabletop', ...args], watched(project), SIZE)
}

/** Presses a key, and answers what is asked then, one after the other. */
async function act(it: Terminal, key: string, ...answers: [question: RegExp, text: string][]): Promise<void> {
  it.type(key)
  for (const [question, text] of answers) {
    await it.endsWith(question)
    it.type(text)
    it.press('Enter')
  }
}

async function kill(project: Project, it: Terminal): Promise<void> {
  const opened = events(project).findLast(
    (event) => event.event === 'exercise-started' || event.event === 'exercise-resumed',
  )
  assert.ok(opened)
  process.kill(opened.pid, 'SIGKILL')
  await it.exits(137)
}

void test(
  'an exercise by keyboard, killed twice: nothing is lost, the clocks and the report are right',
  needsTmux,
  async (t) => {
    const project = fireProject(t)
    const first = consoleOf(t, project, 'fire')
    await first.sees(/CLOCK STOPPED/)
    first.type('r')
    await recorded(project, 'inject-released')
    await act(first, 'n', [/Note/, 'first note, with 名前 and `ticks` | bars'])
    await recorded(project, 'note-written')
    await act(first, '1', [/P S M U/, 'm'])
    await first.endsWith(/M Evidence/)
    first.press('BSpace')
    first.type('two people commanded')
    first.press('Enter')
    await recorded(project, 'task-rated')
    assert.match(first.page(), /EXERCISE.*RUNNING/)
    const before = events(project)
    await kill(project, first)

    const second = consoleOf(t, project, '--resume')
    await second.sees(/CLOCK STOPPED[\s\S]*Resumed/)
    assert.deepEqual(events(project).slice(0, before.length), before, 'what was written stays')
    const resumed = events(project).at(-1)
    assert.ok(resumed?.event === 'exercise-resumed' && resumed.awayMs !== null && resumed.awayMs >= 0)
    const lastBefore = before.at(-1)?.exerciseMs ?? -1
    const keptBefore = events(project).at(-2)?.exerciseMs ?? -1
    assert.ok(keptBefore >= lastBefore)
    assert.equal(resumed.exerciseMs, keptBefore, 'time while it was dead is not exercise time')
    second.type('r')
    await second.sees(/clock stands still/i)
    second.type('p')
    await recorded(project, 'exercise-continued')
    await act(second, 'b', [/Enter/, '2'], [/Who decided/, 'Ada'], [/Why/, 'nobody is inside'])
    await recorded(project, 'branch-taken')
    second.type('r')
    await recorded(project, 'inject-released')
    await second.sees(/NOW {2}The brigade arrives/)
    await kill(project, second)

    const third = consoleOf(t, project, '--resume')
    await third.sees(/Resumed/)
    third.type('p')
    await recorded(project, 'exercise-continued')
    await act(third, '1', [/P S M U/, 'p'])
    await third.endsWith(/P Evidence/)
    third.press('BSpace')
    await act(third, '', [/P Evidence/, 'the key was at hand'])
    await recorded(project, 'task-rated')
    await act(third, 'h', [/Hold "coffee"/, 'later'])
    await recorded(project, 'inject-held')
    await act(third, 's', [/Skip "coffee"/, 'no time'])
    await recorded(project, 'inject-skipped')
    await act(third, 'c', [/Enter/, ''])
    await recorded(project, 'inject-released')
    third.type('a')
    await recorded(project, 'inject-released')
    await act(third, 'p', [/Pause why/, 'lunch'])
    await recorded(project, 'exercise-paused')
    await act(third, 'e', [/End the exercise/, 'all done'])
    await recorded(project, 'exercise-ended')
    third.type('w')
    await third.endsWith(/Hot wash/)
    third.type('i')
    await act(third, '', [/To improve/, 'one voice'])
    await recorded(project, 'hot-wash-said')
    third.type('f')
    await act(
      third,
      '',
      [/verb first/, 'Write down who commands'],
      [/owns/, ''],
      [/which day/, '2099-01-31'],
      [/Done when/, 'the next exercise rates it P'],
    )
    await third.endsWith(/Seal the journal/)
    third.type('y')
    await third.exits(0)

    checkResult(project)
    assert.equal(project.read('effects'), '', 'no process was started, nothing was connected to')
    assert.equal(existsSync(project.path('executed')), false)
  },
)

function checkResult(project: Project): void {
  const state = foldExercise(events(project))
  assert.deepEqual([...state.released.keys()], ['smoke', 'brigade', 'rain'])
  assert.equal(state.released.get('rain')?.time, 2)
  assert.deepEqual(verifyExercise(folder(project)).problems, [])
  const [record] = readRecords(project.root).records
  assert.deepEqual(
    record?.tasks.map(({ id, rating, step: at }) => [id, rating, at]),
    [
      ['command', 'M', 'one'],
      ['repair', 'P', 'two'],
    ],
  )
  const date = state.startedAt.slice(0, 10)
  const report = project.read(`docs/exercises/reports/${date}-fire.md`)
  for (const event of events(project))
    if (event.event === 'task-rated' || event.event === 'note-written')
      assert.match(report, new RegExp(`\\bline ${event.seq}\\b`), `the report cites line ${event.seq}`)
  assert.match(report, /two people commanded/)
  assert.match(report, /The console was gone 2 times/)
  assert.match(report, /Wait for the fire brigade/)
  assert.match(report, /runbook: "it"\n\s+step: "one"/)
  assert.match(report, /Write down who commands/)
  assert.doesNotMatch(report, /SPOILER-NOTE/)
}

void test(
  'what people wrote in a report stays when it is written again, and the gap stays open until a later P',
  needsTmux,
  async (t) => {
    const project = fireProject(t)
    await playOnce(t, project, 'u')
    const open = await project.cli(['tabletop', '--open', '--json'])
    assert.deepEqual(
      open.stdout
        .trim()
        .split('\n')
        .map((line) => {
          const gap: { task: string; step: string } = JSON.parse(line)
          return [gap.task, gap.step]
        }),
      [['command', 'one']],
    )
    const date = events(project)[0]?.at.slice(0, 10) ?? ''
    const file = `docs/exercises/reports/${date}-fire.md`
    writeFileSync(
      project.path(file),
      project.read(file).replace(/\*To be written by the evaluator: why[^\n]*\*/, `We had no list. ${TOKEN}`),
    )
    const again = await project.cli(['tabletop', '--report', path.basename(folder(project))])
    assert.equal(again.code, 0, again.stderr)
    assert.match(project.read(file), /We had no list\. ghp_\[redacted\]/)

    await playOnce(t, project, 's')
    assert.match((await project.cli(['tabletop', '--open'])).stdout, /No critical task is open/)
    assert.ok(
      existsSync(project.path(`docs/exercises/reports/${date}-fire-2.md`)),
      'the second of the day has its own report',
    )
    assert.match(
      (await project.cli(['runs'])).stdout,
      /no runs yet/,
      'runs and drills never meet an exercise',
    )
  },
)

async function playOnce(t: TestContext, project: Project, rating: string): Promise<void> {
  const it = consoleOf(t, project, 'fire')
  await it.sees(/CLOCK STOPPED/)
  it.type('r')
  await recorded(project, 'inject-released')
  it.type('1')
  await it.endsWith(/P S M U/)
  it.type(rating)
  await act(it, '', [/Evidence/, 'seen'])
  await recorded(project, 'task-rated')
  await act(it, 'e', [/End the exercise/, 'done'])
  await recorded(project, 'exercise-ended')
  it.type('f')
  if (rating === 'u') {
    await it.endsWith(/verb first/)
    it.press('Escape')
  }
  await it.endsWith(/Seal/)
  it.type('y')
  await it.exits(0)
}

void test('a secret that is said at the table is in no file of the exercise', needsTmux, async (t) => {
  const project = fireProject(t)
  const password = 'correct-horse-battery'
  project.write('docs/plan/environments.yaml', `${ENVIRONMENTS}    secrets: { db: { env: TEST_PASSWORD } }\n`)
  const words = ['tabletop', 'fire', '--facilitator', `ada ${TOKEN}`]
  const it = new Terminal(t, project, words, { TEST_PASSWORD: password }, SIZE)
  await it.sees(/CLOCK STOPPED/)
  it.type('r')
  await recorded(project, 'inject-released')
  await act(it, 'n', [/Note/, `token ${TOKEN}, ${password}`])
  await recorded(project, 'note-written')
  await act(it, 'e', [/End the exercise/, 'done'])
  await recorded(project, 'exercise-ended')
  it.type('f')
  await it.endsWith(/Seal/)
  it.type('y')
  await it.exits(0)
  const note = events(project).find(({ event }) => event === 'note-written')
  assert.ok(note?.event === 'note-written')
  assert.equal(note.text, 'token ghp_[redacted], [redacted]')
  assert.equal(note.facilitator, 'ada ghp_[redacted]')
  for (const file of project.files())
    for (const secret of [TOKEN, password]) assert.ok(!project.read(file).includes(secret), file)
})

void test('any runbook is walked: its steps are read, none is executed', needsTmux, async (t) => {
  const project = fireProject(t)
  const it = consoleOf(t, project, 'it')
  await it.sees(/NEXT {2}The step one/)
  it.type('r')
  await it.sees(/This is destructive/)
  assert.match(it.page(), /Scenario T\+0:00:0/)
  it.type('q')
  await it.exits(130)
  assert.equal(project.read('effects'), '')
  assert.equal(existsSync(project.path('executed')), false)
  assert.deepEqual(listRuns(project.runs), [])
})

void test('the watch on effects sees a process and a connection', async (t) => {
  const project = fireProject(t)
  const program = `require('node:child_process').spawnSync('true'); require('node:child_process').spawn('true');
    const c = require('node:net').connect(9, '127.0.0.1'); c.on('error', () => {})`
  await runProgramOf(project, ['--import', WATCH, '-e', program], watched(project))
  assert.equal(project.read('effects').match(/process/g)?.length, 2, 'with and without waiting for it')
  assert.match(project.read('effects'), /connection/)
})

void test(
  '80×24 fits, a resize is drawn, the terminal is given back, a second console is refused',
  needsTmux,
  async (t) => {
    const project = fireProject(t)
    const it = consoleOf(t, project, 'fire')
    await it.sees(/CLOCK STOPPED/)
    it.type('r')
    await it.sees(/NOW {2}Smoke in the shop/)
    const lines = it.page().split('\n')
    assert.ok(lines.length <= SIZE.rows && lines.every((line) => line.length <= SIZE.columns))
    it.resize(50, 12)
    await it.sees(/the console needs/)
    it.resize(120, 40)
    await it.sees(/NOW {2}Smoke in the shop/)
    const other = await new Promise<string>((resolve) => {
      const second = consoleOf(t, project, '--resume')
      void second.sees(/\[exit 3\]/).then(() => resolve(second.screen()))
    })
    assert.match(other, /open in another console/)
    it.press('C-c')
    await it.exits(130)
    assert.match(it.screen(), /--resume/)
    assert.equal(foldExercise(events(project)).status, 'paused')
  },
)

void test('bad input is told with its place; nothing is begun', async (t) => {
  const project = fireProject(t)
  const broken = project.read('docs/exercises/fire.mdx').replace('step="it#one"', 'step="it#nowhere"')
  project.write('docs/exercises/fire.mdx', broken)
  const check = await project.cli(['check'])
  assert.match(
    check.stdout,
    /docs\/exercises\/fire\.mdx:\d+:1 {2}error {2}step="it#nowhere": runbooks\/it\.mdx has no such step/,
  )
  const noTerminal = await project.cli(['tabletop', 'fire'])
  assert.equal(noTerminal.code, 3)
  const unknown = await project.cli(['tabletop', '--export', 'x.json', 'nothing'])
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /no such exercise/)
  assert.equal(existsSync(path.join(project.runs, 'exercises')), false)
})

void test(
  'a session that was killed is told of before a new one, and comes before an empty one',
  needsTmux,
  async (t) => {
    const project = fireProject(t)
    const first = consoleOf(t, project, 'fire')
    await first.sees(/CLOCK STOPPED/)
    first.type('r')
    await recorded(project, 'inject-released')
    const session = path.basename(folder(project))
    await kill(project, first)

    const second = consoleOf(t, project, 'fire')
    await second.sees(/not finished, 0:00:\d\d played, 1 inject released/)
    assert.match(second.screen().replaceAll('\n', ''), new RegExp(`--resume ${session}`))
    await second.endsWith(/Go on with it, or begin anew/)
    second.press('Down')
    second.press('Enter')
    await second.sees(/CLOCK STOPPED/)
    second.type('q')
    await second.exits(130)
    const empty = path.basename(folder(project))
    assert.notEqual(empty, session)
    const again = consoleOf(t, project, '--resume', empty)
    await again.sees(/Resumed\. Not begun: r releases the first inject/)
    again.type('q')
    await again.exits(130)

    for (const args of [['tabletop', '--resume'], ['resume']]) {
      const resumed = new Terminal(t, project, args, {}, SIZE)
      await resumed.sees(/NOW {2}Smoke in the shop[\s\S]*p goes on/)
      resumed.type('q')
      await resumed.exits(130)
    }
    const third = consoleOf(t, project, 'fire')
    await third.endsWith(/Go on with it, or begin anew/)
    third.press('Enter')
    await third.sees(/NOW {2}Smoke in the shop[\s\S]*p goes on/)
    third.type('q')
    await third.exits(130)
    assert.equal(listRuns(path.join(project.runs, 'exercises')).length, 2)
  },
)

void test('one changed byte in the journal of an exercise is found', needsTmux, async (t) => {
  const project = fireProject(t)
  await playOnce(t, project, 'p')
  assert.deepEqual(openToOthers(folder(project)), [])
  const session = path.basename(folder(project))
  const whole = await project.cli(['verify', session])
  assert.deepEqual([whole.code, whole.stderr], [0, ''])
  assert.match(whole.stdout, /^\d+ lines, unchanged\.$/m)
  assert.match((await project.cli(['show', session])).stdout, /Rated P:[\s\S]*The exercise: finished\./)
  const file = journalFile(folder(project))
  const bytes = readFileSync(file)
  bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1
  writeFileSync(file, bytes)
  assert.equal((await project.cli(['tabletop', '--verify', session])).code, 4)
  assert.equal((await project.cli(['verify', session])).code, 4)
})
