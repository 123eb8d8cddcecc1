import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { assertNothingRuns, assertSound, only, standing } from '../helpers/claims.ts'
import { openToOthers } from '../helpers/modes.ts'
import { ENVIRONMENTS, withTargets } from '../helpers/plan.ts'
import { planWith } from '../helpers/postgres.ts'
import type { Project } from '../helpers/project.ts'
import { ended, eventsOf, makeProject, runbook, step } from '../helpers/project.ts'

const FINE = runbook(step('one', '', ['sh run', 'echo one >> effects.log']))
const INPUTS = `inputs:
  name: { type: string, prompt: Which name?, pattern: "[a-z]+" }
  count: { type: number, prompt: How many?, default: 3 }
  sure: { type: boolean, prompt: Sure?, default: false }
  size: { type: string, prompt: Which size?, choices: [small, large], default: small }`
const ASKS = runbook(
  step('one', '', ['sh run', 'echo "$INPUT_NAME $INPUT_COUNT $INPUT_SURE $INPUT_SIZE" >> effects.log']),
  INPUTS,
)
const MANUAL = runbook(
  step('one', '', ['sh run', 'echo one >> effects.log']) + step('by-hand', '', ['sh verify', 'true']),
)
const DESTRUCTIVE = runbook(
  step('one', 'danger="destructive" target="shop.none"', ['sh run', 'echo one >> effects.log']),
)
const APPROVED = runbook(step('one', 'approvals="1"', ['sh run', 'echo one >> effects.log']))
const WRONG = runbook(step('one', 'colour="red"', ['sh rum', 'true']))

/** What was looked for, and what names those there are. */
const UNKNOWN = /there is no run, incident or exercise session "x"\n.*drillbook runs.*incident list.*tabletop/

/** Every way in which the command line ends before or at once: exit code and words; nothing was done and nothing recorded. */
const refused: { title: string; args: string[]; code: number; says: RegExp }[] = [
  { title: 'no command', args: [], code: 2, says: /drillbook <command>/ },
  {
    title: 'an unknown command',
    args: ['rum'],
    code: 2,
    says: /unknown command "rum": expected one of run, /,
  },
  { title: 'an unknown option', args: ['run', 'fine', '--yess'], code: 2, says: /'--yess'.*\n.*run --help/ },
  {
    title: 'no runbook',
    args: ['run', '--yes'],
    code: 2,
    says: /expected one runbook, got none\n {4}npm run runbook -- --list names those/,
  },
  {
    title: 'a drill of no runbook',
    args: ['drill'],
    code: 2,
    says: /got none\n {4}npm run runbook -- --list/,
  },
  {
    title: 'a tabletop without a name',
    args: ['tabletop', '--export', 'x.json'],
    code: 2,
    says: /expected one exercise or runbook, got none\n {4}npm run tabletop -- --list names those/,
  },
  {
    title: 'two runbooks',
    args: ['run', 'fine', 'asks', '--yes'],
    code: 2,
    says: /expected one runbook, got fine asks/,
  },
  { title: 'an unknown runbook', args: ['run', 'nope', '--yes'], code: 2, says: /there is no such runbook/ },
  {
    title: 'a runbook outside of the project',
    args: ['run', '../../../etc/passwd', '--yes'],
    code: 2,
    says: /there is no such runbook/,
  },
  {
    title: 'a runbook with mistakes',
    args: ['run', 'wrong', '--yes'],
    code: 2,
    says: /runbooks\/wrong\.mdx:8:1.*colour[\s\S]*runbooks\/wrong\.mdx:12:1.*"rum"/,
  },
  {
    title: 'an unknown environment',
    args: ['run', 'fine', '--yes', '--env', 'moon'],
    code: 2,
    says: /unknown environment "moon": expected one of plain, guarded/,
  },
  {
    title: 'no terminal',
    args: ['run', 'fine'],
    code: 3,
    says: /there is no terminal to ask you at, and --yes was not given: nothing was changed/,
  },
  {
    title: 'an input without a value',
    args: ['run', 'asks', '--yes'],
    code: 2,
    says: /the input "name" has no value: Which name\?\n.*--set name=/,
  },
  {
    title: 'an unknown input',
    args: ['run', 'asks', '--yes', '--set', 'nam=x'],
    code: 2,
    says: /no input or decision "nam": expected name, count, sure, size/,
  },
  {
    title: 'an input that every object has',
    args: ['run', 'asks', '--yes', '--set', 'constructor=x'],
    code: 2,
    says: /no input or decision "constructor"/,
  },
  {
    title: 'several wrong inputs, all told',
    args: [
      'run',
      'asks',
      '--yes',
      '--set',
      'name=A1',
      '--set',
      'count=many',
      '--set',
      'sure=yes',
      '--set',
      'size=huge',
    ],
    code: 2,
    says: /name: expected text like[\s\S]*count: expected a number[\s\S]*sure: expected true or false[\s\S]*size: expected one of small, large/,
  },
  {
    title: 'an input that is set twice',
    args: ['run', 'asks', '--yes', '--set', 'name=a', '--set', 'sure=true', '--set', 'sure=false'],
    code: 2,
    says: /--set sure: it is set twice/,
  },
  {
    title: 'an empty input',
    args: ['run', 'asks', '--yes', '--set', 'name='],
    code: 2,
    says: /name: expected a value/,
  },
  {
    title: 'a blank number',
    args: ['run', 'asks', '--yes', '--set', 'name=a', '--set', 'count= '],
    code: 2,
    says: /count: expected a number/,
  },
  {
    title: 'a number that would become another one',
    args: ['run', 'asks', '--yes', '--set', 'name=a', '--set', 'count=9007199254740993'],
    code: 2,
    says: /count: .*exact only up to 9007199254740991.*declare it as a string/,
  },
  {
    title: 'an operator without a name',
    args: ['run', 'fine', '--yes', '--operator', ''],
    code: 2,
    says: /the name of the operator is blank: expected who you are\n.*--operator NAME/,
  },
  {
    title: 'an operator of spaces',
    args: ['incident', 'list', '--operator', ' '],
    code: 2,
    says: /the name of the operator is blank/,
  },
  {
    title: 'a manual step',
    args: ['run', 'manual', '--yes'],
    code: 3,
    says: /runbooks\/manual\.mdx:\d+:\d+ {2}step by-hand: is done by hand: an unattended run cannot do it/,
  },
  {
    title: 'an approval',
    args: ['run', 'approved', '--yes'],
    code: 3,
    says: /step one: needs the approval of another person/,
  },
  {
    title: 'something destructive in a protected environment',
    args: ['run', 'destructive', '--yes', '--env', 'guarded'],
    code: 3,
    says: /step one: is destructive and guarded is protected/,
  },
  {
    title: 'resume of nothing',
    args: ['resume', '--yes'],
    code: 2,
    says: /there is no run or exercise to go on with/,
  },
  { title: 'resume of an unknown id', args: ['resume', 'x', '--yes'], code: 2, says: UNKNOWN },
  { title: 'show of an unknown id', args: ['show', 'x'], code: 2, says: UNKNOWN },
  { title: 'verify of an unknown id', args: ['verify', 'x'], code: 2, says: UNKNOWN },
  { title: 'verify of an unknown run', args: ['verify', 'last'], code: 2, says: /there is no run "last"/ },
  {
    title: 'verify of a folder without a journal',
    args: ['verify', './runbooks'],
    code: 2,
    says: /there is no journal here/,
  },
]

function project(t: Parameters<typeof makeProject>[0]): Project {
  return makeProject(t, {
    'docs/plan/environments.yaml': withTargets(ENVIRONMENTS, 'shop.none'),
    'runbooks/fine.mdx': FINE,
    'runbooks/asks.mdx': ASKS,
    'runbooks/manual.mdx': MANUAL,
    'runbooks/destructive.mdx': DESTRUCTIVE,
    'runbooks/approved.mdx': APPROVED,
    'runbooks/wrong.mdx': WRONG,
  })
}

for (const { title, args, code, says } of refused)
  void test(`refused with exit code ${code}: ${title}`, async (t) => {
    const it = project(t)
    const before = it.files()
    const end = await it.cli(args)
    assert.equal(end.code, code, end.stderr)
    assert.match(end.stderr, says)
    assert.equal(end.stdout, '')
    assert.doesNotMatch(end.stderr, /defect| {4}at /)
    assert.deepEqual(
      it.files().filter((file) => !file.startsWith('.drillbook/cache/')),
      before,
    )
    await assertNothingRuns(it)
  })

void test('outside of a project: exit code 2 and where to start it', async (t) => {
  const end = await project(t).cli(['run', 'fine', '--yes'], { cwd: '/' })
  assert.equal(end.code, 2)
  assert.match(end.stderr, /there is no Drillbook project in \/ or above it/)
})

void test('in a folder that is gone: said so, by every command that looks around', async (t) => {
  const it = project(t)
  for (const args of [
    ['run', 'fine', '--yes'],
    ['verify', './runs/x'],
    ['inform', '--send', 'x'],
    ['tabletop', './x/y'],
  ]) {
    const end = await ended(it.shell('mkdir gone; cd gone; rmdir ../gone; exec "$@"', args))
    assert.equal(end.code, 2, end.stderr)
    assert.match(
      end.stderr,
      /^the folder that this was started in is gone\n {4}Change to a folder that is there/,
    )
    assert.doesNotMatch(end.stderr, /defect| {4}at /)
  }
})

void test('from a folder within the project the same project is found', async (t) => {
  const it = project(t)
  const end = await it.cli(['run', 'fine', '--yes'], { cwd: it.path('docs', 'plan') })
  assert.equal(end.code, 0, end.stderr)
  assert.equal(it.read('effects.log'), 'one\n')
})

void test('inputs arrive with their types, given or by default', async (t) => {
  const it = project(t)
  const end = await it.run('asks', ['--set', 'name=abc', '--set', 'count=-1.50', '--set', 'sure=true'])
  assert.equal(end.code, 0, end.stderr)
  assert.equal(it.read('effects.log'), 'abc -1.5 true small\n')
  assert.deepEqual(only(end.events, 'run-started')[0]?.inputs, {
    name: 'abc',
    count: -1.5,
    sure: true,
    size: 'small',
  })
})

void test('a destructive step is run unattended where nothing is protected', async (t) => {
  const it = project(t)
  const end = await it.cli(['run', 'destructive', '--yes'])
  assert.equal(end.code, 0, end.stderr)
})

void test('--dry-run shows everything with its values, executes nothing and records nothing', async (t) => {
  const it = project(t)
  it.write(
    'runbooks/all.mdx',
    ASKS.replace(
      '</Step>',
      () => '```ts check\nawait $`touch touched`\n```\n\n```sh rollback\ntouch touched\n```\n\n</Step>',
    ),
  )
  const before = it.files()
  const end = await it.cli(['run', 'runbooks/all.mdx', '--dry-run', '--set', 'name=abc'])
  assert.equal(end.code, 0, end.stderr)
  assert.match(
    end.stdout,
    /would run \(sh\) runbooks\/all\.mdx:\d+\n {6}echo "\$INPUT_NAME[\s\S]*would check \(ts\)[\s\S]*would rollback \(sh\)/,
  )
  assert.match(end.stdout, /Nothing was executed, and nothing was recorded\.\n$/)
  assert.deepEqual(
    it.files().filter((file) => !file.startsWith('.drillbook/cache/')),
    before,
  )
  await assertNothingRuns(it)
})

void test('--dry-run shows manual steps, decisions, messages, and what depends on what', async (t) => {
  const body = `<Decision id="way" default="on">\n\n## Which?\n\n<Choice value="on" title="On">\n\nGo.\n\n</Choice>\n\n<Choice value="off" title="Off">\n\nStop.\n\n</Choice>\n\n</Decision>\n
<Inform id="tell" audience="customers" template="news" when="way=off">\n\n## Tell\n\n</Inform>\n\n${step('hand', '', ['sh verify', 'true'])}`
  const it = makeProject(t, { 'runbooks/it.mdx': runbook(body), 'templates/inform/news.hbs': 'News.\n' })
  const end = await it.cli(['run', 'it', '--dry-run'])
  assert.equal(end.code, 0, end.stderr)
  assert.match(end.stdout, /\[1\] Which\? {2}way\n {2}a decision: on or off/)
  assert.match(
    end.stdout,
    /\[2\] Tell {2}tell, if way is off\n {2}a message to customers from templates\/inform\/news\.hbs/,
  )
  assert.match(end.stdout, /would verify \(sh\)/)
})

void test('--dry-run shows how dangerous each step is, and for what', async (t) => {
  const target = 'target="shop.none"'
  const both = ['two', 'three'].map((id) => step(id, id === 'two' ? `danger="destructive" ${target}` : ''))
  const body = `${step('one', `danger="destructive" ${target}`)}${step('four', 'danger="caution"')}${step('five', target)}
<Parallel id="both">\n\n## At once\n\n${both.join('\n')}\n</Parallel>\n`
  const it = makeProject(t, { 'runbooks/it.mdx': runbook(body) })
  const { stdout } = await it.cli(['run', 'it', '--dry-run'])
  assert.match(stdout, /^\[1\] The step one {2}one {2}■ DESTRUCTIVE for shop\.none$/m)
  assert.match(stdout, /^\[2\] The step four {2}four {2}▲ CAUTION$/m)
  assert.match(stdout, /^\[3\] The step five {2}five$/m)
  assert.match(stdout, /^\[4\] At once {2}both {2}■ DESTRUCTIVE$/m)
  assert.match(stdout, /time: The step two {2}two {2}■ DESTRUCTIVE for shop\.none$/m)
  assert.match(stdout, /time: The step three {2}three$/m)
})

void test('--rehearse executes the checks of every step and nothing else', async (t) => {
  const log = (word: string): string => `echo ${word} >> effects.log`
  const body =
    step(
      'one',
      '',
      ['sh check', log('check-one')],
      ['sh run', log('run')],
      ['sh verify', log('verify')],
      ['sh rollback', log('rollback')],
    ) +
    step('two', '', ['sh run', log('run')]) +
    step('three', 'outputs="a"', ['sh check', `${log('check-three')}; false`], ['sh run', log('run')]) +
    step('four', '', ['ts check', 'console.log(outputs.a)'], ['sh run', log('run')]) +
    step('five', 'danger="destructive"', ['sh check', log('check-five')], ['sh run', log('run')]) +
    step('hand', '', ['sh check', log('check-hand')])
  const it = makeProject(t, { 'runbooks/it.mdx': runbook(body) })
  const end = await it.cli(['run', 'it', '--rehearse', '--json', '--env', 'guarded'])
  const events = eventsOf(end.stdout)
  assert.equal(end.code, 1, end.stderr)
  assert.equal(standing(events), 'one done, two skipped, three failed, four skipped, five done, hand done')
  assert.equal(it.read('effects.log'), 'check-one\ncheck-three\ncheck-five\ncheck-hand\n')
  assert.equal(only(events, 'run-started')[0]?.mode, 'rehearsal')
  assert.equal(only(events, 'run-finished')[0]?.result, 'failed')
  assert.ok(only(events, 'fence-started').every(({ role }) => role === 'check'))
  await assertSound(it)
})

void test('--rehearse leaves out the checks that need what only a run finds out, and no others', async (t) => {
  const run: [string, string] = ['sh run', 'true']
  const body =
    step('sets', 'outputs="a, newRegion"', ['sh check', 'true'], run) +
    step('second-fails', '', ['ts check', 'console.log(outputs.a)'], ['sh check', 'false'], run) +
    step(
      'second-holds',
      '',
      ['sh check', 'echo "$OUTPUT_A"'],
      ['sh check', 'echo held >> effects.log'],
      run,
    ) +
    step('sh', '', ['sh check', 'test -n "${OUTPUT_NEW_REGION}"; touch begun'], run) +
    step('sh-default', '', ['sh check', '# $OUTPUT_A\ntest "${OUTPUT_A:-none}" = other'], run) +
    step('sh-asks', '', ['sh check', '[[ ! -v OUTPUT_A ]] || test "$OUTPUT_A" = x'], run) +
    step('sql', '', ['sql check on=shop.db bind=a', 'select $1 is not null'], run) +
    step('ts', '', ['ts check', 'console.log(outputs.a)'], run)
  const it = makeProject(t, { ...planWith(9), 'runbooks/it.mdx': runbook(body) })
  const { code, stderr } = await it.cli(['run', 'it', '--rehearse'])
  assert.equal(code, 1, stderr)
  assert.equal(
    standing(it.journal()),
    'sets done, second-fails failed, second-holds skipped, sh skipped, sh-default failed, sh-asks done, sql skipped, ts skipped',
  )
  assert.equal(it.read('effects.log'), 'held\n')
  assert.equal(it.files().includes('begun'), false)
  assert.doesNotMatch(stderr, /unbound|✗ failed (?!second-fails|sh-default)/)
  const { stdout } = await it.cli(['show', 'last'])
  assert.match(stdout, /ts: skipped: it needs what an earlier step finds out: no step has produced/)
  assert.doesNotMatch(stdout, /: failed: no step/)
})

void test('--rehearse where every check holds: exit code 0', async (t) => {
  const it = makeProject(t, {
    'runbooks/it.mdx': runbook(step('one', '', ['sh check', 'true'], ['sh run', 'touch ran'])),
  })
  assert.equal((await it.cli(['run', 'it', '--rehearse'])).code, 0)
  assert.equal(it.files().includes('ran'), false)
})

void test('--json: events and nothing else on standard output, the same as in the journal', async (t) => {
  const noisy = step(
    'one',
    '',
    ['sh run', 'echo "not json"; echo "{\\"event\\":\\"forged\\"}"; echo on stderr >&2'],
    ['ts run', `console.log('{"seq":1}')`],
  )
  const it = makeProject(t, { 'runbooks/it.mdx': runbook(noisy) })
  const end = await it.cli(['run', 'it', '--yes', '--json'])
  assert.equal(end.code, 0, end.stderr)
  assert.equal(end.stdout, readFileSync(path.join(it.lastRun(), 'journal.ndjson'), 'utf8'))
  assert.match(end.stderr, /│ not json/)
  const id = it.runIds()[0] ?? ''
  assert.equal((await it.cli(['show', 'last', '--json'])).stdout.length > 0, true)
  assert.deepEqual(eventsOf((await it.cli(['show', 'last', '--json'])).stdout), eventsOf(end.stdout))
  const [listed] = (await it.cli(['runs', '--json'])).stdout.trim().split('\n')
  const { run, status } = Object(JSON.parse(listed ?? ''))
  assert.deepEqual({ run, status }, { run: id, status: 'succeeded' })
})

void test('--list --json: one object a line, also for a runbook that cannot be read', async (t) => {
  const project = makeProject(t, { 'runbooks/it.mdx': FINE, 'runbooks/torn.mdx': '<Step' })
  const { code, stdout } = await project.cli(['run', '--list', '--json'])
  assert.equal(code, 0)
  const [it, torn] = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  assert.deepEqual(it, { id: 'it', severity: 'sev3', title: 'A test', service: 'shop' })
  assert.deepEqual(Object.keys(torn ?? {}), ['id', 'mistakes'])
  project.write('runbooks/torn.mdx', runbook(step('one', 'colour="red"', ['sh run', 'true'])))
  assert.match((await project.cli(['run', '--list'])).stdout, /has 1 mistake: npm run check torn/)
})

void test('the exit codes of the commands that look at runs', async (t) => {
  const it = makeProject(t, {
    'runbooks/it.mdx': runbook(step('one', '', ['sh run', 'echo it was so; test -e fine'])),
  })
  assert.equal((await it.cli(['runs'])).stdout, 'There are no runs yet.\n')
  assert.equal((await it.cli(['run', 'it', '--yes'])).code, 1)
  const shown = await it.cli(['show', 'last', '--output'])
  assert.equal(shown.code, 0)
  assert.match(shown.stdout, /one: failed[\s\S]*it was so[\s\S]*The run is not finished\. {2}npm run resume/)
  assert.match((await it.cli(['runs'])).stdout, /paused/)
  it.write('fine', '')
  assert.equal((await it.cli(['resume', '--yes'])).code, 0)
  assert.match((await it.cli(['verify', 'last'])).stdout, /\d+ lines, unchanged/)
  assert.equal((await it.cli(['resume', 'last', '--yes'])).code, 2)
  const journal = path.relative(it.root, path.join(it.lastRun(), 'journal.ndjson'))
  it.write(journal, it.read(journal).replace('"attempt":1', '"attempt":2'))
  for (const args of [
    ['verify', 'last'],
    ['show', 'last'],
  ]) {
    const end = await it.cli(args)
    assert.equal(end.code, 4, args.join(' '))
    assert.match(end.stderr, /journal\.ndjson:\d+ {2}does not follow from the line before it/)
  }
  assert.match((await it.cli(['runs'])).stdout, /damaged/)
  assert.equal((await it.cli(['resume', 'last', '--yes'])).code, 4)
})

void test('a changed runbook is shown as a difference, and goes on only when that is accepted', async (t) => {
  const before = runbook(step('one', '', ['sh run file=scripts/it.sh', '']))
  const it = makeProject(t, {
    'runbooks/it.mdx': before,
    'scripts/it.sh': 'echo one >> effects.log; false\n',
  })
  assert.equal((await it.cli(['run', 'it', '--yes'])).code, 1)
  it.write('scripts/it.sh', 'echo another >> effects.log\n')
  const refusedEnd = await it.cli(['resume', '--yes'])
  assert.equal(refusedEnd.code, 3, refusedEnd.stderr)
  assert.match(refusedEnd.stdout, /-echo one >> effects\.log; false\n\+echo another >> effects\.log/)
  assert.equal(it.read('effects.log'), 'one\n')
  const end = await it.cli(['resume', '--yes', '--accept-changes'])
  assert.equal(end.code, 0, end.stderr)
  assert.equal(it.read('effects.log'), 'one\nanother\n')
  assert.equal(only(it.journal(), 'runbook-accepted').length, 1)
  await assertSound(it)
})

void test('a run that only lacks its seal.json gets that and nothing else, also when its runbook changed', async (t) => {
  const it = makeProject(t, { 'runbooks/fine.mdx': FINE })
  assert.equal((await it.cli(['run', 'fine', '--yes'])).code, 0)
  const run = it.lastRun()
  const left = (): string[] => it.files().filter((file) => /^runs.*(cast|mdx|ndjson|seal.json)$/.test(file))
  const before = { files: left(), journal: it.journal() }
  for (const changed of [FINE, runbook(step('one', '', ['sh run', 'echo another']))]) {
    it.write('runbooks/fine.mdx', changed)
    rmSync(path.join(run, 'seal.json'))
    const { code, stderr } = await it.cli(['resume', path.basename(run), '--yes'])
    assert.equal(code, 0, stderr)
    assert.deepEqual({ files: left(), journal: it.journal() }, before)
    assert.equal((await it.cli(['verify', run])).code, 0)
  }
})

void test('what a run leaves is readable by its owner alone, the copies of its sources too', async (t) => {
  const it = makeProject(t, {
    'runbooks/it.mdx': runbook(step('one', '', ['sh run file=scripts/it.sh', ''])),
    'scripts/it.sh': 'echo one\n',
  })
  process.umask(0o022)
  assert.equal((await it.cli(['run', 'it', '--yes'])).code, 0)
  assert.deepEqual(openToOthers(it.lastRun()), [])
})

void test('the runbook changes while it runs: what runs is what the run began with', async (t) => {
  const body =
    step('one', '', ['sh run', `sed -i s/GOOD/BAD/ runbooks/it.mdx scripts/*.sh scripts/*.ts`]) +
    step('two', '', ['sh run', 'echo GOOD >> effects.log']) +
    step('three', '', ['sh run file=scripts/a.sh', '']) +
    step('four', '', [
      'ts run',
      `import { word } from '../scripts/b.ts'\nfs.appendFileSync('effects.log', word)`,
    ])
  const it = makeProject(t, {
    'runbooks/it.mdx': runbook(body),
    'scripts/a.sh': 'echo GOOD >> effects.log\n',
    'scripts/b.ts': `export const word = 'GOOD'\n`,
  })
  const end = await it.cli(['run', 'it', '--yes'])
  assert.equal(end.code, 0, end.stderr)
  assert.equal(it.read('effects.log'), 'GOOD\nGOOD\nGOOD')
})

void test('--mirror keeps the same bytes in another place', async (t) => {
  const it = makeProject(t, { 'runbooks/it.mdx': FINE })
  const end = await it.cli(['run', 'it', '--yes', '--mirror', it.path('elsewhere', 'deep')])
  assert.equal(end.code, 0, end.stderr)
  const id = it.runIds()[0] ?? ''
  const hash = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')
  assert.equal(
    hash(it.path('elsewhere', 'deep', id, 'journal.ndjson')),
    hash(it.path('runs', id, 'journal.ndjson')),
  )
})

void test('DRILLBOOK_RUNS moves everything that a run leaves', async (t) => {
  const it = makeProject(t, { 'runbooks/it.mdx': FINE })
  const env = { DRILLBOOK_RUNS: it.path('moved') }
  assert.equal((await it.cli(['run', 'it', '--yes'], { env })).code, 0)
  assert.ok(!existsSync(it.runs))
  assert.equal((await it.cli(['verify', 'last'], { env })).code, 0)
})

void test('DRILLBOOK_RUNS that is empty is as good as none', async (t) => {
  const it = makeProject(t, { 'runbooks/it.mdx': FINE })
  assert.equal((await it.cli(['run', 'it', '--yes'], { env: { DRILLBOOK_RUNS: '' } })).code, 0)
  assert.equal(it.runIds().length, 1)
  assert.ok(!existsSync(it.path('locks')))
})

void test('DRILLBOOK_OPERATOR that is blank is as good as none', async (t) => {
  const it = makeProject(t, { 'runbooks/it.mdx': FINE })
  assert.equal((await it.cli(['run', 'it', '--yes'], { env: { DRILLBOOK_OPERATOR: '' } })).code, 0)
  assert.equal(it.journal()[0]?.operator, userInfo().username)
})

/** Below /proc nothing can be made, and Node's own recursive mkdir never ends there. */
const NOWHERE = '/proc/drillbook-nowhere'
const unmade: { title: string; args: string[]; env?: Record<string, string>; says: RegExp }[] = [
  {
    title: 'runs',
    args: ['run', 'fine', '--yes'],
    env: { DRILLBOOK_RUNS: NOWHERE },
    says: /preflight: \/proc\/drillbook-nowhere/,
  },
  {
    title: 'a mirror',
    args: ['run', 'fine', '--yes', '--mirror', NOWHERE],
    says: /preflight: \/proc\/drillbook-nowhere/,
  },
  {
    title: 'an incident',
    args: ['incident', 'declare', '--title', 'Fire', '--severity', 'sev3', '--commander', 'ada'],
    env: { DRILLBOOK_RUNS: NOWHERE },
    says: /^\/proc\/drillbook-nowhere\/incidents\S+ {2}the folder cannot be made: ENOENT/,
  },
  {
    title: 'a pack',
    args: ['pack', '--out', NOWHERE],
    says: /^\/proc\/drillbook-nowhere {2}the folder cannot be made: ENOENT/,
  },
  {
    title: 'an exercise that is given away',
    args: ['tabletop', 'fine', '--export', `${NOWHERE}/it.json`],
    says: /^\/proc\/drillbook-nowhere {2}the folder cannot be made: ENOENT/,
  },
]
for (const { title, args, env = {}, says } of unmade)
  void test(`a folder that cannot be made ends it at once: ${title}`, { timeout: 20_000 }, async (t) => {
    const end = await project(t).cli(args, { env })
    assert.equal(end.code, 3, end.stderr)
    assert.match(end.stderr, says)
    assert.doesNotMatch(end.stderr, /defect| {4}at /)
  })

void test('resume refuses another value for an input that the run began with, and takes the same one', async (t) => {
  const body = `<Decision id="way">\n\n## Which?\n\n<Choice value="on" title="On" />\n<Choice value="off" title="Off" />\n\n</Decision>\n
${step('one', '', ['sh run', 'echo "$INPUT_NAME $INPUT_COUNT" >> effects.log; test -e fine'])}`
  const it = makeProject(t, { 'runbooks/it.mdx': runbook(body, INPUTS) })
  assert.equal((await it.cli(['run', 'it', '--yes', '--set', 'name=abc', '--set', 'way=on'])).code, 1)
  it.write('fine', '')
  const other = await it.cli(['resume', '--yes', '--set', 'name=xyz', '--set', 'count=5', '--set', 'way=off'])
  assert.equal(other.code, 2, other.stderr)
  assert.match(other.stderr, /--set name=xyz: the run began with name=abc, and goes on with that/)
  assert.match(other.stderr, /--set count=5: the run began with count=3.*\n.*begin a new run/)
  assert.match(other.stderr, /--set way=off: the run has decided way=on, and goes on with that/)
  assert.equal(it.read('effects.log'), 'abc 3\n')
  const same = await it.cli(['resume', '--yes', '--set', 'name=abc', '--set', 'count=3.0', '--set', 'way=on'])
  assert.equal(same.code, 0, same.stderr)
  assert.equal(it.read('effects.log'), 'abc 3\nabc 3\n')
})

/** Takes over the clipboard, wipes the screen, and speaks for the program; once by what every terminal obeys, once by C1. */
const HOSTILE = String.raw`\033]52;c;eA==\007\033[2J\033[8m\302\2332J  all is well`

void test('what a step prints is not obeyed by the terminal, wherever it is told again', async (t) => {
  const body = step('one', 'outputs="found:string"', [
    'sh run',
    `printf 'found=x${HOSTILE}\\n' >> "$DRILLBOOK_OUTPUT"; printf '${HOSTILE}\\n'; exit 3`,
  ])
  const it = makeProject(t, { 'runbooks/hostile.mdx': runbook(body) })
  const said = [
    await it.cli(['run', 'hostile', '--yes']),
    await it.cli(['runs']),
    await it.cli(['show', 'last', '--output']),
    await it.cli(['show', 'last', '--json']),
    await it.cli(['run', '\u001b[2J', '--yes']),
  ]
  for (const { stdout, stderr } of said) {
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    assert.doesNotMatch(stdout + stderr, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    assert.match(stdout + stderr, /all is well|there is no such runbook/)
  }
  const events = eventsOf(said[3]?.stdout ?? '')
  assert.match(JSON.stringify(events), /all is well/)
})
