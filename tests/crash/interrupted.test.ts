import assert from 'node:assert/strict'
import { chmodSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { bootId } from '../../src/host/process-tree.ts'
import { readSupervision } from '../../src/host/supervision.ts'
import { assertSound, only, reasons, standing } from '../helpers/claims.ts'
import { kill, processesWith, until } from '../helpers/processes.ts'
import type { Project } from '../helpers/project.ts'
import { MARK, ended, makeProject, runbook, step } from '../helpers/project.ts'

/** What the matrix does not play: the other processes of a run that end, and files that are not as they were left. */

const options = { timeout: 60_000 }
const WAITS = 'touch begun; until test -e go; do sleep 0.02; done; echo one >> effects.log'
const TS_WAITS = `fs.writeFileSync('begun', '')\nwhile (!fs.existsSync('go')) await sleep(20)\nfs.appendFileSync('effects.log', 'one\\n')`
const TWO = step('two', '', ['sh run', 'echo two >> effects.log'])

const begun = (project: Project): Promise<void> =>
  until('the fence has begun', () => project.files().includes('begun'))
const supervisors = (project: Project): number[] =>
  readSupervision(project.lastRun()).supervisors.map(({ pid }) => pid)
const started = (project: Project): ReturnType<Project['start']> => project.start(['run', 'it', '--yes'])

/** What the run has shown since it was begun (1), or resumed (2 …). */
const shown = (project: Project, start: number): string =>
  project.read(
    path.relative(
      project.root,
      path.join(project.lastRun(), start === 1 ? 'terminal.cast' : `terminal-${start}.cast`),
    ),
  )

for (const [lang, code] of [
  ['sh', WAITS],
  ['ts', TS_WAITS],
] as const) {
  void test(
    `${lang}: the runner is killed; the resumed one too, while it waits; the next one waits again`,
    options,
    async (t) => {
      const project = makeProject(t, {
        'runbooks/it.mdx': runbook(step('one', '', [`${lang} run`, code]) + TWO),
      })
      const first = started(project)
      await begun(project)
      first.kill('SIGKILL')
      await ended(first)
      const second = project.start(['resume', '--yes'])
      await until(
        'the second one waits',
        () => only(project.journal(), 'run-resumed').length === 1 && supervisors(project).length === 2,
      )
      second.kill('SIGKILL')
      await ended(second)
      const third = project.cli(['resume', '--yes'])
      const { at = '' } = only(project.journal(), 'fence-started')[0] ?? {}
      const said = `still running under its supervisor (process ${supervisors(project)[0]}) since ${at.slice(11, 19)}`
      await until('the third one waits, and says so', () => shown(project, 3).includes(said))
      project.write('go', '')
      const end = await third
      assert.equal(end.code, 0, end.stderr + end.stdout)
      const [finished] = only(project.journal(), 'fence-finished')
      const tookMs = finished?.outcome.kind === 'ok' ? finished.outcome.durationMs : Number.NaN
      assert.ok((only(project.journal(), 'step-finished')[0]?.durationMs ?? 0) >= Math.floor(tookMs))
      assert.equal(project.read('effects.log'), 'one\ntwo\n')
      assert.equal(only(project.journal(), 'fence-finished')[0]?.found, 'supervisor')
      await assertSound(project)
    },
  )

  void test(
    `${lang}: runner and supervisor are killed: what is left of the fence is ended before anyone is asked, and does nothing later`,
    options,
    async (t) => {
      const project = makeProject(t, {
        'runbooks/it.mdx': runbook(step('one', '', [`${lang} run`, code]) + TWO),
      })
      const first = started(project)
      await begun(project)
      kill(supervisors(project)[0] ?? 0)
      first.kill('SIGKILL')
      await ended(first)
      const end = await project.cli(['resume', '--yes'])
      project.write('go', '')
      assert.equal(end.code, 1, end.stderr)
      assert.match(
        reasons(project.journal()),
        /one: the runner and its supervisor ended while this was being executed; the step has no verification/,
      )
      await assertSound(project)
      assert.equal(project.read('effects.log'), '')
      const again = await project.cli(['resume', '--yes'])
      assert.equal(again.code, 1)
      assert.equal(project.read('effects.log'), '')
    },
  )

  void test(
    `${lang}: only the supervisor is killed: the fence is ended, the run pauses, nothing is tried again on a guess`,
    options,
    async (t) => {
      const project = makeProject(t, {
        'runbooks/it.mdx': runbook(step('one', 'retries="3"', [`${lang} run`, code]) + TWO),
      })
      const first = started(project)
      const end = ended(first)
      await begun(project)
      kill(supervisors(project)[0] ?? 0)
      const { code: exit, stderr, stdout } = await end
      project.write('go', '')
      assert.equal(exit, 130, stderr)
      assert.match(stdout, /Paused: the supervisor of the run ended; resuming starts another one/)
      assert.equal(standing(project.journal()), 'one unknown')
      await assertSound(project)
      assert.equal((await project.cli(['resume', '--yes'])).code, 1)
      assert.equal(project.read('effects.log'), '')
    },
  )
}

void test(
  'the runner is killed while a fence prints a great deal: the outcome is not lost',
  options,
  async (t) => {
    const chatty =
      'touch begun; for i in $(seq 300000); do echo "line $i of the output of this fence"; done; echo one >> effects.log'
    const project = makeProject(t, { 'runbooks/it.mdx': runbook(step('one', '', ['sh run', chatty]) + TWO) })
    const first = started(project)
    await begun(project)
    first.kill('SIGKILL')
    await ended(first)
    const end = await project.cli(['resume', '--yes'])
    assert.equal(end.code, 0, end.stderr + end.stdout)
    assert.equal(project.read('effects.log'), 'one\ntwo\n')
  },
)

void test(
  'the verification of an unknown effect is interrupted: it is verified again, the effect is not repeated',
  options,
  async (t) => {
    const verify: [string, string] = ['sh verify', 'touch verifying; test -e verified']
    const project = makeProject(t, {
      'runbooks/it.mdx': runbook(
        step('one', '', ['sh run', `echo one >> effects.log; ${WAITS}`], verify) + TWO,
      ),
    })
    const first = started(project)
    await begun(project)
    kill(supervisors(project)[0] ?? 0)
    first.kill('SIGKILL')
    await ended(first)
    const second = project.start(['resume', '--yes'])
    await until('it verifies', () => project.files().includes('verifying'))
    second.kill('SIGKILL')
    await ended(second)
    const third = project.start(['resume', '--yes'])
    await until('it verifies again', () => only(project.journal(), 'run-resumed').length === 2)
    project.write('verified', '')
    const end = await ended(third)
    assert.equal(end.code, 0, end.stderr + end.stdout)
    assert.equal(project.read('effects.log'), 'one\ntwo\n')
    assert.match(reasons(project.journal()), /its verification holds/)
  },
)

void test(
  'the verification of an unknown effect does not hold: a person is asked, however often it is resumed',
  { timeout: 120_000 },
  async (t) => {
    const project = makeProject(t, {
      'runbooks/it.mdx': runbook(
        step('one', 'timeout="2s"', ['sh run', `echo one >> effects.log; ${WAITS}`], ['sh verify', 'false']) +
          TWO,
      ),
    })
    const first = started(project)
    await begun(project)
    kill(supervisors(project)[0] ?? 0)
    first.kill('SIGKILL')
    await ended(first)
    for (const attempt of [1, 2]) {
      const end = await project.cli(['resume', '--yes'])
      assert.equal(end.code, 1, `${attempt}: ${end.stderr}`)
      assert.match(
        end.stdout,
        /Paused: one: the runner and its supervisor ended while this was being executed; its verification does not hold/,
      )
    }
    assert.equal(project.read('effects.log'), 'one\n')
  },
)

void test(
  'the supervisor stands still while it is waited for: a second Ctrl-C says what can be done',
  options,
  async (t) => {
    const project = makeProject(t, { 'runbooks/it.mdx': runbook(step('one', '', ['sh run', WAITS]) + TWO) })
    const first = started(project)
    await begun(project)
    const [pid = 0] = supervisors(project)
    kill(pid, 'SIGSTOP')
    first.kill('SIGKILL')
    await ended(first)
    const second = project.start(['resume', '--yes'])
    const end = ended(second)
    await until('it waits', () => shown(project, 2).includes('still running'))
    second.kill('SIGINT')
    await until('it is told', () => {
      if (shown(project, 2).includes('Pausing when')) second.kill('SIGINT')
      return shown(project, 2).includes(`kill -CONT ${pid}. To give the step up: kill -9 ${pid};`)
    })
    assert.doesNotMatch(shown(project, 2), /Stopping the step/)
    kill(pid, 'SIGCONT')
    project.write('go', '')
    assert.equal((await end).code, 130)
    assert.equal(project.read('effects.log'), 'one\n')
  },
)

void test('an unknown effect verifies, but its outputs are lost: a person is asked', options, async (t) => {
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(
      step(
        'one',
        'outputs="token"',
        ['sh run', `echo token=x >> "$DRILLBOOK_OUTPUT"; ${WAITS}`],
        ['sh verify', 'true'],
      ) + TWO,
    ),
  })
  const first = started(project)
  await begun(project)
  kill(supervisors(project)[0] ?? 0)
  first.kill('SIGKILL')
  await ended(first)
  const end = await project.cli(['resume', '--yes'])
  assert.equal(end.code, 1)
  assert.match(end.stdout, /its verification holds, but what it found out is not known: token/)
})

void test(
  'two resume one run at the same time: one goes on, the other is refused, the journal stays whole',
  options,
  async (t) => {
    const project = makeProject(t, {
      'runbooks/it.mdx': runbook(
        step('one', '', ['sh run', 'test -e fine']) +
          step('two', '', ['sh run', 'echo two >> effects.log; sleep 0.5']),
      ),
    })
    assert.equal((await project.cli(['run', 'it', '--yes'])).code, 1)
    project.write('fine', '')
    const ends = await Promise.all([0, 1, 2].map(() => project.cli(['resume', '--yes'])))
    assert.deepEqual(ends.map(({ code }) => code).sort(), [0, 3, 3])
    for (const { code, stderr } of ends)
      if (code === 3)
        assert.match(stderr, /being run in this environment|went on while this was being prepared/)
    assert.equal(project.read('effects.log'), 'two\n')
    await assertSound(project)
  },
)

/** Tells its version at once, or only when it is let go. */
const SLOW_TOOL = `#!/bin/sh
test -z "$HOLD" || { touch held; until test -e let-go; do sleep 0.02; done; }
echo 1.0
`

void test(
  'a run that went on while a resume was being prepared is not resumed from what was read before',
  options,
  async (t) => {
    const body =
      step('one', '', ['sh run', 'test -e fine']) +
      step('two', '', ['sh run', 'echo two >> effects.log; test -e fine2'])
    const project = makeProject(t, {
      'runbooks/it.mdx': runbook(body, 'requires: [slow-tool]'),
      'bin/slow-tool': SLOW_TOOL,
    })
    chmodSync(project.path('bin', 'slow-tool'), 0o755)
    const env = { PATH: `${project.path('bin')}:${project.environment()['PATH'] ?? ''}` }
    assert.equal((await project.cli(['run', 'it', '--yes'], { env })).code, 1)
    project.write('fine', '')
    const held = project.cli(['resume', '--yes'], { env: { ...env, HOLD: 'yes' } })
    await until('the first one is being prepared', () => project.files().includes('held'))
    assert.equal((await project.cli(['resume', '--yes'], { env })).code, 1)
    project.write('let-go', '')
    const end = await held
    assert.equal(end.code, 3, end.stderr)
    assert.match(end.stderr, /went on while this was being prepared: nothing was changed/)
    assert.equal(project.read('effects.log'), 'two\n')
    await assertSound(project)
  },
)

/** Files of a run as a crash of the machine, or a person, may leave them. */
const spoiled: { title: string; spoil: (run: string, job: string) => void; code: number; effects: string }[] =
  [
    {
      title: 'an empty note of the supervisors',
      spoil: (run) => truncateSync(path.join(run, 'supervision.ndjson'), 0),
      code: 1,
      effects: 'one\n',
    },
    {
      title: 'no note of the supervisors',
      spoil: (run) => rmSync(path.join(run, 'supervision.ndjson')),
      code: 1,
      effects: 'one\n',
    },
    {
      title: 'a note of the supervisors that was cut off',
      spoil: (run) => cut(path.join(run, 'supervision.ndjson')),
      code: 1,
      effects: 'one\n',
    },
    {
      title: 'notes that are something else',
      spoil: (run) =>
        writeFileSync(path.join(run, 'supervision.ndjson'), '[]\nnull\n7\n{"pid":"x","boot":7}\n\0\0\0\n'),
      code: 1,
      effects: 'one\n',
    },
    {
      title: 'an empty outcome',
      spoil: (run, job) => writeFileSync(path.join(run, 'outcomes', `${job}.json`), ''),
      code: 1,
      effects: 'one\n',
    },
    {
      title: 'an outcome of another shape',
      spoil: (run, job) => writeFileSync(path.join(run, 'outcomes', `${job}.json`), '{"kind":"ok"}'),
      code: 1,
      effects: 'one\n',
    },
  ]

/** As after a loss of power: the end of the file never reached the disk, and the machine has been started again. */
function cut(file: string): void {
  const text = readFileSync(file, 'utf8').replaceAll(bootId(), 'an earlier start of this machine')
  writeFileSync(file, text.slice(0, -10))
}

for (const { title, spoil, code, effects } of spoiled)
  void test(
    `after a crash of runner and supervisor, ${title}: a person is asked, with words`,
    options,
    async (t) => {
      const project = makeProject(t, {
        'runbooks/it.mdx': runbook(step('one', '', ['sh run', `echo one >> effects.log; ${WAITS}`]) + TWO),
      })
      const first = started(project)
      await begun(project)
      for (const { pid } of processesWith(`${MARK}=${project.root}`)) kill(pid)
      await ended(first)
      spoil(project.lastRun(), `${project.runIds()[0] ?? ''}.1`)
      const end = await project.cli(['resume', '--yes'])
      assert.doesNotMatch(end.stderr, /defect/)
      assert.equal(end.code, code, end.stderr)
      assert.equal(project.read('effects.log'), effects)
      await assertSound(project)
    },
  )

void test(
  'the runbook is edited while its run is stopped: what was done is not done again',
  options,
  async (t) => {
    const fences = (): string => step('one', '', ['sh run', WAITS], ['sh run', 'echo two >> effects.log'])
    const project = makeProject(t, { 'runbooks/it.mdx': runbook(fences()) })
    const run = started(project)
    await begun(project)
    run.kill('SIGKILL')
    await ended(run)
    const edited = runbook(`What is new stands above.\n\n${fences()}`)
    project.write('runbooks/it.mdx', edited)
    project.write('go', '')
    const end = await project.cli(['resume', '--yes', '--accept-changes'])
    assert.equal(end.code, 0, end.stderr + end.stdout)
    assert.equal(project.read('effects.log'), 'one\ntwo\n')
    await assertSound(project)
  },
)
