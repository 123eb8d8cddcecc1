import { EXIT } from '../../model/exit-code.ts'
import { code, page, table } from './markdown.ts'

export function exitCodes(): string {
  return page('Exit codes', 'What the exit code of every command means.', [
    'The same for every command, so that a script can tell what happened.',
    table(
      ['code', 'name', 'meaning'],
      Object.entries(EXIT).map(([name, entry]) => [code(String(entry.code)), name, entry.meaning]),
    ),
  ])
}
