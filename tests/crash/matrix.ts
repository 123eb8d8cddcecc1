import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { foldAll, stepState } from '../../src/journal/fold.ts'
import { readJournal } from '../../src/journal/read.ts'
import { journalFile } from '../../src/journal/run-directory.ts'
import { verifyRun } from '../../src/journal/verify.ts'
import type { JournalEvent } from '../../src/model/event.ts'
import { endProcesses, processesWith, until } from '../helpers/processes.ts'
import { MARK, Project, runbook, step } from '../helpers/project.ts'
import { CRASH_VARIABLE, TRACE_FILE } from './hook.ts'
import type { Moment } from './hook.ts'

/**
 * The crash matrix. One runbook whose every effect appends one line to effects.log, so that doing anything twice shows. The run is
 * killed at one exact point, then resumed until it is finished or asks for a person.
 */

const HOOK = pathToFileURL(path.join(import.meta.dirname, 'hook.ts')).href
/** Where a fence kills: just before or just after its effect, by scripts/crash.sh. */
const EFFECT_VARIABLE = 'DRILLBOOK_TEST_CRASH_AT'
const KILL_VARIABLE = 'DRILLBOOK_TEST_KILL'

export type Kill = 'runner' | 'both'
export type Case =
  | {
      at: 'append'
      append: number
      moment: Moment
      kill: Kill
      /** The resumed run is killed as well, at this append of its own. */ then?: number
    }
  | { at: 'effect'; side: 'before' | 'after'; effect: string; kill: Kill }

const CRASH = `# Kills whom the test names, at the point the test names: crash.sh before|after EFFECT RUN
test "\${${EFFECT_VARIABLE}:-}" = "$1 $2" || exit 0
supervisor=$(grep boot "runs/$3/supervision.ndjson" | grep -o '"pid":[0-9]*' | tail -1 | cut -d: -f2)
runner=$(grep -o '"pid":[0-9]*' "runs/$3/journal.ndjson" | tail -1 | cut -d: -f2)
# Stopped first, so that neither learns of the other's end.
test "$${KILL_VARIABLE}" = both && kill -STOP "$runner" && kill -9 "$supervisor"
kill -9 "$runner"
# What was killed is dead before this fence does anything more.
while kill -0 "$runner" 2> /dev/null && ! grep -q ' Z' "/proc/$runner/stat" 2> /dev/null; do sleep 0.01; done
`

function sh(effect: string): [string, string] {
  return [
    'sh run',
    `bash scripts/crash.sh before ${effect} "$DRILLBOOK_RUN"\necho ${effect} >> effects.log\nbash scripts/crash.sh after ${effect} "$DRILLBOOK_RUN"`,
  ]
}

function ts(effect: string, more = ''): [string, string] {
  const crash = (side: string): string => `await $\`bash scripts/crash.sh ${side} ${effect} \${run.id}\``
  return [
    'ts run',
    `${crash('before')}\nfs.appendFileSync('effects.log', '${effect}\\n')\n${crash('after')}${more}`,
  ]
}

const holds = (effect: string): [string, string] => ['sh verify', `grep -qx ${effect} effects.log`]

const BODY = [
  step(
    'alpha',
    'outputs="token"',
    ['sh check', 'test ! -e never'],
    sh('alpha'),
    ['sh run', 'echo token=t1 >> "$DRILLBOOK_OUTPUT"'],
    holds('alpha'),
    ['sh rollback', 'echo undone >> effects.log'],
  ),
  `<Decision id="way" default="on">\n\n## On?\n\n<Choice value="on" title="On">\n\nGo.\n\n</Choice>\n\n<Choice value="off" title="Off">\n\nStop.\n\n</Choice>\n\n</Decision>\n`,
  step('beta', 'outputs="answer:number" timeout="20s"', ts('beta', `\noutput('answer', 42)`), [
    'ts verify',
    `assert.match(fs.readFileSync('effects.log', 'utf8'), /^beta$/m)`,
  ]),
  step('gamma', 'timeout="20s"', sh('gamma')),
  step('other', 'when="way=off"', sh('other')),
  `<Parallel id="both">\n\n## At once\n\n${step('delta', 'timeout="20s"', sh('delta'), holds('delta'))}\n${step('epsilon', 'timeout="20s"', ts('epsilon'), holds('epsilon'))}\n</Parallel>\n`,
  `<Inform id="tell" audience="all" template="news">\n\n## Tell\n\n</Inform>\n`,
  step('zeta', 'timeout="20s"', sh('zeta-one'), sh('zeta-two'), [
    'sh verify',
    'grep -qx zeta-one effects.log && grep -qx zeta-two effects.log',
  ]),
  step('omega', '', ['sh run', 'test "$OUTPUT_TOKEN/$OUTPUT_ANSWER" = t1/42\necho omega >> effects.log']),
].join('\n')

/** In the order in which they happen; those of the Parallel in any. */
export const EFFECTS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta-one', 'zeta-two', 'omega']
const STEP_OF: Record<string, string> = { 'zeta-one': 'zeta', 'zeta-two': 'zeta' }

const FILES = {
  'runbooks/it.mdx': runbook(BODY),
  'scripts/crash.sh': CRASH,
  'templates/inform/news.hbs': 'Token {{outputs.token}}.\n',
}
const MOST_RESUMES = 3

export function titleOf(it: Case): string {
  const where = it.at === 'append' ? `${it.moment} append ${it.append}` : `${it.side} the effect ${it.effect}`
  const again =
    it.at === 'append' && it.then !== undefined ? `, again at append ${it.then} of the resumed run` : ''
  return `${it.at === 'append' && it.moment === 'full' ? 'disk full' : `${it.kill} killed`} ${where}${again}`
}

/** Not `reached`: this time the journal was made durable at other moments, and the run ended undisturbed. */
export type Verdict = { failures: string[]; asked: string | undefined; reached: boolean }

/** Plays one case in a project of its own. No failure: everything that the matrix claims held. */
export async function play(it: Case): Promise<Verdict> {
  const root = mkdtempSync(path.join(tmpdir(), 'drillbook-crash-'))
  const project = new Project(root, FILES)
  try {
    return await playIn(project, it)
  } finally {
    await endProcesses(`${MARK}=${root}`)
    rmSync(root, { recursive: true, force: true })
  }
}

async function playIn(project: Project, it: Case): Promise<Verdict> {
  const failures: string[] = []
  const first = await project.cli(['run', 'it', '--yes'], crashing(it))
  if (it.at === 'append' && it.moment === 'synced' && first.code === 0)
    return { failures: await invariants(project, it, undefined), asked: undefined, reached: false }
  if (it.at === 'append' && it.moment === 'full') {
    if (first.code !== 4) failures.push(`a full disk: exit code ${first.code}, expected 4\n${first.stderr}`)
    if (!/the journal cannot be written: ENOSPC.*The run stops/.test(first.stderr))
      failures.push(`a full disk is not said plainly: ${first.stderr}`)
  } else if (first.signal !== 'SIGKILL')
    failures.push(`was not killed: exit code ${first.code}\n${first.stderr}`)
  const empty = project
    .runIds()
    .find((id) => readJournal(journalFile(path.join(project.runs, id))).events.length === 0)
  if (project.runIds().length === 0 || empty !== undefined)
    return {
      failures: [...failures, ...(await nothingBegan(project, empty))],
      asked: undefined,
      reached: true,
    }
  let asked: string | undefined
  for (let attempt = 1; ; attempt += 1) {
    const options =
      attempt === 1 && it.at === 'append' && it.then !== undefined ? crashing({ ...it, append: it.then }) : {}
    const resumed = await project.cli(['resume', 'last', '--yes'], options)
    if (/defect of Drillbook|ZodError|SyntaxError/.test(resumed.stderr))
      failures.push(`resume ${attempt}: ${resumed.stderr}`)
    if (resumed.code === 0) break
    // It had been killed after the very last thing it did.
    if (attempt > 1 && resumed.code === 2 && /is finished: it succeeded/.test(resumed.stderr)) break
    asked = pausedFor(project)
    if (asked !== undefined) break
    if (attempt < MOST_RESUMES && resumed.signal === 'SIGKILL') continue
    failures.push(
      `resume ${attempt} ended with ${resumed.code ?? resumed.signal}:\n${resumed.stderr}${resumed.stdout}`,
    )
    break
  }
  failures.push(...(await invariants(project, it, asked)))
  return { failures, asked, reached: true }
}

function crashing(it: Case): { env: Record<string, string>; nodeOptions: string[] } {
  if (it.at === 'effect')
    return {
      env: { [EFFECT_VARIABLE]: `${it.side} ${it.effect}`, [KILL_VARIABLE]: it.kill },
      nodeOptions: [],
    }
  return {
    env: { [CRASH_VARIABLE]: `${it.append} ${it.moment} ${it.kill}` },
    nodeOptions: [`--import=${HOOK}`],
  }
}

/** The run ended before its first line: nothing happened, the words say so, and a new run is not held up. */
async function nothingBegan(project: Project, empty: string | undefined): Promise<string[]> {
  const failures: string[] = []
  const resumed = await project.cli(['resume', '--yes'])
  if (resumed.code !== 2 || /defect|no such runbook/.test(resumed.stderr))
    failures.push(`nothing began: resume ended with ${resumed.code}: ${resumed.stderr}`)
  const again = await project.cli(['run', 'it', '--yes'])
  if (again.code !== 0) failures.push(`nothing began: a new run ended with ${again.code}: ${again.stderr}`)
  if (empty !== undefined) rmSync(path.join(project.runs, empty), { recursive: true })
  return [...failures, ...(await invariants(project, undefined, undefined))]
}

/** The step whose interrupted effect nobody but a person can judge, when the run waits for that. */
function pausedFor(project: Project): string | undefined {
  const last = project.journal().at(-1)
  return last?.event === 'run-paused'
    ? /^(\S+): the runner and its supervisor ended/.exec(last.reason)?.[1]
    : undefined
}

async function invariants(
  project: Project,
  it: Case | undefined,
  asked: string | undefined,
): Promise<string[]> {
  const failures: string[] = []
  const events = project.journal()
  const done = project
    .read('effects.log')
    .split('\n')
    .filter((line) => line !== '')
  for (const effect of new Set(done))
    if (done.filter((line) => line === effect).length > 1)
      failures.push(`the effect ${effect} happened more than once: ${done.join(' ')}`)
  for (const effect of done)
    if (!wasIntended(events, effect))
      failures.push(`the effect ${effect} happened without a record before it`)
  for (const problem of verifyRun(project.lastRun()).problems)
    failures.push(`verify: ${problem.line ?? ''} ${problem.message}`)
  if (asked === undefined) failures.push(...finishedWell(events, done))
  else failures.push(...askedRightly(events, asked, it))
  for (const name of readdirSync(path.join(project.lastRun(), 'outcomes')))
    if (name.endsWith('.new')) failures.push(`half an outcome was left: ${name}`)
  const left = (): string[] =>
    processesWith(`${MARK}=${project.root}`).map(({ pid, command }) => `${pid} ${command}`)
  // The sender of messages has a low priority, and ends by itself.
  await until('nothing runs', () => left().length === 0, 30_000).catch(() =>
    failures.push(`still running: ${left().join('; ')}`),
  )
  return failures
}

function wasIntended(events: readonly JournalEvent[], effect: string): boolean {
  const id = STEP_OF[effect] ?? effect
  return events.some((event) => event.event === 'fence-started' && event.step === id && event.role === 'run')
}

function finishedWell(events: readonly JournalEvent[], done: readonly string[]): string[] {
  const state = foldAll(events)
  const failures: string[] = []
  if (state.result !== 'succeeded')
    failures.push(`the run is not finished: ${state.status} ${state.result ?? ''} ${state.reason}`)
  if (events.at(-1)?.event !== 'run-sealed') failures.push('the run is not sealed')
  if ([...done].sort().join() !== [...EFFECTS].sort().join())
    failures.push(`the effects are ${done.join(' ')}`)
  const inOrder = done.filter((effect) => !['delta', 'epsilon'].includes(effect))
  if (inOrder.join() !== EFFECTS.filter((effect) => !['delta', 'epsilon'].includes(effect)).join())
    failures.push(`the effects are out of order: ${done.join(' ')}`)
  for (const id of ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'tell', 'zeta', 'omega'])
    if (stepState(state, id).status !== 'done') failures.push(`${id} is ${stepState(state, id).status}`)
  if (stepState(state, 'other').status !== 'skipped') failures.push('other was not skipped')
  return failures
}

/** A person is asked only when the supervisor was killed too, and only for an effect that no verification could find. */
function askedRightly(events: readonly JournalEvent[], asked: string, it: Case | undefined): string[] {
  const failures: string[] = []
  if (it?.kill !== 'both') failures.push(`a person was asked about ${asked} although the supervisor lived`)
  const unknown = events.some(
    (event) => event.event === 'fence-finished' && event.step === asked && event.outcome.kind === 'unknown',
  )
  if (!unknown) failures.push(`a person was asked about ${asked}, whose outcome is known`)
  const started = events.filter(
    (event) => event.event === 'fence-started' && event.step === asked && event.role === 'run',
  ).length
  if (started === 0) failures.push(`a person was asked about ${asked}, which never began`)
  return failures
}

/** Every case: each append at each moment, and each effect, for each way of killing; some twice in a row. */
export function allCases({ appends, synced }: Appends): Case[] {
  const numbers = Array.from({ length: appends }, (_, index) => index + 1)
  const kills = ['runner', 'both'] as const
  const moments = (append: number): Moment[] =>
    synced.has(append) ? ['before', 'torn', 'after', 'synced'] : ['before', 'torn', 'after']
  const atAppends = numbers.flatMap((append) =>
    kills.flatMap((kill) => moments(append).map((moment): Case => ({ at: 'append', append, moment, kill }))),
  )
  const full = numbers.map((append): Case => ({ at: 'append', append, moment: 'full', kill: 'runner' }))
  const twice = numbers.flatMap((append) =>
    [1, 3].map((then): Case => ({ at: 'append', append, moment: 'after', kill: 'runner', then })),
  )
  const atEffects = EFFECTS.filter((effect) => effect !== 'omega').flatMap((effect) =>
    kills.flatMap((kill) =>
      (['before', 'after'] as const).map((side): Case => ({ at: 'effect', side, effect, kill })),
    ),
  )
  return [...atEffects, ...atAppends, ...full, ...twice]
}

/** What an undisturbed run appends, and after which of its appends the journal is made durable. */
export type Appends = {
  appends: number
  synced: Set<number>
  /** `append`, `synced` and `execute`, as they came. */ trace: string[]
}

export async function countAppends(): Promise<Appends> {
  const root = mkdtempSync(path.join(tmpdir(), 'drillbook-crash-'))
  const project = new Project(root, FILES)
  try {
    const end = await project.cli(
      ['run', 'it', '--yes'],
      crashing({ at: 'append', append: 0, moment: 'trace', kill: 'runner' }),
    )
    if (end.code !== 0)
      throw new Error(`the undisturbed run ended with ${end.code}:\n${end.stdout}${end.stderr}`)
    const trace = project.read(TRACE_FILE).trimEnd().split('\n')
    const appendsBefore = (index: number): number =>
      trace.slice(0, index).filter((word) => word === 'append').length
    const synced = trace.flatMap((word, index) => (word === 'synced' ? [appendsBefore(index)] : []))
    return { appends: project.journal().length, synced: new Set(synced), trace }
  } finally {
    await endProcesses(`${MARK}=${root}`)
    rmSync(root, { recursive: true, force: true })
  }
}
