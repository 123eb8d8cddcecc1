import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseEvent } from '../model/event.ts'
import type { JournalEvent } from '../model/event.ts'
import { OperatorError } from '../model/problem.ts'
import { START } from './chain-end.ts'
import { takeLine } from './chain.ts'
import type { Chain, Link } from './chain.ts'

export type ReadJournal<Event = JournalEvent> = Chain<Event> & {
  /** Bytes of whole, valid lines; what follows is a line that was being written when the machine stopped. */
  validBytes: number
  torn: boolean
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
    const line = bytes.subarray(from, to)
    const hash = createHash('sha256').update(line).digest('hex')
    takeLine(result, { text: line.toString('utf8'), hash }, { file, line: lineNumber }, parse)
    from = to + 1
    result.validBytes = from
  }
  return result
}

/** As readJournal, but a damaged journal is refused: OperatorError('damaged'). */
export function requireJournal(file: string): ReadJournal {
  const journal = readJournal(file)
  if (journal.problems.length > 0) throw new OperatorError('damaged', journal.problems)
  return journal
}
