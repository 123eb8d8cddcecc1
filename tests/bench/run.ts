/** `npm run bench`: how fast this is, as ratios to what else does the same on this machine at this moment. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { effect } from './effect.ts'
import { firstPrompt } from './first-prompt.ts'
import { hundredSteps } from './hundred-steps.ts'
import { inform } from './inform.ts'
import { BUSY_LOAD, untilQuiet } from './measure.ts'
import type { Missing, Options, Row, Section } from './measure.ts'
import { parse } from './parse.ts'
import { removeEarlierProjects } from './project.ts'
import { recovery } from './recovery.ts'
import { isMet, machine, tableOf } from './table.ts'
import { site } from './site.ts'
import { threeSteps } from './three-steps.ts'

const SECTIONS: readonly Section[] = [
  firstPrompt,
  effect,
  threeSteps,
  hundredSteps,
  parse,
  recovery,
  inform,
  site,
]

const usage = `npm run bench -- [options]

  --only NAME          one section, may be repeated: ${SECTIONS.map(({ name }) => name).join(', ')}
  --effort FACTOR      more or fewer rounds than usual (default 1)
  --lab-rounds N       recoveries of each kind (default 9)
  --peers DIR          a folder in which "npm install rust-just" was run
  --json FILE          everything that was measured, every round
  --gate               exit code 1 when a promised ratio is missed or was not measured`

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: SECTIONS.map(({ name }) => name) },
    effort: { type: 'string', default: '1' },
    'lab-rounds': { type: 'string', default: '9' },
    peers: { type: 'string' },
    json: { type: 'string' },
    gate: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

type Measured = { name: string; load: number; rows: (Row | Missing)[] }

if (values.help) console.log(usage)
else await benchmark()

async function benchmark(): Promise<void> {
  const options: Options = {
    effort: numberOf('effort', values.effort),
    labRounds: numberOf('lab-rounds', values['lab-rounds']),
    peers: values.peers,
    say: (line) => process.stderr.write(`${line}\n`),
  }
  const measured: Measured[] = []
  for (const section of chosen()) {
    measured.push(await measure(section, options))
    console.log(tableOf(section.title, measured.at(-1)?.rows ?? []))
  }
  removeEarlierProjects()
  const rows = measured.flatMap((section) => section.rows)
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine: machine(), sections: measured }, null, 2)}\n`)
  const missed = rows.filter((row) => row.target !== undefined && !isMet(row))
  console.log(
    missed.length === 0
      ? 'Every promised ratio is met.'
      : `${missed.length} promised ratios are missed or were not measured.`,
  )
  if (values.gate && missed.length > 0) process.exitCode = 1
}

async function measure(section: Section, options: Options): Promise<Measured> {
  const load = await untilQuiet()
  if (load > BUSY_LOAD)
    options.say(
      `${section.title}: the machine is busy (load ${load.toFixed(1)}); only the ratios mean anything`,
    )
  return { name: section.name, load, rows: await section.run(options) }
}

function chosen(): Section[] {
  const unknown = values.only.filter((name) => SECTIONS.every((section) => section.name !== name))
  if (unknown.length > 0) throw new Error(`unknown section ${unknown.join(', ')}\n\n${usage}`)
  return SECTIONS.filter(({ name }) => values.only.includes(name))
}

function numberOf(option: string, text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new Error(`--${option} ${text}: expected a number above 0`)
}
