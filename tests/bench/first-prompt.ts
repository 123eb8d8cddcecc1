import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { compare, interleave, roundsOf, timeProgram } from './measure.ts'
import type { Missing, Options, Row, Section } from './measure.ts'
import { DRILLBOOK, makeProject, plainRunbook, repeat } from './project.ts'
import type { Project } from './project.ts'
import { noTerminal, Terminal } from './terminal.ts'

const NAME = 'first-prompt'
const AGAINST = 'node -e 0'
const TARGET = { atMost: 6, aim: 4 }
const ROUNDS = 15
/** The last line of a step's prompt, or the first question for an input. */
const PROMPT = /›|Why are you failing over\?/

/** How long a person waits between Enter and the first question. */
export const firstPrompt: Section = { name: NAME, title: 'Start to first prompt', run: measure }

async function measure(options: Options): Promise<(Row | Missing)[]> {
  const reason = noTerminal()
  if (reason !== undefined) return [{ section: NAME, what: 'start to first prompt', reason, target: TARGET }]
  // The second one forgets what it has read before each start.
  const [warm, cold] = [makeProject(), makeProject()]
  const steps = repeat(3, (n) => ({ lang: 'sh', code: `echo ${n}` }))
  warm.write('runbooks/bench.mdx', plainRunbook('Three steps', steps))
  return await compareAll(warm, cold, roundsOf(ROUNDS, options))
}

async function compareAll(warm: Project, cold: Project, rounds: number): Promise<Row[]> {
  const real = ['run', 'database-failure', '--env', 'production', '--operator', 'tomas-novak']
  const taken = await interleave(
    {
      node: () => timeProgram({ file: process.execPath, words: ['-e', '0'], cwd: warm.root }),
      plain: () => untilPrompt(warm, ['run', 'bench'], {}),
      real: () => untilPrompt(warm, real, {}),
      parsed: () => {
        cold.forget()
        return untilPrompt(cold, real, {})
      },
      first: () => untilPromptForTheFirstTime(cold, real),
    },
    rounds,
  )
  const row = (what: string, name: 'plain' | 'real' | 'parsed' | 'first', target?: Row['target']): Row =>
    compare({ section: NAME, what, against: AGAINST }, { what: taken(name), against: taken('node') }, target)
  return [
    row('three sh steps', 'plain', TARGET),
    row('database-failure', 'real', TARGET),
    row('database-failure, parsed anew', 'parsed'),
    row('database-failure, first start ever', 'first'),
  ]
}

async function untilPrompt(project: Project, words: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const terminal = new Terminal([...DRILLBOOK, ...words], {
    cwd: project.root,
    env: { ...project.env, ...env },
  })
  const shownAt = await terminal.shows(PROMPT)
  const { startedAt } = terminal
  await terminal.leave()
  return shownAt - startedAt
}

/** Neither a parsed runbook nor compiled code is left from an earlier start. */
async function untilPromptForTheFirstTime(project: Project, words: string[]): Promise<number> {
  project.forget()
  const compiled = mkdtempSync(path.join(tmpdir(), 'drillbook-bench-compiled-'))
  try {
    return await untilPrompt(project, words, { NODE_COMPILE_CACHE: compiled })
  } finally {
    rmSync(compiled, { recursive: true, force: true })
  }
}
