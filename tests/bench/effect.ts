import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { compare, interleave, roundsOf, timeProgram } from './measure.ts'
import type { Missing, Options, Row, Section } from './measure.ts'
import { DRILLBOOK, makeProject, plainRunbook, repeat } from './project.ts'
import type { PlainStep, Project } from './project.ts'
import { noTerminal, Terminal } from './terminal.ts'

const NAME = 'effect'
/** The processes are started ahead: the effect comes sooner than even an empty Node process would. Hoped for: below 30 ms. */
const TARGET = { atMost: 1 }
const STEPS = 25
/** A person reads before answering; what the program does after a step has ended by then. */
const READING_MS = 150

/** How long after the answer at the prompt the fence acts. */
export const effect: Section = { name: NAME, title: 'Prompt to effect', run: measure }

const FENCES: Record<PlainStep['lang'], string> = {
  sh: 'echo $EPOCHREALTIME >> times',
  ts: `import { appendFileSync } from 'node:fs'\nappendFileSync('times', \`\${(performance.timeOrigin + performance.now()) / 1000}\\n\`)`,
}

async function measure(options: Options): Promise<(Row | Missing)[]> {
  const reason = noTerminal()
  if (reason !== undefined) return [{ section: NAME, what: 'prompt to effect', reason, target: TARGET }]
  const project = makeProject()
  const node = () => timeProgram({ file: process.execPath, words: ['-e', '0'], cwd: project.root })
  const taken = await interleave({ node }, roundsOf(15, options))
  const rows: Row[] = []
  for (const lang of ['sh', 'ts'] as const) {
    const what = await answerAll(project, lang, roundsOf(STEPS, options))
    const names = { section: NAME, what: `answer to ${lang} fence`, against: 'node -e 0' }
    rows.push(compare(names, { what, against: taken('node') }, TARGET))
  }
  return rows
}

/** Answers every prompt of a runbook; the first step only warms up. */
async function answerAll(project: Project, lang: PlainStep['lang'], count: number): Promise<number[]> {
  const id = `effect-${lang}`
  project.write(
    `runbooks/${id}.mdx`,
    plainRunbook(
      id,
      repeat(count + 1, () => ({ lang, code: FENCES[lang] })),
    ),
  )
  project.write('times', '')
  const terminal = new Terminal([...DRILLBOOK, 'run', id], { cwd: project.root, env: project.env })
  const waits: number[] = []
  for (let number = 1; number <= count + 1; number += 1) {
    await terminal.shows(/›/)
    await delay(READING_MS)
    const answeredAt = terminal.answer('r\r')
    waits.push((await effectOf(project, number)) - answeredAt)
  }
  await terminal.ended()
  return waits.slice(1)
}

/** The time that the fence wrote down, looked for until it is there. */
async function effectOf(project: Project, number: number): Promise<number> {
  const file = path.join(project.root, 'times')
  for (let look = 0; look < 2000; look += 1) {
    const line = existsSync(file)
      ? readFileSync(file, 'utf8').split('\n').slice(0, -1)[number - 1]
      : undefined
    if (line !== undefined) return Number(line) * 1000
    await delay(5)
  }
  throw new Error(`the fence of step ${number} did nothing within 10 s`)
}
