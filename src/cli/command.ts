import type { ExitName } from '../model/exit-code.ts'

/** Where a command speaks: results to `out`, everything meant for people only to `err`. */
export type Io = { out: (line: string) => void; err: (line: string) => void }

/** One verb of the command line; `src/cli/commands/<verb>.ts` exports it as `command`. */
export type Command = {
  /** One line for `drillbook --help`. */
  summary: string
  /** The whole text of `drillbook <verb> --help`. */
  usage: string
  /** `argv` is what follows the verb. Throws OperatorError for anything the operator can mend. */
  run: (argv: string[], io: Io) => Promise<ExitName>
}
