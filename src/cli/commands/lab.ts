import { parseArgs, type ParseArgsConfig } from 'node:util'
import { faults, findFault } from '../../drill/faults/index.ts'
import {
  defaultOptions,
  down,
  names,
  open,
  REGIONS,
  REPLICATION_MODES,
  startNode,
  stateRoot,
  up,
  type Lab,
  type LabHealth,
  type Replication,
  type LabOptions,
  type PartHealth,
} from '../../lab/index.ts'
import { formatDuration, parseDuration } from '../../model/duration.ts'
import type { ExitName } from '../../model/exit-code.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Command, Io } from '../command.ts'
import { interruptible } from '../interruptible.ts'

const faultList = faults.map(
  ({ name, summary, defaultTarget }) => `  ${name}  (on ${defaultTarget})\n      ${summary}`,
)

const usage = `drillbook lab <verb>      (npm run lab -- <verb>): a real two-region system on this machine.

  lab up [--replication ${REPLICATION_MODES.join('|')}] [--delay 25ms] [--rate 120]
      Starts it, or starts again what has stopped of it. Delay is one way between the regions; rate is the orders
      a second that the canary places.
  lab status [--json]
      What runs, who is primary, what the canary sees. Exit code 1 when something is not as it should be.
  lab fault <name> [--on <target>] [--json]
      Breaks something, for real.
  lab start-node <region>
      Starts a stopped database node; refuses one that is fenced or would become a second primary.
  lab down [--all]
      Ends every process of it and removes its data; --all does so for every lab of this account.

Every verb takes --name <lab> (default: ${defaultOptions.name}). State lives in the folder $DRILLBOOK_LAB, or else
in drillbook-lab-<uid> among the temporary files.

Faults:
${faultList.join('\n')}`

type Verb = (words: string[], io: Io) => Promise<ExitName>

const verbs: Record<string, Verb> = {
  up: upVerb,
  status: statusVerb,
  fault: faultVerb,
  'start-node': startNodeVerb,
  down: downVerb,
}

export const command: Command = {
  summary: 'Start, look at, break and remove the two-region lab on this machine.',
  usage,
  async run(argv, io) {
    const [name = '', ...words] = argv
    const verb = verbs[name]
    if (verb !== undefined) return verb(words, io)
    throw new OperatorError('usage', {
      message: `unknown verb '${name}' of lab; expected ${Object.keys(verbs).join(', ')}`,
      hint: 'npm run lab -- --help',
    })
  },
}

const nameOption = { name: { type: 'string', default: defaultOptions.name } } as const

/** parseArgs, with its complaint turned into the operator's language. */
function parse<T extends ParseArgsConfig['options']>(words: string[], options: T, positionals: number) {
  try {
    const parsed = parseArgs({ args: words, options, allowPositionals: true, strict: true })
    if (parsed.positionals.length > positionals) {
      throw new Error(`unexpected '${parsed.positionals[positionals]}'`)
    }
    return parsed
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new OperatorError('usage', { message, hint: 'npm run lab -- --help' })
  }
}

async function upVerb(words: string[], io: Io): Promise<ExitName> {
  const text = { type: 'string' } as const
  const { values } = parse(words, { ...nameOption, replication: text, delay: text, rate: text }, 0)
  // What is not said stays as it is in a lab that is already up.
  const present = (await open(values.name))?.options ?? { ...defaultOptions, name: values.name }
  const options: LabOptions = {
    name: values.name,
    synchronousCommit: replicationOf(values.replication) ?? present.synchronousCommit,
    delayMs: delayOf(values.delay) ?? present.delayMs,
    writesPerSecond: rateOf(values.rate) ?? present.writesPerSecond,
  }
  const lab = await interruptible((signal) => up(options, io.err, signal), io.err)
  if (lab === undefined) return 'interrupted'
  for (const line of describeTargets(await lab.targets())) io.out(line)
  return 'ok'
}

function replicationOf(text: string | undefined): LabOptions['synchronousCommit'] | undefined {
  if (text === undefined) return undefined
  const mode = REPLICATION_MODES.find((one) => one === text)
  if (mode !== undefined) return mode
  throw new OperatorError('usage', {
    message: `unexpected --replication ${text}; expected ${REPLICATION_MODES.join(', ')}`,
  })
}

function delayOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms !== undefined && Number.isInteger(ms) && ms <= 5000) return ms
  throw new OperatorError('usage', {
    message: `unexpected --delay ${text}; expected 0ms to 5s, such as 25ms`,
  })
}

function rateOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const rate = Number(text)
  if (Number.isInteger(rate) && rate >= 1 && rate <= 2000) return rate
  throw new OperatorError('usage', {
    message: `unexpected --rate ${text}; expected 1 to 2000 orders a second`,
  })
}

function describeTargets(targets: Awaited<ReturnType<Lab['targets']>>): string[] {
  return Object.entries(targets).map(([name, target]) => {
    const place = target.kind === 'postgres' ? `${target.host}:${target.port}/${target.database}` : target.url
    const region = target.kind === 'edge' ? '' : `  ${target.region ?? ''}`
    return `${name.padEnd(18)} ${place}${region}`
  })
}

async function requireLab(name: string): Promise<Lab> {
  const lab = await open(name)
  if (lab !== undefined) return lab
  const begun = names().includes(name)
  throw new OperatorError('usage', {
    message: begun
      ? `the lab '${name}' did not finish starting`
      : `there is no lab '${name}' in ${stateRoot()}`,
    hint: `Start it: npm run lab -- up --name ${name}`,
  })
}

async function statusVerb(words: string[], io: Io): Promise<ExitName> {
  const { values } = parse(words, { ...nameOption, json: { type: 'boolean', default: false } }, 0)
  const lab = await requireLab(values.name)
  const health = await lab.health()
  if (values.json) io.json({ options: lab.options, ...health })
  else for (const line of describeHealth(lab, health)) io.out(line)
  return health.healthy ? 'ok' : 'failed'
}

function describePart(part: PartHealth): string {
  const pid = String(part.pid ?? '-').padEnd(8)
  const place = `pid ${pid} port ${String(part.port).padEnd(6)}`
  return `${part.healthy ? 'ok    ' : 'not ok'}  ${part.part.padEnd(20)} ${place} ${part.detail}`
}

function describeReplication({ standby, state, syncState, lagBytes, healthy }: Replication): string {
  const waiting = healthy || state !== 'streaming' ? '' : ': commits do not wait for it'
  return `${healthy ? '' : 'not ok  '}replication to ${standby}: ${state}, ${syncState}, ${lagBytes} bytes behind${waiting}`
}

function describeHealth(lab: Lab, health: LabHealth): string[] {
  const { canary, replication, activeRegion } = health
  const { synchronousCommit, delayMs } = lab.options
  return [
    ...[...health.nodes, ...health.services].map(describePart),
    `customers are sent to ${activeRegion ?? 'nobody: the edge does not answer'}`,
    `asked for: ${synchronousCommit}, ${formatDuration(delayMs)} one way`,
    ...replication.map(describeReplication),
    ...(replication.length === 0 ? ['replication: none'] : []),
    ...(canary === undefined
      ? []
      : [
          `canary: ${canary.acknowledged} acknowledged, ${canary.failed} failed, ${canary.indeterminate} indeterminate, ` +
            `${canary.consecutiveAcknowledged} acknowledged in a row`,
        ]),
  ]
}

async function faultVerb(words: string[], io: Io): Promise<ExitName> {
  const options = {
    ...nameOption,
    on: { type: 'string' },
    json: { type: 'boolean', default: false },
  } as const
  const { values, positionals } = parse(words, options, 1)
  const fault = findFault(positionals[0] ?? '')
  const lab = await requireLab(values.name)
  const { at, detail } = await fault.inject(lab, values.on ?? fault.defaultTarget)
  const time = new Date(at).toISOString()
  io.out(values.json ? JSON.stringify({ fault: fault.name, at: time, detail }) : `${time}  ${detail}`)
  return 'ok'
}

async function startNodeVerb(words: string[], io: Io): Promise<ExitName> {
  const { values, positionals } = parse(words, nameOption, 1)
  const region = REGIONS.find((one) => one === positionals[0])
  if (region === undefined) {
    throw new OperatorError('usage', {
      message: `unexpected region '${positionals[0] ?? ''}'; expected ${REGIONS.join(' or ')}`,
    })
  }
  await startNode(await requireLab(values.name), region, io.err)
  io.out(`PostgreSQL in ${region} runs`)
  return 'ok'
}

async function downVerb(words: string[], io: Io): Promise<ExitName> {
  const { values } = parse(words, { ...nameOption, all: { type: 'boolean', default: false } }, 0)
  const wanted = values.all ? names() : [values.name]
  if (wanted.length === 0) io.err(`there is no lab in ${stateRoot()}`)
  for (const name of wanted) await down(name, io.err)
  return 'ok'
}
