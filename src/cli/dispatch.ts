import { redactShown } from '../host/redaction/declared.ts'
import { endReading, suspendTogether } from '../host/suspend.ts'
import { columnsOf, wrapLine } from '../host/text.ts'
import { EXIT } from '../model/exit-code.ts'
import { jsonLine, printable } from '../model/printable.ts'
import { OperatorError, formatProblem } from '../model/problem.ts'
import type { Command, Io } from './command.ts'

/** The verbs; each is loaded only when it is asked for. */
export const COMMANDS: Record<string, () => Promise<{ command: Command }>> = {
  run: () => import('./commands/run.ts'),
  resume: () => import('./commands/resume.ts'),
  drill: () => import('./commands/drill.ts'),
  runs: () => import('./commands/runs.ts'),
  show: () => import('./commands/show.ts'),
  live: () => import('./commands/live.ts'),
  publish: () => import('./commands/publish.ts'),
  verify: () => import('./commands/verify.ts'),
  incident: () => import('./commands/incident.ts'),
  inform: () => import('./commands/inform.ts'),
  approve: () => import('./commands/approve.ts'),
  sign: () => import('./commands/sign.ts'),
  oncall: () => import('./commands/oncall.ts'),
  postmortem: () => import('./commands/postmortem.ts'),
  tabletop: () => import('./commands/tabletop.ts'),
  actions: () => import('./commands/actions.ts'),
  evidence: () => import('./commands/evidence.ts'),
  check: () => import('./commands/check.ts'),
  pack: () => import('./commands/pack.ts'),
  lab: () => import('./commands/lab.ts'),
  reference: () => import('./commands/reference.ts'),
}

/** The line ends of a table for other programs stay as they are. */
function shown(text: string): string {
  return redactShown(text).split('\r\n').map(printable).join('\r\n')
}

const io: Io = {
  out: (line) => process.stdout.write(`${shown(line)}\n`),
  err: (line) => process.stderr.write(`${shown(line)}\n`),
  json: (value) => process.stdout.write(`${redactShown(jsonLine(value))}\n`),
  sentence: (text, { hang, to = 'out' } = {}) => {
    const stream = to === 'out' ? process.stdout : process.stderr
    stream.write(`${fitted(shown(text), stream, hang)}\n`)
  },
}

/** Only where people read it: another program gets each line in one piece. */
function fitted(text: string, stream: NodeJS.WriteStream, hang: number | undefined): string {
  if (!stream.isTTY) return text
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columnsOf(stream), hang))
    .join('\n')
}

// A reader that goes away (a pager, a closed terminal) must not take a run with it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

/** Runs one command and returns the exit code. The only place that catches: a known error is a tidy message, any other is ours. */
export async function dispatch(argv: string[]): Promise<number> {
  const [verb, ...rest] = argv
  suspendTogether()
  try {
    if (verb === undefined || verb === '--help' || verb === 'help') return await overview(verb === undefined)
    const load = Object.hasOwn(COMMANDS, verb) ? COMMANDS[verb] : undefined
    if (!load)
      throw new OperatorError('usage', {
        message: `unknown command "${verb}": expected one of ${Object.keys(COMMANDS).join(', ')}`,
      })
    const { command } = await load()
    if (rest.includes('--help')) {
      io.out(command.usage)
      return EXIT.ok.code
    }
    return EXIT[await command.run(rest, io)].code
  } catch (error) {
    return reportError(error)
  } finally {
    endReading()
  }
}

/** Where nothing is any more, no path can be told: whoever asks for the working directory first fails. */
function isFolderGone(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd'
}

const NO_ROOM = 'Free space there, or use another disk. A run or an exercise goes on then: npm run resume.'
const NOT_OURS = 'Look who may write there (ls -ld), and whether its disk can be written (findmnt -T).'
const TOO_MANY =
  'See the limit with ulimit -n, and raise it: ulimit -n 4096. Then begin again, or npm run resume.'

/** What the machine refuses, by the name of the error, and what helps: no defect of ours. */
const REFUSED = new Map([
  ['ENOSPC', NO_ROOM],
  ['EDQUOT', NO_ROOM],
  ['EFBIG', NO_ROOM],
  ['EROFS', NOT_OURS],
  ['EACCES', NOT_OURS],
  ['EMFILE', TOO_MANY],
  ['ENFILE', TOO_MANY],
])

function refusedByMachine(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return undefined
  const hint = REFUSED.get(error.code)
  return hint === undefined ? undefined : formatProblem({ message: error.message, hint })
}

function reportError(error: unknown): number {
  if (isFolderGone(error)) {
    io.err(
      'the folder that this was started in is gone\n    Change to a folder that is there: cd "$PWD", or cd to the project.',
    )
    return EXIT.usage.code
  }
  if (error instanceof OperatorError) {
    io.err(error.message)
    return EXIT[error.exit].code
  }
  if (error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError')) {
    io.err('Nothing was started.')
    return EXIT.interrupted.code
  }
  const refused = refusedByMachine(error)
  if (refused !== undefined) {
    io.err(refused)
    return EXIT.failed.code
  }
  io.err('This is a defect of Drillbook; please report it with what follows.')
  io.err(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return EXIT.failed.code
}

async function overview(isMistake: boolean): Promise<number> {
  const lines = await Promise.all(
    Object.entries(COMMANDS).map(
      async ([verb, load]) => `  ${verb.padEnd(10)} ${(await load()).command.summary}`,
    ),
  )
  const say = isMistake ? io.err : io.out
  say(['drillbook <command> [options]', '', ...lines, '', 'drillbook <command> --help says more.'].join('\n'))
  return isMistake ? EXIT.usage.code : EXIT.ok.code
}
