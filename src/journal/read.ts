import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ZodError } from 'zod'
import { parseEvent } from '../model/event.ts'
import type { JournalEvent } from '../model/event.ts'
import { OperatorError } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import { START } from './append.ts'
import type { ChainEnd } from './append.ts'

export type ReadJournal<Event = JournalEvent> = {
  events: Event[]
  end: ChainEnd
  /** Bytes of whole, valid lines; what follows is a line that was being written when the machine stopped. */
  validBytes: number
  torn: boolean
  problems: Problem[]
}

/**
 * Reads a journal and checks every line: its form, its number and that it names the hash of the line before. A last line that was
 * not finished is tolerated and noted; everything else that is wrong is a problem with its line.
 */
export function readJournal(file: string): ReadJournal {
  return readChain(file, parseEvent)
}

/** As readJournal, for a journal of any kind: `parse` makes an event of a line, and throws when it is none. */
export function readChain<Event extends Link>(
  file: string,
  parse: (line: unknown) => Event,
): ReadJournal<Event> {
  const bytes = readFileSync(file)
  const result: ReadJournal<Event> = { events: [], end: START, validBytes: 0, torn: false, problems: [] }
  let lineNumber = 0
  for (let from = 0; from < bytes.length;) {
    lineNumber += 1
    const to = bytes.indexOf(10, from)
    if (to === -1) {
      result.torn = true
      break
    }
    readLine(bytes.subarray(from, to), { file, line: lineNumber }, parse, result)
    from = to + 1
    result.validBytes = from
  }
  return result
}

/** What joins a line to the one before it. */
type Link = Pick<JournalEvent, 'seq' | 'prev'>

function readLine<Event extends Link>(
  bytes: Buffer,
  at: { file: string; line: number },
  parse: (line: unknown) => Event,
  result: ReadJournal<Event>,
): void {
  const text = bytes.toString('utf8')
  const hash = createHash('sha256').update(bytes).digest('hex')
  try {
    const event = parse(JSON.parse(text))
    if (event.seq !== result.end.seq + 1)
      result.problems.push({
        ...at,
        message: `line has number ${event.seq}, expected ${result.end.seq + 1}: a line was added, removed or moved`,
      })
    else if (event.prev !== result.end.hash)
      result.problems.push({
        ...at,
        message: `does not follow from the line before it: line ${at.line - 1} or this one was changed`,
      })
    result.events.push(event)
    result.end = { seq: event.seq, hash }
  } catch (error) {
    result.problems.push({ ...at, message: `is not a journal event: ${firstLine(error)}` })
    result.end = { seq: result.end.seq + 1, hash }
  }
}

function firstLine(error: unknown): string {
  const [issue] = error instanceof ZodError ? error.issues : []
  if (issue) return `${issue.path.length === 0 ? '' : `${issue.path.join('.')}: `}${issue.message}`
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}

/** As readJournal, but a damaged journal is refused: OperatorError('damaged'). */
export function requireJournal(file: string): ReadJournal {
  const journal = readJournal(file)
  if (journal.problems.length > 0) throw new OperatorError('damaged', journal.problems)
  return journal
}
