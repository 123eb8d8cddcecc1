import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { assertSound, only } from '../helpers/claims.ts'
import { ENVIRONMENTS, withTargets } from '../helpers/plan.ts'
import { kill, processesWith, until } from '../helpers/processes.ts'
import { decision, MARK, makeProject, runbook, step } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { Terminal, needsTmux } from '../helpers/terminal.ts'

/** What stands between a tired person and the loss of their data: each wrong answer leaves everything as it was. */

const effect = (name: string): [string, string] => ['sh run', `echo ${name} >> effects.log`]
const effects = (project: Project): string => project.read('effects.log').trim().split('\n').sort().join(' ')
const GUARDED = ['run', 'it', '--env', 'guarded', '--operator', 'ada']
const BOTH = /\? Run these 2 steps at the same time\?[\s\S]*›$/
const WIPE = 'danger="destructive" target="shop.none"'

function open(t: TestContext, body: string): { project: Project; start: (...args: string[]) => Terminal } {
  const project = makeProject(t, {
    'docs/plan/environments.yaml': withTargets(ENVIRONMENTS, 'shop.none', 'shop.other'),
    'runbooks/it.mdx': runbook(body),
  })
  return { project, start: (...args) => new Terminal(t, project, args.length > 0 ? args : ['run', 'it']) }
}

function group(...steps: string[]): string {
  return `<Parallel id="both">\n\n## At once\n\n${steps.join('\n')}\n</Parallel>\n`
}

/** Enter alone, at a question that needs a letter. */
async function entersInVain(terminal: Terminal, question: RegExp): Promise<void> {
  await terminal.endsWith(question)
  terminal.press('Enter')
  await terminal.endsWith(/Enter alone does nothing here/)
}

void test('a group with a step of caution needs a letter', needsTmux, async (t) => {
  const { project, start } = open(
    t,
    group(step('one', '', effect('one')), step('two', 'danger="caution"', effect('two'))),
  )
  const terminal = start()
  await entersInVain(terminal, BOTH)
  assert.equal(effects(project), '')
  await terminal.answer(/›/, 'r')
  await terminal.exits(0)
  assert.equal(effects(project), 'one two')
})

void test('a group with a destructive step needs a letter and a second yes', needsTmux, async (t) => {
  const { project, start } = open(
    t,
    group(step('one', '', effect('one')), step('wipe', WIPE, effect('wipe'))),
  )
  const terminal = start()
  await terminal.sees(/\[1\/1\] At once {2}both {2}■ DESTRUCTIVE/)
  await entersInVain(terminal, BOTH)
  await terminal.answer(/›/, 'r')
  await terminal.answer(/wipe is destructive for shop\.none\. Go on\? \(y\/N\)/, '')
  await terminal.answer(BOTH, 'r')
  await terminal.endsWith(/Go on\? \(y\/N\)/)
  assert.equal(effects(project), '')
  await terminal.answer(/Go on\? \(y\/N\)/, 'y')
  await terminal.exits(0)
  assert.equal(effects(project), 'one wipe')
})

void test(
  'a group in a protected environment: the target of each destructive step is typed',
  needsTmux,
  async (t) => {
    const { project, start } = open(
      t,
      group(
        step('wipe', WIPE, effect('wipe')),
        step('drop', 'danger="destructive" target="shop.other"', effect('drop')),
      ),
    )
    const terminal = start(...GUARDED)
    await entersInVain(terminal, BOTH)
    await terminal.answer(/›/, 'r')
    await terminal.answer(/wipe is destructive and guarded is protected\. Type shop\.none to go on: *$/, '')
    await terminal.answer(BOTH, 'r')
    await terminal.answer(/Type shop\.none to go on: *$/, 'shop.none')
    await terminal.answer(/drop is destructive .*Type shop\.other to go on: *$/, 'shop.none')
    await terminal.sees(/That is not shop\.other: nothing was done\./)
    await terminal.answer(BOTH, 'r')
    await terminal.answer(/Type shop\.none to go on: *$/, 'shop.none')
    await terminal.endsWith(/Type shop\.other to go on: *$/)
    assert.equal(effects(project), '')
    await terminal.answer(/Type shop\.other/, 'shop.other')
    await terminal.exits(0)
    assert.equal(effects(project), 'drop wipe')
    await assertSound(project)
  },
)

void test(
  'a destructive member is tried again only after the same questions as before',
  needsTmux,
  async (t) => {
    const { project, start } = open(
      t,
      group(
        step('wipe', WIPE, ['sh run', 'echo wipe >> effects.log; test -e fine']),
        step('one', '', effect('one')),
      ),
    )
    const terminal = start(...GUARDED)
    await terminal.answer(BOTH, 'r')
    await terminal.answer(/Type shop\.none to go on: *$/, 'shop.none')
    await entersInVain(terminal, /\? What now\?[\s\S]*›$/)
    await terminal.answer(/›/, 'p')
    await terminal.exits(130)
    project.write('fine', '')
    const again = start('resume', '--operator', 'ada')
    await entersInVain(again, /\? What now\?[\s\S]*›$/)
    await again.answer(/›/, 't')
    await again.answer(/Type shop\.none to go on: *$/, 'shop.nome')
    await again.answer(/\? What now\?[\s\S]*›$/, 't')
    await again.endsWith(/Type shop\.none to go on: *$/)
    assert.equal(effects(project), 'one wipe')
    await again.answer(/Type shop\.none to go on: *$/, 'shop.none')
    await again.exits(0)
    assert.equal(effects(project), 'one wipe wipe')
  },
)

void test(
  'a destructive step of which nobody knows is repeated only after both questions',
  needsTmux,
  async (t) => {
    const waits = 'touch begun; until test -e go; do sleep 0.02; done; echo wipe >> effects.log'
    const { project, start } = open(t, step('wipe', WIPE, ['sh run', waits]))
    const terminal = start(...GUARDED)
    await terminal.answer(/\? Run this step[\s\S]*›$/, 'r')
    await terminal.answer(/Type shop\.none to go on: *$/, 'shop.none')
    await until('the fence has begun', () => project.files().includes('begun'))
    for (const { pid } of processesWith(`${MARK}=${project.root}`)) kill(pid)
    await terminal.sees(/\[exit \d+\]/)
    project.write('go', '')
    const again = start('resume', '--operator', 'ada')
    await again.answer(/\? Was it done\?[\s\S]*›$/, 't')
    await again.answer(/Type shop\.none to go on: *$/, '')
    await again.answer(/\? Was it done\?[\s\S]*›$/, 't')
    await again.endsWith(/Type shop\.none to go on: *$/)
    assert.equal(effects(project), '')
    await again.answer(/Type shop\.none to go on: *$/, 'shop.none')
    await again.exits(0)
    assert.equal(effects(project), 'wipe')
  },
)

const UNDO_WIPE: [string, string] = ['sh rollback', 'echo undo-wipe >> effects.log']

/** Rolls back from the question that stands there. */
async function rollBack(terminal: Terminal, question: RegExp): Promise<void> {
  await terminal.answer(question, 'b')
  await terminal.answer(/Begin the rollback\? \(y\/N\)/, 'y')
  await terminal.answer(/Why is it rolled back\?/, 'customers complain')
}

void test(
  'undoing a destructive step in a protected environment asks what running it asked',
  needsTmux,
  async (t) => {
    const { project, start } = open(
      t,
      step('wipe', WIPE, effect('wipe'), UNDO_WIPE) + step('two', '', effect('two')),
    )
    const terminal = start(...GUARDED)
    await terminal.answer(/\? Run this step[\s\S]*›$/, 'r')
    await terminal.answer(/Type shop\.none to go on: *$/, 'shop.none')
    await rollBack(terminal, /\[2\/2\][\s\S]*\? Run this step[\s\S]*›$/)
    await terminal.endsWith(/Roll back: The step wipe {2}wipe {2}■ DESTRUCTIVE\n\? Undo this step\?[\s\S]*›$/)
    await terminal.answer(/›/, 'r')
    await terminal.answer(
      /Undoing this is destructive and guarded is protected\. Type shop\.none to go on: *$/,
      '',
    )
    await terminal.answer(/\? Undo this step\?[\s\S]*›$/, 'r')
    await terminal.endsWith(/Type shop\.none to go on: *$/)
    assert.equal(effects(project), 'wipe')
    await terminal.answer(/Type shop\.none to go on: *$/, 'shop.none')
    await terminal.exits(1)
    assert.equal(effects(project), 'undo-wipe wipe')
    await assertSound(project)
  },
)

void test('undoing a destructive step elsewhere needs a second yes', needsTmux, async (t) => {
  const { project, start } = open(
    t,
    step('wipe', WIPE, effect('wipe'), UNDO_WIPE) + step('two', '', effect('two')),
  )
  const terminal = start()
  await terminal.answer(/\? Run this step[\s\S]*›$/, 'r')
  await terminal.answer(/Go on\? \(y\/N\)/, 'y')
  await rollBack(terminal, /\[2\/2\][\s\S]*\? Run this step[\s\S]*›$/)
  await terminal.answer(/\? Undo this step\?[\s\S]*›$/, 'r')
  await terminal.answer(/Undoing this is destructive for shop\.none\. Go on\? \(y\/N\)/, '')
  await terminal.answer(/\? Undo this step\?[\s\S]*›$/, 'r')
  await terminal.endsWith(/Go on\? \(y\/N\)/)
  assert.equal(effects(project), 'wipe')
  await terminal.answer(/Go on\? \(y\/N\)/, 'y')
  await terminal.exits(1)
  assert.equal(effects(project), 'undo-wipe wipe')
})

const ASKS = /\? Run this step[\s\S]*›$/
const SECOND = /\[2\/\d\][\s\S]*\? Run this step[\s\S]*›$/

void test('with nothing to undo there is no rollback: the question stays', needsTmux, async (t) => {
  const { project, start } = open(
    t,
    step('promote', '', effect('promote')) + step('two', '', effect('two'), ['sh rollback', 'true']),
  )
  const terminal = start()
  await terminal.answer(ASKS, 'b')
  await terminal.sees(/Nothing has been done that could be undone\./)
  await terminal.answer(ASKS, 'r')
  await terminal.answer(SECOND, 'b')
  await terminal.sees(
    /Nothing has been done that could be undone\.\n {2}Stays as it is:\n {4}promote {2}The step promote/,
  )
  await terminal.answer(SECOND, 'r')
  await terminal.exits(0)
  assert.equal(effects(project), 'promote two')
  assert.equal(only(project.journal(), 'rollback-started').length, 0)
})

void test('what a rollback would leave is broken between words', needsTmux, async (t) => {
  const id = 'promote-the-standby-instead'
  const { project } = open(
    t,
    step(id, 'danger="destructive"', effect('promote')) + step('two', '', effect('two')),
  )
  const terminal = new Terminal(t, project, ['run', 'it'], {}, { columns: 80, rows: 50 })
  await terminal.answer(ASKS, 'r')
  await terminal.answer(/Go on\? \(y\/N\)/, 'y')
  await terminal.answer(SECOND, 'b')
  await terminal.sees(/Nothing has been done that could be undone/)
  assert.match(terminal.page(), new RegExp(`^ {4}${id} {2}The step ${id} *\n {4}■ DESTRUCTIVE$`, 'm'))
})

void test(
  'before a rollback: what is undone, what stays, and a question whose no is the way back',
  needsTmux,
  async (t) => {
    const { project, start } = open(
      t,
      step('one', '', effect('one'), ['sh rollback', 'echo undo-one >> effects.log']) +
        step('promote', 'danger="destructive"', effect('promote')) +
        step('half', '', ['sh run', 'false'], ['sh rollback', 'echo undo-half >> effects.log']),
    )
    const terminal = start()
    await terminal.answer(ASKS, 'r')
    await terminal.answer(SECOND, 'r')
    await terminal.answer(/Go on\? \(y\/N\)/, 'y')
    await terminal.answer(/\[3\/3\][\s\S]*\? Run this step[\s\S]*›$/, 'r')
    await terminal.answer(/\? What now\?[\s\S]*›$/, 'b')
    await terminal.sees(
      /Would be undone, in this order:\n {4}half {2}The step half \(failed\)\n {4}one {2}The step one\n {2}Stays as it is:\n {4}promote {2}The step promote {2}■ DESTRUCTIVE\n {2}Nothing undoes promote: what would be undone may refuse because of that\.\n/,
    )
    await terminal.answer(/Begin the rollback\? \(y\/N\)/, '')
    await terminal.answer(/\? What now\?[\s\S]*›$/, 'b')
    await terminal.answer(/Begin the rollback\? \(y\/N\)/, 'y')
    await terminal.answer(/Why is it rolled back\? \(Enter alone goes back\) *$/, '')
    await terminal.endsWith(/\? What now\?[\s\S]*›$/)
    assert.equal(only(project.journal(), 'rollback-started').length, 0)
    await rollBack(terminal, /\? What now\?[\s\S]*›$/)
    await terminal.answer(/Roll back: The step half[\s\S]*\? Undo this step\?[\s\S]*›$/, 'r')
    await terminal.answer(/Roll back: The step one[\s\S]*\? Undo this step\?[\s\S]*›$/, 'k')
    await terminal.answer(/Why is it kept\? \(Enter alone goes back\) *$/, '')
    await terminal.answer(/\? Undo this step\?[\s\S]*›$/, 'r')
    await terminal.sees(/The run was rolled back\./)
    await terminal.exits(1)
    assert.equal(effects(project), 'one promote undo-half undo-one')
    await assertSound(project)
  },
)

void test('an empty reason or note is the way back', needsTmux, async (t) => {
  const { project, start } = open(t, step('one', '', effect('one')))
  const terminal = start()
  await terminal.answer(ASKS, 's')
  await terminal.answer(/Why is it skipped\? \(Enter alone goes back\) *$/, '')
  await terminal.answer(ASKS, 'n')
  await terminal.answer(/Note: \(Enter alone goes back\) *$/, '')
  await terminal.answer(ASKS, 'r')
  await terminal.exits(0)
  assert.equal(effects(project), 'one')
  assert.equal(only(project.journal(), 'note-added').length, 0)
})

void test('a rollback that undid nothing does not say that the run was rolled back', needsTmux, async (t) => {
  const { project, start } = open(
    t,
    step('one', '', effect('one'), ['sh rollback', 'true']) + step('two', '', effect('two')),
  )
  const terminal = start()
  await terminal.answer(ASKS, 'r')
  await rollBack(terminal, SECOND)
  await terminal.answer(/\? Undo this step\?[\s\S]*›$/, 'k')
  await terminal.answer(/Why is it kept\?/, 'it does no harm')
  await terminal.exits(1)
  await terminal.sees(/The run was stopped \(nothing was undone\)\./)
  assert.doesNotMatch(terminal.screen(), /The run was rolled back/)
  assert.equal(only(project.journal(), 'run-finished')[0]?.result, 'stopped')
  assert.equal(effects(project), 'one')
  const shown = await project.cli(['show', project.runIds()[0] ?? ''])
  assert.match(shown.stdout, /The run was stopped \(nothing was undone\)\./)
  await assertSound(project)
})

void test('skipping a decision says first what is skipped with it', needsTmux, async (t) => {
  const { project, start } = open(
    t,
    decision('way', '', 'promote', 'stay') +
      step('go', 'when="way=promote"', effect('go')) +
      decision('more', 'when="way=stay"', 'further', 'stay') +
      step('late', 'when="more=further"', effect('late')) +
      step('always', '', effect('always')),
  )
  const terminal = start()
  await terminal.answer(/\? Which\?[\s\S]*›$/, 's')
  await terminal.sees(
    /These 3 depend on this decision and would be skipped with it:\n {4}go {2}The step go\n {4}more {2}Which way, more\?\n {4}late {2}The step late\n/,
  )
  await terminal.answer(/Why is it skipped\? \(Enter alone goes back\) *$/, '')
  await terminal.answer(/\? Which\?[\s\S]*›$/, 's')
  await terminal.answer(/Why is it skipped\?/, 'nobody knows')
  await terminal.answer(/always[\s\S]*\? Run this step[\s\S]*›$/, 'r')
  await terminal.exits(0)
  assert.equal(effects(project), 'always')
})

void test('a decision is made by its number or its name', needsTmux, async (t) => {
  const { project, start } = open(
    t,
    decision('way', '', 'promote', 'stay') + step('go', 'when="way=promote"', effect('go')),
  )
  const terminal = start()
  await terminal.endsWith(/\? Which\?[\s\S]*›$/)
  terminal.press('Enter')
  await terminal.endsWith(/Enter alone does nothing here: type a number or a letter first\./)
  await terminal.answer(/›/, '3')
  await terminal.endsWith(/"3" is none of these: type a number or a letter\./)
  await terminal.answer(/›/, 'promote')
  await terminal.answer(ASKS, 'r')
  await terminal.exits(0)
  assert.equal(effects(project), 'go')
})

const FAILING = `<Step id="bad" danger="caution">\n\n## The bad step\n\nLook at the lamp.\n\n\`\`\`sh run\necho tried >> effects.log; test -e fine\n\`\`\`\n\n</Step>\n`

void test('a run that is resumed onto a failed step shows the step first', needsTmux, async (t) => {
  const { project, start } = open(t, step('one', '', effect('one')) + FAILING)
  const terminal = start()
  await terminal.answer(ASKS, 'r')
  await terminal.answer(SECOND, 'r')
  await terminal.answer(/\? What now\?[\s\S]*›$/, 'p')
  await terminal.exits(130)
  assert.equal(terminal.screen().match(/\[2\/2\]/g)?.length, 1)
  project.write('fine', '')
  const again = start('resume')
  await again.endsWith(
    /\[2\/2\] The bad step {2}bad {2}▲ CAUTION\n {2}Look at the lamp\.\n[\s\S]*✗ failed bad: run: exit code 1\n\? What now\?/,
  )
  await again.answer(/›/, 't')
  await again.exits(0)
})

void test('a failed member of a group is shown with the number of its group', needsTmux, async (t) => {
  const { project, start } = open(
    t,
    step('one', '', effect('one')) + group(FAILING, step('two', '', effect('two'))),
  )
  const terminal = start()
  await terminal.answer(ASKS, 'r')
  await terminal.answer(BOTH, 'r')
  await terminal.endsWith(
    /\[2\/2\] The bad step {2}bad {2}▲ CAUTION\n {2}Look at the lamp\.\n[\s\S]*\? What now\?/,
  )
  await terminal.answer(/›/, 'p')
  await terminal.exits(130)
  project.write('fine', '')
  const again = start('resume')
  await again.endsWith(
    /\[2\/2\] The bad step {2}bad {2}▲ CAUTION\n {2}Look at the lamp\.\n[\s\S]*\? What now\?/,
  )
  await again.answer(/›/, 't')
  await again.exits(0)
  assert.doesNotMatch(terminal.screen() + again.screen(), /\[0\//)
})

/** A destructive step whose check waits: nothing of its own was done when runner and supervisor die. */
const CHECKED = step('wipe', WIPE, ['sh check', 'touch begun; test -e go || sleep 600'], effect('wipe'))

void test('whoever resumes is asked before what is left of a step is executed', needsTmux, async (t) => {
  const { project, start } = open(t, step('one', '', effect('one')) + CHECKED)
  const terminal = start()
  await terminal.answer(ASKS, 'r')
  await terminal.answer(SECOND, 'r')
  await terminal.answer(/Go on\? \(y\/N\)/, 'y')
  await until('the check has begun', () => project.files().includes('begun'))
  for (const { pid } of processesWith(`${MARK}=${project.root}`)) kill(pid)
  await terminal.exits(137)
  project.write('go', '')
  const again = start('resume')
  const question =
    /\[2\/2\] The step wipe[\s\S]*\? This step was interrupted\. Go on with what is left of it\?[\s\S]*›$/
  await entersInVain(again, question)
  await again.answer(/›/, 'r')
  await again.answer(/This is destructive for shop\.none\. Go on\? \(y\/N\)/, '')
  assert.equal(effects(project), 'one')
  await again.answer(question, 'r')
  await again.answer(/Go on\? \(y\/N\)/, 'y')
  await again.exits(0)
  assert.equal(effects(project), 'one wipe')
  assert.equal(only(project.journal(), 'step-confirmed').filter((event) => event.step === 'wipe').length, 2)
  await assertSound(project)
})

void test('what was typed before the question stood there answers nothing', needsTmux, async (t) => {
  const { project, start } = open(t, FAILING + step('two', '', effect('two')))
  const terminal = start()
  await terminal.answer(/\[1\/2\][\s\S]*›$/, 'r')
  await terminal.answer(/\? What now\?[\s\S]*›$/, 'p')
  await terminal.exits(130)
  const again = start('resume')
  again.type('t')
  again.press('Enter')
  again.type('t')
  await again.endsWith(/\? What now\?[\s\S]*›$/)
  assert.equal(effects(project), 'tried')
  await again.answer(/›/, 'p')
  await again.exits(130)
})

void test(
  'Ctrl-Z at a question stops the command and the npm that started it; fg brings both back',
  needsTmux,
  async (t) => {
    const { project } = open(t, step('one', '', effect('one')))
    const npmLike = ['bash', '--norc', '-ic', 'sh -c "$*; true"; jobs; read -p "[shell]"; fg', 'bash']
    const terminal = new Terminal(t, project, ['run', 'it'], {}, undefined, npmLike)
    await terminal.endsWith(ASKS)
    terminal.press('C-z')
    await terminal.endsWith(/Stopped[\s\S]*\[shell\]$/)
    terminal.press('Enter')
    await terminal.answer(/\? Run this step[\s\S]*\? Run this step[\s\S]*›$/, 'r')
    await terminal.sees(/The run succeeded/)
    // Also when nothing is asked any more.
    await terminal.exits(0)
    assert.equal(effects(project), 'one')
  },
)

void test('with --json every question is on stderr, that for an input too', needsTmux, async (t) => {
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(
      step('one', '', effect('one')),
      'inputs:\n  reason: { type: string, prompt: Why is it? }',
    ),
  })
  const asideOf = ['sh', '-c', '"$@" > out', 'sh']
  const terminal = new Terminal(t, project, ['run', 'it', '--json'], {}, undefined, asideOf)
  await terminal.answer(/Why is it\?/, 'it is gone')
  await terminal.answer(ASKS, 'r')
  await terminal.exits(0)
  for (const line of project.read('out').trim().split('\n'))
    assert.equal(typeof Object(JSON.parse(line)).event, 'string')
})

/** Of two steps the first is run, and undone at the question of the second. */
async function undoOne(terminal: Terminal): Promise<void> {
  await terminal.answer(/\[1\/2\][\s\S]*›$/, 'r')
  await terminal.answer(/\[2\/2\][\s\S]*›$/, 'b')
  await terminal.answer(/Begin the rollback\? \(y\/N\)/, 'y')
  await terminal.answer(/Why is it rolled back\?/, 'wrong day')
  await terminal.answer(/Roll back: The step one[\s\S]*›$/, 'r')
}

void test('a rollback that failed after it had undone something is not left', needsTmux, async (t) => {
  const half = step(
    'one',
    '',
    effect('one'),
    ['sh rollback', 'echo half >> effects.log'],
    ['sh rollback', 'exit 1'],
  )
  const { project, start } = open(t, half + step('two', '', effect('two')))
  const terminal = start()
  await undoOne(terminal)
  await terminal.exits(130)
  const again = start('resume')
  await again.answer(/Roll back: The step one[\s\S]*›$/, 'g')
  await again.sees(/"g" is none of these letters/)
  assert.equal(effects(project), 'half one')
})

void test('a rollback that its supervisor finished is not asked about again', needsTmux, async (t) => {
  const undoing = 'touch begun; until test -e go; do sleep 0.02; done; echo undone >> effects.log'
  const { project, start } = open(
    t,
    step('one', '', effect('one'), ['sh rollback', undoing]) + step('two', '', effect('two')),
  )
  const terminal = start()
  await undoOne(terminal)
  await until('the undoing has begun', () => project.files().includes('begun'))
  kill(only(project.journal(), 'run-started')[0]?.pid ?? 0)
  await terminal.exits(137)
  project.write('go', '')
  const again = start('resume')
  await again.exits(1)
  await again.sees(/The run was rolled back/)
  assert.equal(effects(project), 'one undone')
  assert.equal(only(project.journal(), 'step-rollback-finished')[0]?.result, 'rolled-back')
  await assertSound(project)
})

void test(
  'of a doubtful step beside the one that is rolled back nothing is executed again',
  needsTmux,
  async (t) => {
    const waits = (name: string): [string, string] => [
      'sh run',
      `echo ${name} >> effects.log; touch begun-${name}; sleep 600`,
    ]
    const body = group(
      step('a', '', waits('a'), ['sh rollback', 'echo undo-a >> effects.log']),
      step('b', '', waits('b')),
    )
    const { project, start } = open(t, body)
    const terminal = start()
    await terminal.answer(/Run these 2 steps[\s\S]*›$/, 'r')
    await until('both have begun', () =>
      ['begun-a', 'begun-b'].every((file) => project.files().includes(file)),
    )
    for (const { pid } of processesWith(`${MARK}=${project.root}`)) kill(pid)
    await terminal.sees(/\[exit \d+\]/)
    const again = start('resume')
    await again.answer(/Was it done\?[\s\S]*›$/, 'b')
    await again.answer(/Begin the rollback\? \(y\/N\)/, 'y')
    await again.answer(/Why is it rolled back\?/, 'wrong day')
    await again.answer(/Roll back: The step a[\s\S]*›$/, 'r')
    await again.exits(1)
    assert.deepEqual(effects(project).split(' ').sort(), ['a', 'b', 'undo-a'])
    await assertSound(project)
  },
)

void test('a rollback that has undone nothing is left again; one that has is not', needsTmux, async (t) => {
  const undoing = (name: string): string =>
    step(name, '', effect(name), ['sh rollback', `test -e may && echo undo-${name} >> effects.log`])
  const { project, start } = open(t, undoing('one') + undoing('two') + step('three', '', effect('three')))
  const terminal = start()
  await terminal.answer(/\[1\/3\][\s\S]*›$/, 'r')
  await terminal.answer(/\[2\/3\][\s\S]*›$/, 'r')
  await terminal.answer(/\[3\/3\][\s\S]*›$/, 'b')
  await terminal.answer(/Begin the rollback\? \(y\/N\)/, 'y')
  await terminal.answer(/Why is it rolled back\?/, 'wrong day')
  await terminal.answer(/Roll back: The step two[\s\S]*›$/, 'r')
  await terminal.exits(130)
  const again = start('resume')
  await again.sees(/Roll back: The step two {2}two\n {2}✗ rollback failed two: exit code 1/)
  await again.answer(/Roll back: The step two[\s\S]* g go on with the run · l log[\s\S]*›$/, 'g')
  await again.answer(/Why is nothing undone\?/, 'it refuses')
  await again.answer(/\[3\/3\][\s\S]*›$/, 'b')
  await again.answer(/Begin the rollback\? \(y\/N\)/, 'y')
  await again.answer(/Why is it rolled back\?/, 'after all')
  project.write('may', '')
  await again.answer(/Roll back: The step two[\s\S]*›$/, 'r')
  await again.answer(/Roll back: The step one[\s\S]*›$/, 'g')
  await again.answer(/"g" is none of these letters/, 'k')
  await again.answer(/Why is it kept\?/, 'it may stay')
  await again.exits(1)
  assert.equal(effects(project), 'one two undo-two')
  assert.equal(only(project.journal(), 'rollback-abandoned')[0]?.reason, 'it refuses')
  await assertSound(project)
})

void test('Enter alone sends no message', needsTmux, async (t) => {
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(
      '<Inform id="tell" audience="customers" template="news">\n\n## Tell\n\n</Inform>\n',
    ),
    'templates/inform/news.hbs': 'We are on it.\n',
  })
  const terminal = new Terminal(t, project, ['run', 'it'])
  await entersInVain(terminal, /\? Tell customers\?[\s\S]*›$/)
  assert.equal(only(project.journal(), 'inform-written').length, 0)
  await terminal.answer(/›/, 'r')
  await terminal.exits(0)
  assert.equal(only(project.journal(), 'inform-written').length, 1)
})
