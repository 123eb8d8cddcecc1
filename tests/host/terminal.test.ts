import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { readSupervision } from '../../src/host/supervision.ts'
import { assertSound, only, reasons, standing } from '../helpers/claims.ts'
import { ENVIRONMENTS, withTargets } from '../helpers/plan.ts'
import { kill, processesWith, until } from '../helpers/processes.ts'
import { MARK, makeProject, runbook, step } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { Terminal, needsSetsid, needsTmux } from '../helpers/terminal.ts'

/** A person at a real terminal: every letter of every question. */

const effect = (name: string): [string, string] => ['sh run', `echo ${name} >> effects.log`]
const undo = (name: string): [string, string] => ['sh rollback', `echo undo-${name} >> effects.log`]
const effects = (project: Project): string => project.read('effects.log').trim().replaceAll('\n', ' ')
const ASKS = /\? Run this step.*\?[\s\S]*›$/
const WAITS = 'touch begun; until test -e go; do sleep 0.02; done; echo one >> effects.log'
const begun = (project: Project): Promise<void> =>
  until('the fence has begun', () => project.files().includes('begun'))

function open(
  t: TestContext,
  body: string,
  files: Record<string, string> = {},
): { project: Project; start: (...args: string[]) => Terminal } {
  const project = makeProject(t, {
    'docs/plan/environments.yaml': withTargets(ENVIRONMENTS, 'shop.none'),
    'runbooks/it.mdx': runbook(body),
    ...files,
  })
  return { project, start: (...args) => new Terminal(t, project, args.length > 0 ? args : ['run', 'it']) }
}

void test(
  'what only shows something: dry-run, view, note, contacts, help, and a letter that means nothing',
  needsTmux,
  async (t) => {
    const { project, start } = open(t, step('one', 'role="dba"', effect('one')))
    const terminal = start()
    await terminal.answer(ASKS, 'd')
    await terminal.sees(/would run \(sh\) runbooks\/it\.mdx:\d+\n {6,}echo one >> effects\.log/)
    await terminal.answer(ASKS, 'v')
    await terminal.sees(/── run \(sh\)[^\n]*\n {2}echo one >> effects\.log\s+\[1\/1\] The step one {2}one/)
    await terminal.answer(ASKS, 'n')
    await terminal.answer(/Note:/, 'it smells of smoke')
    await terminal.answer(ASKS, 'c')
    await terminal.sees(/dba:\n[^\n]*Ada Example: voice \+12065550199/)
    await terminal.answer(ASKS, '?')
    await terminal.sees(/r {2}run +do it: check, run, verify; every outcome is recorded/)
    await terminal.answer(ASKS, 'x')
    await terminal.endsWith(/"x" is none of these letters\./)
    assert.equal(effects(project), '')
    terminal.press('Enter')
    await terminal.exits(0)
    assert.equal(effects(project), 'one')
    assert.equal(only(project.journal(), 'note-added')[0]?.text, 'it smells of smoke')
    assert.equal(only(project.journal(), 'step-confirmed')[0]?.by, 'person')
    await assertSound(project)
  },
)

void test(
  'something destructive: Enter alone does nothing, a plain no is the default',
  needsTmux,
  async (t) => {
    const { project, start } = open(t, step('one', 'danger="destructive" target="shop.none"', effect('one')))
    const terminal = start()
    await terminal.endsWith(/■ DESTRUCTIVE[\s\S]*\? Run this step/)
    terminal.press('Enter')
    await terminal.endsWith(/Enter alone does nothing here: type a letter first\./)
    await terminal.answer(/›/, 'r')
    await terminal.answer(/This is destructive for shop\.none\. Go on\? \(y\/N\)/, '')
    await terminal.answer(ASKS, 'r')
    await terminal.endsWith(/Go on\? \(y\/N\)$/)
    assert.equal(effects(project), '')
    await terminal.answer(/Go on\? \(y\/N\)$/, 'y')
    await terminal.exits(0)
    assert.equal(effects(project), 'one')
  },
)

void test(
  'the line that counts the time leaves nothing behind, however long what is waited for says',
  needsTmux,
  async (t) => {
    const holds = `test -e seen || { touch seen; echo ${'a-long-reason-'.repeat(20)}; exit 1; }`
    const { start } = open(t, step('one', '', effect('one'), ['sh verify', holds]))
    const terminal = start('run', 'it', '--yes')
    await terminal.exits(0)
    assert.match(terminal.screen(), /✓ done one/)
    assert.doesNotMatch(terminal.screen(), /⧗|waiting:/)
  },
)

void test('caution: Enter alone does nothing either', needsTmux, async (t) => {
  const { project, start } = open(t, step('one', 'danger="caution"', effect('one')))
  const terminal = start()
  await terminal.endsWith(/▲ CAUTION[\s\S]*\? Run this step/)
  terminal.press('Enter')
  await terminal.endsWith(/Enter alone does nothing here/)
  await terminal.answer(/›/, 'r')
  await terminal.exits(0)
  assert.equal(effects(project), 'one')
})

void test(
  'a protected environment: the name of the target is typed, a wrong one does nothing',
  needsTmux,
  async (t) => {
    const { project, start } = open(t, step('one', 'danger="destructive" target="shop.none"', effect('one')))
    const terminal = start('run', 'it', '--env', 'guarded', '--operator', 'ada')
    await terminal.answer(ASKS, 'r')
    await terminal.answer(/guarded is protected\. Type shop\.none to go on:/, 'shop.nome')
    await terminal.sees(/That is not shop\.none: nothing was done\./)
    await terminal.answer(ASKS, 'r')
    await terminal.answer(/Type shop\.none to go on: *$/, '')
    await terminal.answer(ASKS, 'r')
    await terminal.endsWith(/Type shop\.none to go on: *$/)
    assert.equal(effects(project), '')
    await terminal.answer(/Type shop\.none/, 'shop.none')
    await terminal.exits(0)
    assert.equal(effects(project), 'one')
  },
)

void test('skip asks why; without a reason nothing is skipped', needsTmux, async (t) => {
  const { project, start } = open(t, step('one', '', effect('one')) + step('two', '', effect('two')))
  const terminal = start()
  await terminal.answer(ASKS, 's')
  await terminal.answer(/Why is it skipped\?/, '')
  await terminal.answer(/\[1\/2\][\s\S]*Enter alone goes back\)\n\? Run this step[\s\S]*›$/, 's')
  await terminal.answer(/Why is it skipped\?/, 'was done yesterday')
  await terminal.sees(/– skipped one: was done yesterday/)
  await terminal.answer(/two[\s\S]*\? Run this step/, 'r')
  await terminal.sees(/The run succeeded, but a step was skipped: one\.\nJournal, sealed/)
  await terminal.exits(0)
  assert.equal(effects(project), 'two')
  assert.equal(only(project.journal(), 'step-skipped')[0]?.reason, 'was done yesterday')
  const shown = await project.cli(['show', 'last'])
  assert.match(shown.stdout, /^The run succeeded, but a step was skipped: one\.$/m)
})

void test('pause says how to go on; resume goes on there', needsTmux, async (t) => {
  const { project, start } = open(t, step('one', '', effect('one')) + step('two', '', effect('two')))
  const terminal = start()
  await terminal.answer(ASKS, 'r')
  await terminal.answer(/\[2\/2\] The step two[\s\S]*\? Run this step/, 'p')
  await terminal.exits(130)
  const id = project.runIds()[0] ?? ''
  await terminal.sees(
    new RegExp(
      `Paused: paused by the operator\\n *Still to do: two\\.\\n.*Go on with:\\n {2}npm run resume ${id}`,
    ),
  )
  const again = start('resume')
  await again.answer(/\[2\/2\] The step two[\s\S]*\? Run this step/, 'r')
  await again.exits(0)
  assert.equal(effects(project), 'one two')
  await assertSound(project)
})

void test('a step fails: log, try again, skip', needsTmux, async (t) => {
  const { project, start } = open(
    t,
    step('one', '', ['sh run', 'echo tried >> effects.log; echo no route; test -e fine']) +
      step('two', '', ['sh run', 'exit 9']),
  )
  const terminal = start()
  await terminal.answer(ASKS, 'r')
  await terminal.sees(/failed [a-z-]+: run: exit code 1: no route/)
  await terminal.endsWith(/\? What now\?[\s\S]*›$/)
  terminal.press('Enter')
  await terminal.endsWith(/Enter alone does nothing here/)
  await terminal.answer(/›/, 'l')
  await terminal.sees(/one run runbooks\/it\.mdx:\d+ printed:\n {4}no route/)
  await terminal.sees(/The journal: .*journal\.ndjson/)
  await terminal.sees(/The output of each fence: .*output/)
  project.write('fine', '')
  await terminal.answer(/\? What now\?[\s\S]*›$/, 't')
  await terminal.answer(/\[2\/2\] The step two[\s\S]*\? Run this step/, 'r')
  await terminal.sees(/run: exit code 9/)
  assert.equal(terminal.screen().match(/exit code 9/g)?.length, 1, 'a failure is told once')
  await terminal.answer(/\? What now\?[\s\S]*›$/, 's')
  await terminal.answer(/Why is it skipped\?/, 'not needed')
  await terminal.exits(0)
  assert.equal(effects(project), 'tried tried')
  assert.equal(standing(project.journal()), 'one done, two skipped')
  await assertSound(project)
})

const MANUAL = step('hand', '', ['sh check', 'test ! -e not-yet'], ['sh verify', 'test -e done-by-hand'])

void test('a step by hand: checked, done, verified', needsTmux, async (t) => {
  const { project, start } = open(t, MANUAL + step('two', '', effect('two')))
  project.write('done-by-hand', '')
  const terminal = start()
  await terminal.answer(/\? Begin this step by hand/, 'r')
  await terminal.endsWith(/\? Done by hand\?[\s\S]*›$/)
  terminal.press('Enter')
  await terminal.endsWith(/Enter alone does nothing here/)
  await terminal.answer(/›/, 'y')
  await terminal.answer(/two[\s\S]*\? Run this step/, 'r')
  await terminal.exits(0)
  assert.equal(standing(project.journal()), 'hand done, two done')
})

void test(
  'a step by hand is given up: paused and resumed, then rolled back with what was done before it',
  needsTmux,
  async (t) => {
    const { project, start } = open(t, step('one', '', effect('one'), undo('one')) + MANUAL)
    const terminal = start()
    await terminal.answer(ASKS, 'r')
    await terminal.answer(/\? Begin this step by hand/, 'r')
    await terminal.answer(/\? Done by hand\?/, 'p')
    await terminal.exits(130)
    const again = start('resume')
    await again.answer(/\? Done by hand\?/, 'b')
    await again.answer(/Begin the rollback\? \(y\/N\)/, 'y')
    await again.answer(/Why is it rolled back\?/, 'it cannot be done')
    await again.answer(/Roll back: The step one {2}one\n\? Undo this step\?/, 'r')
    await again.exits(1)
    assert.equal(effects(project), 'one undo-one')
    assert.equal(only(project.journal(), 'run-finished')[0]?.result, 'rolled-back')
    await assertSound(project)
  },
)

const THREE =
  step('one', '', effect('one'), undo('one')) +
  step('two', '', effect('two'), undo('two'), ['sh rollback', 'echo undo-two-more >> effects.log']) +
  step('plain', '', effect('plain')) +
  step('three', '', effect('three'), undo('three')) +
  step('last', '', effect('last'))

async function runThree(terminal: Terminal): Promise<void> {
  for (const number of [1, 2, 3, 4])
    await terminal.answer(new RegExp(`\\[${number}/5\\][\\s\\S]*\\? Run this step[\\s\\S]*›$`), 'r')
  await terminal.answer(/\[5\/5\][\s\S]*\? Run this step/, 'b')
  await terminal.answer(/Begin the rollback\? \(y\/N\)/, 'y')
  await terminal.answer(/Why is it rolled back\?/, 'customers complain')
}

void test('roll back: last first, each after its own question; one is kept', needsTmux, async (t) => {
  const { project, start } = open(t, THREE)
  const terminal = start()
  await runThree(terminal)
  await terminal.endsWith(/Roll back: The step three {2}three\n\? Undo this step\?[\s\S]*›$/)
  terminal.press('Enter')
  await terminal.endsWith(/Enter alone does nothing here/)
  assert.equal(effects(project), 'one two plain three')
  await terminal.answer(/›/, 'd')
  // What would undo it, and nothing of what did it.
  await terminal.sees(
    /\? dry-run\n\n {2}would rollback \(sh\) [^\n]*\n {6}echo undo-three >> effects\.log\n\n/,
  )
  await terminal.answer(/\? Undo this step\?[\s\S]*›$/, '?')
  await terminal.sees(/r {2}roll back +undo it now[\s\S]*k {2}keep as it is +leave it; asks why/)
  await terminal.answer(/\? Undo this step\?[\s\S]*›$/, 'r')
  await terminal.answer(/Roll back: The step two {2}two\n\? Undo this step\?/, 'k')
  await terminal.answer(/Why is it kept\?/, 'it does no harm')
  await terminal.answer(/Roll back: The step one {2}one\n\? Undo this step\?/, 'r')
  await terminal.sees(/The run was rolled back\.[^\n]*\nNot done: last\.\n/)
  await terminal.exits(1)
  assert.equal(effects(project), 'one two plain three undo-three undo-one')
  assert.equal(standing(project.journal()), 'one rolled-back, two done, plain done, three rolled-back')
  assert.equal(only(project.journal(), 'rollback-started')[0]?.reason, 'customers complain')
  await assertSound(project)
})

void test('a rollback is paused, and resumed where it was', needsTmux, async (t) => {
  const { project, start } = open(t, THREE)
  const terminal = start()
  await runThree(terminal)
  await terminal.answer(/Roll back: The step three[\s\S]*\? Undo this step[\s\S]*›$/, 'r')
  await terminal.answer(/Roll back: The step two[\s\S]*\? Undo this step[\s\S]*›$/, 'p')
  await terminal.exits(130)
  const again = start('resume')
  await again.answer(/Roll back: The step two[\s\S]*\? Undo this step[\s\S]*›$/, 'r')
  await again.answer(/Roll back: The step one[\s\S]*\? Undo this step[\s\S]*›$/, 'r')
  await again.exits(1)
  assert.equal(effects(project), 'one two plain three undo-three undo-two undo-two-more undo-one')
  await assertSound(project)
})

void test('a rollback is killed in the middle of a step: nothing is undone twice', needsTmux, async (t) => {
  const body =
    step(
      'one',
      '',
      effect('one'),
      ['sh rollback', 'echo first >> effects.log'],
      ['sh rollback', WAITS],
      ['sh rollback', 'echo last >> effects.log'],
    ) + step('two', '', effect('two'))
  const { project, start } = open(t, body)
  const terminal = start()
  await terminal.answer(ASKS, 'r')
  await terminal.answer(/\[2\/2\][\s\S]*\? Run this step/, 'b')
  await terminal.answer(/Begin the rollback\? \(y\/N\)/, 'y')
  await terminal.answer(/Why is it rolled back\?/, 'why not')
  await terminal.answer(/Roll back: The step one[\s\S]*\? Undo this step[\s\S]*›$/, 'r')
  await begun(project)
  kill(only(project.journal(), 'run-started')[0]?.pid ?? 0)
  await terminal.exits(137)
  const again = start('resume')
  const second = project.read('runbooks/it.mdx').split('\n').indexOf(WAITS) + 1
  await again.sees(
    new RegExp(`rollback +sh +runbooks/it\\.mdx:${second}[\\s\\S]*still running under its supervisor`),
  )
  project.write('go', '')
  await again.answer(/Roll back: The step one[\s\S]*\? Undo this step[\s\S]*›$/, 'r')
  await again.exits(1)
  assert.equal(effects(project), 'one first one last')
  await assertSound(project)
})

const DOUBTFUL =
  step('one', '', effect('one'), ['sh rollback', WAITS], ['sh rollback', 'echo last >> effects.log']) +
  step('two', '', effect('two'))

/** Runner and supervisor are both killed while a rollback is under way. */
async function killedWhileUndoing(project: Project, terminal: Terminal): Promise<void> {
  await terminal.answer(ASKS, 'r')
  await terminal.answer(/\[2\/2\][\s\S]*\? Run this step/, 'b')
  await terminal.answer(/Begin the rollback\? \(y\/N\)/, 'y')
  await terminal.answer(/Why is it rolled back\?/, 'why not')
  await terminal.answer(/Roll back: The step one[\s\S]*\? Undo this step[\s\S]*›$/, 'r')
  await begun(project)
  for (const { pid } of processesWith(`${MARK}=${project.root}`)) kill(pid)
  await terminal.sees(/\[exit \d+\]/)
  project.write('go', '')
}

void test('a rollback of which nobody knows is asked about: it is undone', needsTmux, async (t) => {
  const { project, start } = open(t, DOUBTFUL)
  await killedWhileUndoing(project, start())
  const again = start('resume')
  await again.sees(/It is not known whether one is undone: the runner and its supervisor ended/)
  await again.endsWith(/\? Undo this step[\s\S]*r roll back · y it is undone · k keep as it is[\s\S]*›$/)
  again.press('Enter')
  await again.endsWith(/Enter alone does nothing here/)
  await again.answer(/›/, 'y')
  await again.answer(/How do you know\?/, 'I looked')
  await again.exits(1)
  assert.equal(effects(project), 'one last', 'the doubtful one is not repeated, the one after it is done')
  assert.equal(standing(project.journal()), 'one rolled-back')
  const found = only(project.journal(), 'fence-finished').filter((event) => event.found === 'person')
  assert.equal(found.length, 1)
  const notes = only(project.journal(), 'note-added').map(({ text }) => text)
  assert.deepEqual(notes, ['one: the operator found it undone: I looked'])
  await assertSound(project)
})

void test(
  'a rollback of which nobody knows is asked about until there is an answer: it is repeated',
  needsTmux,
  async (t) => {
    const { project, start } = open(t, DOUBTFUL)
    await killedWhileUndoing(project, start())
    const paused = start('resume')
    await paused.answer(/not known whether one is undone[\s\S]*\? Undo this step[\s\S]*›$/, 'p')
    await paused.exits(130)
    const again = start('resume')
    await again.answer(/not known whether one is undone[\s\S]*\? Undo this step[\s\S]*›$/, 'r')
    await again.exits(1)
    assert.equal(effects(project), 'one one last')
    assert.equal(standing(project.journal()), 'one rolled-back')
    await assertSound(project)
  },
)

void test('a rollback fails: it stops there and says which; it can be tried again', needsTmux, async (t) => {
  const body =
    step('one', '', effect('one'), undo('one')) +
    step('two', '', effect('two'), [
      'sh rollback',
      'echo locked; test -e fine; echo undo-two >> effects.log',
    ]) +
    step('last', '', effect('last'))
  const { project, start } = open(t, body)
  const terminal = start()
  await terminal.answer(/\[1\/3\][\s\S]*\? Run this step/, 'r')
  await terminal.answer(/\[2\/3\][\s\S]*\? Run this step/, 'r')
  await terminal.answer(/\[3\/3\][\s\S]*\? Run this step/, 'b')
  await terminal.answer(/Begin the rollback\? \(y\/N\)/, 'y')
  await terminal.answer(/Why is it rolled back\?/, 'why not')
  await terminal.answer(/Roll back: The step two[\s\S]*\? Undo this step[\s\S]*›$/, 'r')
  await terminal.exits(130)
  await terminal.sees(/✗ rollback failed two/)
  await terminal.sees(/Paused: the rollback of two failed: exit code 1: locked/)
  assert.equal(effects(project), 'one two')
  project.write('fine', '')
  const again = start('resume')
  await again.answer(/Roll back: The step two[\s\S]*\? Undo this step[\s\S]*›$/, 'r')
  await again.answer(/Roll back: The step one[\s\S]*\? Undo this step[\s\S]*›$/, 'r')
  await again.exits(1)
  assert.equal(effects(project), 'one two undo-two undo-one')
  await assertSound(project)
})

const DECISION = `<Decision id="way">

## Which way?

<Choice value="left" title="Go left">

There.

</Choice>

<Choice value="right" title="Go right">

Here.

</Choice>

</Decision>
`

void test('a decision: each choice has its number, another one means nothing', needsTmux, async (t) => {
  const { project, start } = open(t, DECISION + step('go', 'when="way=right"', effect('right')))
  const terminal = start()
  await terminal.sees(/left: Go left\n +There\.[\s\S]*right: Go right\n +Here\./)
  await terminal.answer(/\? Which\?[\s\S]*1 left · 2 right[\s\S]*›$/, '3')
  await terminal.endsWith(/"3" is none of these: type a number or a letter\./)
  terminal.press('Enter')
  await terminal.endsWith(/Enter alone does nothing here/)
  await terminal.answer(/›/, '2')
  await terminal.answer(ASKS, 'r')
  await terminal.exits(0)
  assert.equal(effects(project), 'right')
  assert.equal(only(project.journal(), 'decision-made')[0]?.by, 'person')
})

void test('a message is shown before it is written, and can be skipped', needsTmux, async (t) => {
  const inform = '<Inform id="tell" audience="customers" template="news">\n\n## Tell\n\n</Inform>\n'
  const { project, start } = open(t, inform + inform.replace('tell', 'tell-again'), {
    'templates/inform/news.hbs': 'We are on it, {{run.operator}}.\n',
  })
  const terminal = start()
  await terminal.sees(/┃ We are on it, tester\./)
  await terminal.answer(/\[1\/2\][\s\S]*\? Tell customers\?/, 'r')
  await terminal.answer(/\[2\/2\][\s\S]*\? Tell customers\?/, 's')
  await terminal.answer(/Why is it skipped\?/, 'they know')
  await terminal.exits(0)
  assert.equal(only(project.journal(), 'inform-written').length, 1)
})

void test('parallel steps: one question for all of them', needsTmux, async (t) => {
  const { project, start } = open(
    t,
    `<Parallel id="both">\n\n## At once\n\n${step('one', '', effect('one'))}\n${step('two', '', effect('two'))}\n</Parallel>\n`,
  )
  const terminal = start()
  await terminal.answer(/\? Run these 2 steps at the same time\?/, 'r')
  await terminal.exits(0)
  assert.equal(effects(project).split(' ').sort().join(' '), 'one two')
})

void test('Ctrl-C at a question: paused', needsTmux, async (t) => {
  const { project, start } = open(t, step('one', '', effect('one')))
  const terminal = start()
  await terminal.endsWith(ASKS)
  terminal.press('C-c')
  await terminal.exits(130)
  await terminal.sees(
    /Paused: left at a prompt \(Ctrl-C\)\n *Still to do: one\.\n.*Go on with:\n {2}npm run resume/,
  )
  assert.equal(only(project.journal(), 'run-paused').length, 1)
  const again = start('resume')
  await again.answer(ASKS, 'r')
  await again.exits(0)
  assert.equal(effects(project), 'one')
  await assertSound(project)
})

void test('Ctrl-C at the text of a reason: paused as well', needsTmux, async (t) => {
  const { project, start } = open(t, step('one', '', effect('one')))
  const terminal = start()
  await terminal.answer(ASKS, 's')
  await terminal.endsWith(/Why is it skipped\?/)
  terminal.press('C-c')
  await terminal.exits(130)
  assert.equal(standing(project.journal()), '')
  await assertSound(project)
})

void test('Ctrl-C once during a step: it ends, then the run pauses', needsTmux, async (t) => {
  const { project, start } = open(
    t,
    step('one', '', ['sh run', WAITS], ['sh verify', 'echo verified >> effects.log']) +
      step('two', '', effect('two')),
  )
  const terminal = start()
  await terminal.answer(ASKS, 'r')
  await begun(project)
  terminal.press('C-c')
  await terminal.sees(/Pausing when this step has ended\. Press Ctrl-C again to stop the step\./)
  project.write('go', '')
  await terminal.exits(130)
  await terminal.sees(/Paused: interrupted by the operator/)
  assert.equal(effects(project), 'one verified')
  assert.equal(standing(project.journal()), 'one done')
  await assertSound(project)
})

void test('Ctrl-C twice during a step: it is stopped, with all it started', needsTmux, async (t) => {
  const { project, start } = open(
    t,
    step('one', '', ['sh run', `sleep 600 & ${WAITS}`]) + step('two', '', effect('two')),
  )
  const terminal = start()
  await terminal.answer(ASKS, 'r')
  await begun(project)
  terminal.press('C-c')
  await terminal.sees(/Press Ctrl-C again/)
  // Sooner it would be the same press, passed on twice.
  await until('the second press is one of its own', () => {
    terminal.press('C-c')
    return /Stopping the step\./.test(terminal.screen())
  })
  await terminal.exits(130)
  assert.equal(effects(project), '')
  assert.match(reasons(project.journal()), /cancelled: stopped by the operator/)
  assert.equal(standing(project.journal()), 'one failed')
  await assertNoFence(project)
  project.write('go', '')
  const again = start('resume')
  await again.answer(/\? What now\?/, 't')
  await again.answer(/\[2\/2\][\s\S]*\? Run this step/, 'r')
  await again.exits(0)
  assert.equal(effects(project), 'one two')
})

async function assertNoFence(project: Project): Promise<void> {
  const fences = (): string[] =>
    processesWith(`${MARK}=${project.root}`).flatMap(({ environment, command }) =>
      environment.includes('\0DRILLBOOK_JOB=') ? [command] : [],
    )
  await until('no fence is left', () => fences().length === 0, 5000).catch(() =>
    assert.deepEqual(fences(), []),
  )
}

for (const how of ['the terminal is closed', 'SIGTERM'] as const)
  void test(`${how} during a step: it ends, the run pauses, and is resumed`, needsTmux, async (t) => {
    const { project, start } = open(t, step('one', '', ['sh run', WAITS]) + step('two', '', effect('two')))
    const terminal = start()
    await terminal.answer(ASKS, 'r')
    await begun(project)
    if (how === 'SIGTERM') kill(only(project.journal(), 'run-started')[0]?.pid ?? 0, 'SIGTERM')
    else terminal.hangUp()
    project.write('go', '')
    await until('the run has paused', () => only(project.journal(), 'run-paused').length === 1)
    assert.match(
      reasons(project.journal()),
      how === 'SIGTERM' ? /asked to end \(SIGTERM\)/ : /the terminal was closed/,
    )
    await assertSound(project)
    const again = start('resume')
    await again.answer(/\[2\/2\][\s\S]*\? Run this step/, 'r')
    await again.exits(0)
    assert.equal(effects(project), 'one two')
    assert.equal(only(project.journal(), 'fence-finished')[0]?.found, 'live')
  })

for (const how of ['the terminal is closed', 'SIGTERM', 'SIGINT'] as const)
  void test(`${how} at a question: paused`, needsTmux, async (t) => {
    const { project, start } = open(t, step('one', '', effect('one')))
    const terminal = start()
    await terminal.endsWith(ASKS)
    if (how === 'the terminal is closed') terminal.hangUp()
    else kill(only(project.journal(), 'run-started')[0]?.pid ?? 0, how)
    await until('the run has paused', () => only(project.journal(), 'run-paused').length === 1)
    await assertSound(project)
    assert.equal(effects(project), '')
  })

void test(
  'the terminal is closed at a question, and no signal tells of it: paused',
  needsSetsid,
  async (t) => {
    const { project } = open(t, step('one', '', effect('one')))
    const size = { columns: 100, rows: 50 }
    // In a session of its own it has no controlling terminal.
    const terminal = new Terminal(t, project, ['run', 'it'], {}, size, ['setsid', '-w'])
    await terminal.endsWith(ASKS)
    terminal.hangUp()
    await until('the run has paused', () => only(project.journal(), 'run-paused').length === 1)
    assert.match(reasons(project.journal()), /the terminal was closed/)
    await assertSound(project)
  },
)

void test(
  'the terminal is closed, and runner and step are both killed later: a person is asked whether it was done',
  needsTmux,
  async (t) => {
    const { project, start } = open(
      t,
      step('one', '', ['sh run', `echo half >> effects.log; ${WAITS}`]) + step('two', '', effect('two')),
    )
    const terminal = start()
    await terminal.answer(ASKS, 'r')
    await begun(project)
    kill(readSupervision(project.lastRun()).supervisors[0]?.pid ?? 0)
    terminal.close()
    await until('the run has paused', () => only(project.journal(), 'run-paused').length === 1)
    const asked = start('resume')
    await asked.sees(
      /It is not known whether one did its work: the supervisor ended while this was being executed/,
    )
    await asked.endsWith(/\? Was it done\?[\s\S]*y it is done · t it is not: try again[\s\S]*›$/)
    asked.press('Enter')
    await asked.endsWith(/Enter alone does nothing here/)
    await asked.answer(/›/, 'y')
    await asked.answer(/How do you know\?/, 'I looked at the log')
    await asked.answer(/\[2\/2\][\s\S]*\? Run this step/, 'r')
    await asked.exits(0)
    assert.equal(effects(project), 'half two')
    assert.match(reasons(project.journal()), /the operator found it done: I looked at the log/)
    await assertSound(project)
  },
)

void test('it was not done: it is tried again', needsTmux, async (t) => {
  const { project, start } = open(t, step('one', '', ['sh run', WAITS]) + step('two', '', effect('two')))
  const terminal = start()
  await terminal.answer(ASKS, 'r')
  await begun(project)
  for (const { pid } of processesWith(`${MARK}=${project.root}`)) kill(pid)
  await terminal.sees(/\[exit \d+\]/)
  project.write('go', '')
  const asked = start('resume')
  await asked.answer(/\? Was it done\?/, 't')
  await asked.answer(/\[2\/2\][\s\S]*\? Run this step/, 'r')
  await asked.exits(0)
  assert.equal(effects(project), 'one two')
  await assertSound(project)
})

const INPUTS = `inputs:
  name: { type: string, prompt: Which name?, pattern: "[a-z]+" }
  size: { type: string, prompt: Which size?, choices: [small, large] }
  token: { type: secret, prompt: Which token? }`

void test(
  'inputs are asked for: wrong ones again, secrets masked and nowhere written',
  needsTmux,
  async (t) => {
    const project = makeProject(t, {
      'runbooks/it.mdx': runbook(
        step('one', '', [
          'sh run',
          'echo "$INPUT_NAME $INPUT_SIZE ${#INPUT_TOKEN}" >> effects.log; echo "the token is $INPUT_TOKEN"',
        ]),
        INPUTS,
      ),
    })
    const terminal = new Terminal(t, project, ['run', 'it'])
    await terminal.answer(/Which name\?/, 'A1')
    await terminal.endsWith(/expected text like/)
    terminal.press('BSpace', 'BSpace')
    await terminal.answer(/Which name\?/, 'abc')
    await terminal.endsWith(/Which size\?/)
    terminal.press('Down')
    terminal.press('Enter')
    await terminal.answer(/Which token\?/, 'hunter2secretvalue')
    await terminal.answer(ASKS, 'r')
    await terminal.exits(0)
    assert.equal(project.read('effects.log'), 'abc large 18\n')
    assert.doesNotMatch(terminal.screen(), /hunter2secretvalue/)
    for (const file of project.files()) assert.doesNotMatch(project.read(file), /hunter2secretvalue/, file)
  },
)

void test(
  'the runbook changed since: the difference is shown, and only a yes goes on',
  needsTmux,
  async (t) => {
    const { project, start } = open(t, step('one', '', effect('one')) + step('two', '', effect('two')))
    const terminal = start()
    await terminal.answer(ASKS, 'r')
    await terminal.answer(/\[2\/2\][\s\S]*\? Run this step/, 'p')
    await terminal.exits(130)
    project.write('runbooks/it.mdx', project.read('runbooks/it.mdx').replace('echo two', 'echo changed'))
    const refused = start('resume')
    await refused.sees(/-echo two >> effects\.log\n\+echo changed >> effects\.log/)
    await refused.answer(/Go on with the runbook as it is now\? \(y\/N\)/, '')
    await refused.exits(3)
    const accepted = start('resume')
    await accepted.answer(/Go on with the runbook as it is now\?/, 'y')
    await accepted.answer(/\[2\/2\][\s\S]*\? Run this step/, 'r')
    await accepted.exits(0)
    assert.equal(effects(project), 'one changed')
    await assertSound(project)
  },
)

void test('an impatient second Enter does not confirm the next step', needsTmux, async (t) => {
  const { project, start } = open(
    t,
    step('one', '', ['sh run', 'sleep 0.3; echo one >> effects.log']) + step('two', '', effect('two')),
  )
  const terminal = start()
  await terminal.endsWith(ASKS)
  terminal.press('Enter', 'Enter', 'Enter')
  await terminal.answer(/\[2\/2\][\s\S]*\? Run this step[\s\S]*›/, 'p')
  await terminal.exits(130)
  assert.equal(effects(project), 'one')
})
