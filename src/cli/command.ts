import type { ExitName } from '../model/exit-code.ts'

/**
 * Where a command speaks: results to `out`, as `json` where a program reads them, everything meant for people only to `err`. Control
 * characters in a line are shown, not obeyed; in JSON they are escaped. A `sentence` of ours is broken between words on a terminal.
 */
export type Io = {
  out: (line: string) => void
  err: (line: string) => void
  json: (value: object) => void
  sentence: (text: string, more?: SentenceOptions) => void
}

/** `hang` says how far in what goes on stands. */
export type SentenceOptions = { hang?: number; to?: 'out' | 'err' }

/** The sentences of a command whose standard output may be for a program. */
export function sentencesFor(io: Io, json: boolean): Io['sentence'] {
  return (text, more) => io.sentence(text, { to: json ? 'err' : 'out', ...more })
}

/** One verb of the command line; `src/cli/commands/<verb>.ts` exports it as `command`. */
export type Command = {
  /** One line for `drillbook --help`. */
  summary: string
  /** The whole text of `drillbook <verb> --help`. */
  usage: string
  /** `argv` is what follows the verb. Throws OperatorError for anything the operator can mend. */
  run: (argv: string[], io: Io) => Promise<ExitName>
}
