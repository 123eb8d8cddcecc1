import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { after, before, test } from 'node:test'
import { systemClock } from '../../src/host/clock.ts'
import { Journal } from '../../src/journal/append.ts'
import { readSeal } from '../../src/journal/read-seal.ts'
import { readJournal } from '../../src/journal/read.ts'
import { journalFile } from '../../src/journal/run-directory.ts'
import { assertNothingRuns, only, standing } from '../helpers/claims.ts'
import { endProcesses } from '../helpers/processes.ts'
import { MARK, Project, runbook, step } from '../helpers/project.ts'
import { verifyRun } from '../../src/journal/verify.ts'
import { CRASH_VARIABLE } from './hook.ts'
import type { Moment } from './hook.ts'

/** A rollback is killed at every append; resumed, it undoes every step exactly once, the last first. */

const HOOK = pathToFileURL(path.join(import.meta.dirname, 'hook.ts')).href
const EXHAUSTIVE = process.env['DRILLBOOK_EXHAUSTIVE'] === '1'
const SAMPLE = 8
const UNDONE = 'three two-b two-a one'

const effect = (name: string): [string, string] => ['sh run', `echo ${name} >> effects.log`]
const undo = (name: string): [string, string] => ['sh rollback', `echo ${name} >> undone.log`]
const BODY =
  step('one', '', effect('one'), undo('one')) +
  step('two', '', effect('two'), undo('two-b'), [
    'ts rollback',
    `fs.appendFileSync('undone.log', 'two-a\\n')`,
  ]) +
  step('plain', '', effect('plain')) +
  step('three', '', effect('three'), undo('three')) +
  step('four', '', ['sh run', 'exit 1'])

type Case = { append: number; moment: Moment; kill: 'runner' | 'both' }

let template: Project
let appends = 0
before(async () => {
  template = new Project(mkdtempSync(path.join(tmpdir(), 'drillbook-rollback-')), {
    'runbooks/it.mdx': runbook(BODY),
  })
  assert.equal((await template.cli(['run', 'it', '--yes'])).code, 1)
  beginRollback()
  const whole = copyOfTemplate()
  const end = await whole.cli(['resume', '--yes'])
  assert.equal(end.code, 1, end.stderr)
  assert.equal(undone(whole), UNDONE)
  appends = whole.journal().length - template.journal().length
  await remove(whole)
})
after(() => remove(template))

/** As a person does it who answers "roll back" where the run stands. */
function beginRollback(): void {
  const file = journalFile(template.lastRun())
  const { end, events } = readJournal(file)
  const { digest = '', operator = '', environment = '' } = events[0] ?? {}
  const journal = new Journal([file], { digest, operator, environment }, end, systemClock)
  journal.append({ event: 'rollback-started', reason: 'a test' })
  journal.close()
}

function copyOfTemplate(): Project {
  const root = mkdtempSync(path.join(tmpdir(), 'drillbook-rollback-'))
  const copy = new Project(root, {})
  cpSync(template.root, root, { recursive: true })
  return copy
}

async function remove(project: Project): Promise<void> {
  await endProcesses(`${MARK}=${project.root}`)
  rmSync(project.root, { recursive: true, force: true })
}

function undone(project: Project): string {
  return project.read('undone.log').trimEnd().replaceAll('\n', ' ')
}

function isInDoubt(project: Project): boolean {
  return only(project.journal(), 'run-paused').at(-1)?.reason.includes('not known whether') === true
}

async function play({ append, moment, kill }: Case): Promise<void> {
  const project = copyOfTemplate()
  try {
    const env = { [CRASH_VARIABLE]: `${append} ${moment} ${kill}` }
    const first = await project.cli(['resume', '--yes'], { env, nodeOptions: [`--import=${HOOK}`] })
    assert.equal(first.signal, 'SIGKILL', first.stderr)
    for (let attempt = 0; attempt < 3 && readSeal(project.lastRun()) === undefined; attempt += 1) {
      const end = await project.cli(['resume', '--yes'])
      assert.doesNotMatch(end.stderr, /defect/)
    }
    if (isInDoubt(project)) {
      // Nobody can tell but a person: nothing was undone a second time on a guess.
      assert.equal(kill, 'both')
      assert.ok(UNDONE.startsWith(undone(project)), undone(project))
      return
    }
    assert.equal(undone(project), UNDONE)
    assert.equal(
      standing(project.journal()),
      'one rolled-back, two rolled-back, plain done, three rolled-back, four failed',
    )
    assert.deepEqual(verifyRun(project.lastRun()).problems, [])
    await assertNothingRuns(project)
  } finally {
    await remove(project)
  }
}

void test('a rollback, killed everywhere', { timeout: 3_600_000 }, async (t) => {
  const numbers = Array.from({ length: appends }, (_, index) => index + 1)
  const all = numbers.flatMap((append) =>
    (['runner', 'both'] as const).flatMap((kill) =>
      (['before', 'after'] as const).map((moment): Case => ({ append, moment, kill })),
    ),
  )
  const every = EXHAUSTIVE ? 1 : Math.ceil(all.length / SAMPLE)
  const cases = all.filter((_, index) => index % every === 0)
  for (const it of cases) await t.test(`${it.kill} killed ${it.moment} append ${it.append}`, () => play(it))
  t.diagnostic(`rollback: ${cases.length} of ${all.length} cases`)
})
