import { spawn } from 'node:child_process'
import { loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

/** One line of the result: a median against the median of something else that was measured in the same rounds. */
export type Row = {
  section: string
  what: string
  medianMs: number
  against: string
  againstMs: number
  ratio: number
  rounds: number
  /** What the figures are in, where it is not milliseconds. */
  unit?: 'kB' | 'MB'
  /** The ratio that is promised; without it the row only informs. */
  target?: Target
  /** Every round, for whoever doubts a median. */
  samples: { what: number[]; against: number[] }
}
export type Target = { atMost: number; aim?: number }

/** What could not be measured here, and why. It never counts as met. */
export type Missing = { section: string; what: string; reason: string; target?: Target }

export type Section = { name: string; title: string; run: (options: Options) => Promise<(Row | Missing)[]> }

export type Options = {
  /** How many times as many rounds as usual; below 1 for a quick look. */
  effort: number
  labRounds: number
  /** A folder with node_modules of its own that holds peers from npm. */
  peers: string | undefined
  say: (line: string) => void
}

export function roundsOf(usual: number, { effort }: Options): number {
  return Math.max(3, Math.round(usual * effort))
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Every contestant once a round, in turn: a slow moment of the machine hits all of them. The first round is not counted. */
export async function interleave<Name extends string>(
  measures: Record<Name, () => number | Promise<number>>,
  rounds: number,
): Promise<(name: Name) => number[]> {
  const entries = Object.entries<() => number | Promise<number>>(measures)
  const taken = new Map<string, number[]>(entries.map(([name]) => [name, []]))
  for (let round = 0; round <= rounds; round += 1)
    for (const [name, measure] of entries) {
      const ms = await measure()
      if (round > 0) taken.get(name)?.push(ms)
    }
  return (name) => taken.get(name) ?? []
}

export function compare(
  names: Pick<Row, 'section' | 'what' | 'against' | 'unit'>,
  samples: Row['samples'],
  target?: Target,
): Row {
  const medianMs = median(samples.what)
  const againstMs = median(samples.against)
  const rounds = samples.what.length
  return {
    ...names,
    medianMs,
    againstMs,
    ratio: medianMs / againstMs,
    rounds,
    ...(target ? { target } : {}),
    samples,
  }
}

export type Program = { file: string; words: string[]; cwd: string; env?: NodeJS.ProcessEnv }

/** From the request to start a program until it has ended. A program that fails is not measured but reported. */
export function timeProgram({ file, words, cwd, env }: Program): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(file, words, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let ended = Number.NaN
    let complaint = ''
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = `${complaint}${chunk.toString()}`.slice(-2000)
    })
    child.on('error', reject)
    child.on('exit', () => {
      ended = performance.now() - started
    })
    child.on('close', (code) => {
      if (code === 0) resolve(ended)
      else reject(new Error(`${file} ${words.join(' ')} ended with ${code}: ${complaint}`))
    })
  })
}

/** Above this the machine is busy with something else, and what is measured is not ours. */
export const BUSY_LOAD = 2.5
const QUIET_PATIENCE_MS = 90_000
const QUIET_LOOK_MS = 3000

/** Waits, within reason, until the machine has nothing else to do; returns the load that is left. */
export async function untilQuiet(): Promise<number> {
  const deadline = performance.now() + QUIET_PATIENCE_MS
  while ((loadavg()[0] ?? 0) > BUSY_LOAD && performance.now() < deadline) await delay(QUIET_LOOK_MS)
  return loadavg()[0] ?? 0
}
