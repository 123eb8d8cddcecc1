import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { accountName } from '../host/account-name.ts'
import { readJournal } from '../journal/read.ts'
import { journalFile } from '../journal/run-directory.ts'
import { stateRoot } from '../lab/options.ts'

const MOST_FILES = 3
/** In every Unix: they say nothing about a machine, and stand in every text. */
const EVERYWHERE = new Set(['root', '/', 'localhost'])

/**
 * What a run says of the machine it was recorded on, a line for each name. It is told, never replaced: the seal holds every byte, and
 * a run that was made prettier could no longer be verified.
 */
export function machineNames(root: string, directory: string, files: readonly string[]): string[] {
  // The sources are copies of the project's own files: what is in them is published anyway.
  const texts = files
    .filter((file) => !file.startsWith('sources/'))
    .map((file) => ({ file, text: readFileSync(path.join(directory, file), 'utf8') }))
  return namesOf(root, directory).flatMap(([kind, name]) => {
    const holds = asWord(name)
    const found = texts.filter(({ text }) => holds.test(text)).map(({ file }) => file)
    return found.length === 0 ? [] : [`  ${kind} ${name}, in ${listed(found)}`]
  })
}

/** The hosts come from the journal: a run is not always published where it was recorded. */
function namesOf(root: string, directory: string): [kind: string, name: string][] {
  const hosts = readJournal(journalFile(directory)).events.flatMap((event) =>
    'host' in event ? [event.host] : [],
  )
  const names: [string, string][] = [
    ...[...new Set(hosts)].map((host): [string, string] => ['the host', host]),
    ['the account', accountName()],
    ['the project in', root],
    ['the runs in', path.dirname(directory)],
    ['the lab in', stateRoot()],
    ['the home', homedir()],
  ]
  return names.filter(([, name]) => !EVERYWHERE.has(name))
}

/** A short host name such as `db` is no part of `orders-db`. */
function asWord(name: string): RegExp {
  return new RegExp(`(?<![\\w./-])${name.replaceAll(/[^A-Za-z0-9]/g, String.raw`\$&`)}(?![\\w-])`)
}

function listed(files: readonly string[]): string {
  const more = files.length - MOST_FILES
  return files.slice(0, MOST_FILES).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
