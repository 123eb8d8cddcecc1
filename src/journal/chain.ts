import { z } from 'zod'
import type { JournalEvent } from '../model/event.ts'
import type { Problem } from '../model/problem.ts'
import type { ChainEnd } from './chain-end.ts'
import type { Seal } from './seal.ts'

/** What makes a journal sound, without files and without a way to hash: the command line and the browser judge by the same lines. */

/** What joins a line to the one before it. */
export type Link = Pick<JournalEvent, 'seq' | 'prev'>

export type Chain<Event = JournalEvent> = { events: Event[]; end: ChainEnd; problems: Problem[] }

/** Takes in one more line, with its hash: its form, its number, and that it names the hash of the line before. */
export function takeLine<Event extends Link>(
  chain: Chain<Event>,
  { text, hash }: { text: string; hash: string },
  at: { file: string; line: number },
  parse: (line: unknown) => Event,
): void {
  try {
    const event = parse(JSON.parse(text))
    if (event.seq !== chain.end.seq + 1)
      chain.problems.push({
        ...at,
        message: `line has number ${event.seq}, expected ${chain.end.seq + 1}: a line was added, removed or moved`,
      })
    else if (event.prev !== chain.end.hash)
      chain.problems.push({
        ...at,
        message: `does not follow from the line before it: line ${at.line - 1} or this one was changed`,
      })
    chain.events.push(event)
    chain.end = { seq: event.seq, hash }
  } catch (error) {
    chain.problems.push({ ...at, message: `is not a journal event: ${firstLine(error)}` })
    chain.end = { seq: chain.end.seq + 1, hash }
  }
}

function firstLine(error: unknown): string {
  const [issue] = error instanceof z.ZodError ? error.issues : []
  if (issue) return `${issue.path.length === 0 ? '' : `${issue.path.join('.')}: `}${issue.message}`
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}

const sealFile: z.ZodType<Seal> = z.strictObject({
  v: z.literal(1),
  lines: z.int(),
  head: z.string().regex(/^[0-9a-f]{64}$/),
})

/** The text of seal.json; `damaged` when it is not exactly what was written. */
export function parseSeal(text: string): Seal | 'damaged' {
  try {
    const { data } = sealFile.safeParse(JSON.parse(text))
    return data && text === `${JSON.stringify(data)}\n` ? data : 'damaged'
  } catch {
    return 'damaged'
  }
}

const RESUME = 'If the machine stopped at that moment, npm run resume completes the seal.'

/** A finished run ends with the seal, the seal is its last line, and seal.json names that line. `sealedAt`: its index, or -1. */
export function judgeSeal(
  { lines, sealedAt, end }: { lines: number; sealedAt: number; end: ChainEnd },
  seal: Seal | 'damaged' | undefined,
  file: { journal: string; seal: string },
): Problem[] {
  const problems: Problem[] = []
  if (sealedAt === -1)
    problems.push({
      file: file.journal,
      message: 'the seal is missing: the end was cut off, or the run was stopped while it was being sealed',
      hint: RESUME,
    })
  else if (sealedAt !== lines - 1)
    problems.push({ file: file.journal, line: sealedAt + 2, message: 'lines follow the seal' })
  if (seal === undefined) problems.push({ file: file.seal, message: 'is missing', hint: RESUME })
  else if (seal === 'damaged') problems.push({ file: file.seal, message: 'is not a seal' })
  else if (seal.lines !== end.seq || seal.head !== end.hash)
    problems.push({
      file: file.journal,
      line: lines,
      message: `the last line is not the one that was sealed (line ${seal.lines}, ${seal.head.slice(0, 16)}…)`,
    })
  return problems
}

/** Whether the chain of a run is whole and the seal beside it names its last line. */
export function isSealed({ events, end, problems }: Chain, seal: Seal | 'damaged' | undefined): boolean {
  const sealedAt = events.findIndex(({ event }) => event === 'run-sealed')
  const told = judgeSeal({ lines: events.length, sealedAt, end }, seal, { journal: '', seal: '' })
  return problems.length === 0 && told.length === 0
}

/** A fence is recorded before it can print anything: output without a record shows that lines are missing. `names` are of output/. */
export function unnamedOutputs(events: readonly JournalEvent[], names: readonly string[]): string[] {
  const jobs = new Set(events.flatMap((event) => (event.event === 'fence-started' ? [event.job] : [])))
  return names.filter((name) => !jobs.has(name.replace(/\.(log|out)$/, '')))
}

export const UNNAMED =
  'is the output of a fence that the journal does not name: lines were cut off, or the file was added'
