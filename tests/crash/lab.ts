/**
 * Kills the runner of a real recovery at random times: `node tests/crash/lab.ts [rounds] [seed] [most minutes]`. In each round the lab's primary is killed
 * under load, database-failure recovers it unattended, and the runner, in every second round its supervisor too, is killed somewhere
 * in between; then it is resumed until it is finished. Where a person is asked, the answer is that of one who looked: try again.
 */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { measure } from '../../src/drill/measurement.ts'
import { readSupervision } from '../../src/host/supervision.ts'
import { verifyRun } from '../../src/journal/verify.ts'
import { defaultOptions, down, names, open, up } from '../../src/lab/index.ts'
import type { Lab } from '../../src/lab/index.ts'
import { only } from '../helpers/claims.ts'
import { kill, until } from '../helpers/processes.ts'
import { Project, REPOSITORY, ended } from '../helpers/project.ts'
import { Terminal } from '../helpers/terminal.ts'

const [roundsWanted = '20', seed = String(Date.now()), minutes = '600'] = process.argv.slice(2)
const deadline = performance.now() + Number(minutes) * 60_000
const LAB = 'crash'
const quiet = (): void => undefined
let state = Number(seed) % 2 ** 31

/** The same kills again for the same seed. */
function random(): number {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31
  return state / 2 ** 31
}

function realProject(): Project {
  const root = mkdtempSync(path.join(tmpdir(), 'drillbook-crash-lab-'))
  chmodSync(root, 0o711)
  const project = new Project(root, {})
  for (const folder of ['runbooks', 'scripts', 'templates', 'docs/plan'])
    cpSync(path.join(REPOSITORY, folder), path.join(root, folder), { recursive: true })
  for (const folder of ['src', 'node_modules'])
    symlinkSync(path.join(REPOSITORY, folder), path.join(root, folder))
  mkdirSync(path.join(root, 'labs'), { mode: 0o711 })
  return project
}

const project = realProject()
const env = { DRILLBOOK_LAB: project.path('labs') }
Object.assign(process.env, env)

type Round = { killedAtMs: number; both: boolean; tooLate: boolean; asked: number; failures: string[] }

function recovering(runs: number): {
  runner: ReturnType<Project['start']>
  end: Promise<unknown>
  fault: Promise<void>
} {
  const runner = project.start(['run', 'database-failure', '--yes', '--lab', LAB], { env })
  const injected = (): boolean =>
    project.runIds().length === runs && only(project.journal(), 'fault-injected').length === 1
  return { runner, end: ended(runner), fault: until('the fault is injected', injected, 90_000) }
}

/** How long a recovery takes here when nobody disturbs it: the kills fall within. */
async function undisturbed(): Promise<number> {
  const { end, fault } = recovering(1)
  await fault
  const begun = performance.now()
  await until('the run ends', () => only(project.journal(), 'run-finished').length === 1, 120_000)
  const took = performance.now() - begun
  await end
  const failures = await judge()
  if (failures.length > 0) throw new Error(`the undisturbed recovery failed: ${failures.join('; ')}`)
  return took
}

async function play(number: number, typicalMs: number): Promise<Round> {
  const both = number % 2 === 1
  const { runner, end, fault } = recovering(number + 2)
  await fault
  const killedAtMs = Math.round(random() * typicalMs)
  await Promise.race([delay(killedAtMs), end])
  const tooLate = isFinished()
  const [supervisor] = readSupervision(project.lastRun()).supervisors
  if (both && supervisor) kill(supervisor.pid)
  runner.kill('SIGKILL')
  await end
  const round: Round = { killedAtMs, both, tooLate, asked: 0, failures: [] }
  for (let attempt = 1; attempt <= 6 && !isFinished(); attempt += 1) {
    const resumed = await project.cli(['resume', 'last', '--yes'], { env })
    if (/defect|damaged/.test(resumed.stderr)) round.failures.push(resumed.stderr)
    if (isFinished()) break
    const last = project.journal().at(-1)
    console.log(
      `  round ${number + 1}: ${last?.event === 'run-paused' ? last.reason.split('\n')[0] : resumed.stderr}`,
    )
    if (last?.event === 'run-paused' && /ended while this was being executed/.test(last.reason)) {
      round.asked += 1
      await tryAgain()
    }
  }
  round.failures.push(...(await judge()))
  return round
}

function isFinished(): boolean {
  return project.journal().at(-1)?.event === 'run-sealed'
}

/** A person who looked and found it not done; then the run goes on unattended. */
async function tryAgain(): Promise<void> {
  const cleanups: (() => void)[] = []
  const terminal = new Terminal(
    { after: (cleanup: () => void) => void cleanups.push(cleanup) },
    project,
    ['resume', 'last'],
    env,
  )
  await terminal.answer(/\? Was it done\?[\s\S]*›$/, 't')
  await terminal.answer(/\? (Run|Begin|Tell|Which|What now)[\s\S]*›$/, 'p')
  await terminal.sees(/\[exit \d+\]/)
  for (const cleanup of cleanups) cleanup()
}

/** The state that a recovery has to end in, looked at from outside. */
async function judge(): Promise<string[]> {
  const failures: string[] = []
  const lab = await requireLab()
  const events = project.journal()
  const [fault] = only(events, 'fault-injected')
  if (only(events, 'run-finished')[0]?.result !== 'succeeded') failures.push('the run did not succeed')
  failures.push(...verifyRun(project.lastRun()).problems.map(({ message }) => `verify: ${message}`))
  await until('the lab is healthy', async () => (await lab.health()).healthy, 30_000).catch(async () => {
    const { nodes, replication, activeRegion } = await lab.health()
    failures.push(`the lab is not healthy: ${JSON.stringify({ nodes, replication, activeRegion })}`)
  })
  await lab.canary
    .waitUntilRecovered({ after: Date.parse(fault?.faultAt ?? ''), timeoutMs: 30_000 })
    .catch((error: unknown) => failures.push(String(error)))
  const ledger = await lab.canary.ledger()
  const { lost, acknowledged } = measure(
    ledger,
    Date.parse(fault?.faultAt ?? ''),
    await lab.canary.foundIds(),
  )
  if (lost !== 0) failures.push(`${lost} of ${acknowledged} acknowledged orders are lost`)
  return failures
}

async function requireLab(): Promise<Lab> {
  const lab = await open(LAB)
  if (!lab) throw new Error('the lab is gone')
  return lab
}

const rounds: Round[] = []
try {
  await up({ ...defaultOptions, name: LAB, synchronousCommit: 'remote_apply' }, quiet)
  const typicalMs = await undisturbed()
  console.log(`undisturbed: ${Math.round(typicalMs)} ms from the fault to the end`)
  for (let number = 0; number < Number(roundsWanted) && performance.now() < deadline; number += 1) {
    const round = await play(number, typicalMs)
    rounds.push(round)
    console.log(
      `round ${number + 1}: killed ${round.both ? 'runner and supervisor' : 'the runner'} ${round.killedAtMs} ms after the fault; asked ${round.asked} times; ${round.failures.length === 0 ? 'recovered' : `FAILED ${round.failures.join('; ')}`}`,
    )
    if (round.failures.length > 0 && !(await (await requireLab()).health()).healthy) {
      await down(LAB, quiet)
      await up({ ...defaultOptions, name: LAB, synchronousCommit: 'remote_apply' }, quiet)
    }
  }
} finally {
  const failed = rounds.filter(({ failures }) => failures.length > 0).length
  const asked = rounds.filter((round) => round.asked > 0).length
  const late = rounds.filter(({ tooLate }) => tooLate).length
  console.log(
    `random kills in the lab: ${rounds.length - late} rounds, ${failed} failures, ${asked} in which a person was asked (seed ${seed})`,
  )
  for (const name of names()) await down(name, quiet)
  rmSync(project.root, { recursive: true, force: true })
  process.exitCode = failed === 0 && rounds.length > 0 ? 0 : 1
}
