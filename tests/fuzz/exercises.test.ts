import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { consoleRows, injectPage, overviewPage } from '../../src/cli/tabletop/screen.ts'
import { parseExercise, requireExercise } from '../../src/document/exercise.ts'
import { ProjectFiles } from '../../src/document/project-files.ts'
import { fromCexf, toCexf } from '../../src/exercise/cexf.ts'
import { foldEvent, emptyExercise, foldExercise } from '../../src/exercise/fold.ts'
import { nextInject } from '../../src/exercise/plan.ts'
import { projectorView } from '../../src/exercise/projector.ts'
import { exerciseMdx } from '../../src/exercise/to-mdx.ts'
import { cells, fit } from '../../src/host/cells.ts'
import { Journal, START } from '../../src/journal/append.ts'
import { readChain } from '../../src/journal/read.ts'
import { verifyExercise } from '../../src/journal/verify.ts'
import { parseExerciseEvent } from '../../src/model/exercise-event.ts'
import type { ExerciseEventBody } from '../../src/model/exercise-event.ts'
import type { Exercise } from '../../src/model/exercise.ts'
import { afterAction } from '../../src/reports/after-action/data.ts'
import { actionsFor, afterActionDocument } from '../../src/reports/after-action/document.ts'
import { EXERCISE, exerciseFiles } from '../helpers/exercise.ts'
import { Project } from '../helpers/project.ts'
import { mutated, mutatedBytes, runs } from './mutate.ts'

/** Whatever stands in an exercise, in a journal or in a file of another program: words, never a defect. */

const TEMPLATE = 'templates/after-action-report.md.hbs'
const HASH = '0'.repeat(64)
let root: string
let files: ProjectFiles
let fire: Exercise
let template: { file: string; text: string }
before(() => {
  root = mkdtempSync(path.join(tmpdir(), 'drillbook-fuzz-'))
  const project = new Project(root, exerciseFiles())
  files = new ProjectFiles(root)
  fire = requireExercise(root, 'fire')
  template = { file: TEMPLATE, text: project.read(TEMPLATE) }
})
after(() => rmSync(root, { recursive: true, force: true }))

void test('a mutilated exercise is read, or refused with places', () => {
  fc.assert(
    fc.property(mutated(EXERCISE), (text) => {
      const { exercise, problems } = parseExercise('fire', text, files)
      if (exercise) assert.equal(problems.length, 0)
      else {
        assert.ok(problems.length > 0)
        for (const { message, file } of problems) {
          assert.ok(message.length > 3 && file !== undefined)
          assert.doesNotMatch(message, /\[object Object\]|ZodError|\n {4}at /)
        }
      }
    }),
    runs(150, 5000),
  )
})

const words = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '`a` | b',
    '{{x}} {y}',
    '<b>&amp;</b>',
    '<500ms',
    '$1 "q"',
    '\u202eabc',
    '😀😀',
    '\u001b[2J',
    '---',
    '<!-- end: analysis -->',
  ),
)
const some = words.map((text) => (text === '' ? 'x' : text))
const inject = fc.constantFrom('smoke', 'flames', 'brigade', 'coffee', 'rain', 'unknown')
const task = fc.constantFrom('command', 'repair', 'unknown')

/** Any event that a console could write, in any order. */
const said: fc.Arbitrary<Omit<ExerciseEventBody, 'exerciseMs'>> = fc
  .oneof(
    fc.record({ event: fc.constant('inject-released'), inject, time: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ event: fc.constant('inject-held'), inject, reason: words }),
    fc.record({ event: fc.constant('inject-skipped'), inject, reason: words }),
    fc.record({
      event: fc.constant('branch-taken'),
      inject,
      choice: fc.constantFrom('open', 'wait', 'other'),
    }),
    fc.record({
      event: fc.constant('task-rated'),
      task,
      inject: fc.option(inject),
      rating: fc.constantFrom('P', 'S', 'M', 'U'),
      evidence: some,
    }),
    fc.record({
      event: fc.constant('decision-recorded'),
      inject: fc.option(inject),
      question: words,
      options: fc.array(words, { maxLength: 3 }),
      decision: words,
      decider: words,
      rationale: words,
    }),
    fc.record({ event: fc.constant('note-written'), inject: fc.option(inject), text: words }),
    fc.record({
      event: fc.constant('hot-wash-said'),
      kind: fc.constantFrom('sustain', 'improve', 'surprise'),
      text: words,
    }),
    fc.record({
      event: fc.constant('action-agreed'),
      task: fc.option(task),
      title: some,
      owner: fc.constant('ada'),
      due: fc.constant('2099-01-31'),
      doneWhen: some,
    }),
    fc.record({ event: fc.constant('exercise-paused'), reason: words }),
    fc.constant({ event: 'exercise-continued' }),
    fc.constant({ event: 'clock-read' }),
    fc.record({ event: fc.constant('exercise-ended'), reason: words }),
  )
  .map((body) => {
    const { exerciseMs: _ms, ...rest } = parseBody(body)
    return rest
  })

function parseBody(body: object) {
  const head = {
    v: 1,
    seq: 1,
    at: '2026-11-20T10:00:00.000Z',
    mono: 1,
    digest: HASH,
    facilitator: 'f',
    prev: HASH,
  }
  const {
    v: _v,
    seq: _s,
    at: _a,
    mono: _m,
    digest: _d,
    facilitator: _f,
    prev: _p,
    ...event
  } = parseExerciseEvent({ ...head, ...body, exerciseMs: 1 })
  return event
}

const START_EVENT = {
  event: 'exercise-started',
  session: 'it',
  exercise: 'fire',
  title: 'x',
  mode: 'tabletop',
  host: 'h',
  pid: 1,
  boot: 'b',
  versions: {},
  sources: [],
}

function journalOf(all: readonly object[], name: string): string {
  const directory = mkdtempSync(path.join(root, `${name}-`))
  let mono = 0
  const journal = new Journal<ExerciseEventBody, { digest: string; facilitator: string }>(
    [path.join(directory, 'journal.ndjson')],
    { digest: HASH, facilitator: 'f' },
    START,
    { now: () => 1_800_000_000_000 + mono, monotonic: () => (mono += 1000) },
  )
  for (const body of [START_EVENT, ...all]) journal.append(parseBody(body))
  journal.close()
  return directory
}

void test('whatever is said in an exercise, the console fits, the projector tells nothing, and the report is written', () => {
  fc.assert(
    fc.property(fc.array(said, { maxLength: 25 }), (all) => {
      const directory = journalOf(all, 'said')
      const { events, end, problems } = readChain(path.join(directory, 'journal.ndjson'), parseExerciseEvent)
      assert.deepEqual(problems, [])
      const state = emptyExercise()
      for (const event of events) {
        foldEvent(state, event)
        const shown = {
          exercise: fire,
          state,
          exerciseMs: state.exerciseMs,
          scenarioMs: undefined,
          message: '',
        }
        const rows = consoleRows(shown, { columns: 80, rows: 24 }, '›')
        assert.equal(rows.length, 24)
        for (const row of rows) {
          const line = fit(typeof row === 'string' ? row : row.text, 80)
          // eslint-disable-next-line no-control-regex -- none may be left
          assert.ok(cells(line) <= 80 && !/[\u0000-\u001f\u202a-\u202e]/.test(line))
        }
        const view = JSON.stringify(projectorView(fire, state, 0, undefined))
        assert.doesNotMatch(view, /SPOILER-NOTE/)
        if (!state.released.has('flames')) assert.doesNotMatch(view, /SPOILER-FLAMES/)
      }
      overviewPage(fire, state, 80)
      for (const one of fire.injects) injectPage(fire, one, state, 40)
      const document = afterActionDocument(
        afterAction(fire, events, end.hash),
        actionsFor(fire, state, []),
        template,
        { file: 'report.md', regions: [] },
      )
      assert.equal(
        document.match(/^<!-- end: analysis -->$/gm)?.length,
        1,
        'nothing that was said closes a region',
      )
      assert.doesNotMatch(document, /\[object Object\]|undefined/)
      rmSync(directory, { recursive: true })
    }),
    runs(60, 1000),
  )
})

void test('a mutilated journal is read as far as it goes, and every change of it is found', () => {
  const directory = journalOf(
    [
      { event: 'note-written', inject: null, text: 'one' },
      { event: 'clock-read' },
      { event: 'exercise-ended', reason: 'x' },
    ],
    'cut',
  )
  const file = path.join(directory, 'journal.ndjson')
  const whole = readFileSync(file)
  fc.assert(
    fc.property(mutatedBytes(whole), (bytes) => {
      writeFileSync(file, bytes)
      const journal = readChain(file, parseExerciseEvent)
      const state = foldExercise(journal.events)
      nextInject(fire, state)
      const { problems } = verifyExercise(directory)
      for (const { message } of problems) assert.doesNotMatch(message, /\[object Object\]|\n {4}at /)
      // The last line is covered by the seal only, which this journal has not.
      const head = whole.subarray(0, whole.lastIndexOf(10, whole.length - 2) + 1)
      if (!bytes.subarray(0, head.length).equals(head) && !journal.torn) assert.ok(problems.length > 0)
    }),
    runs(200, 5000),
  )
})

void test('a mutilated CEXF file is taken over, or refused with words', () => {
  const text = JSON.stringify(toCexf(fire))
  fc.assert(
    fc.property(mutated(text), (changed) => {
      let json: unknown
      try {
        json = JSON.parse(changed)
      } catch {
        return
      }
      const read = fromCexf(json)
      if ('problems' in read) assert.ok(read.problems.every(({ message }) => message.length > 3))
      else parseExercise('fire', exerciseMdx(read.input), files)
    }),
    runs(200, 5000),
  )
})
