import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { exercisesFolder, listSessions } from './exercise-directory.ts'
import { meantBy, onlyOne } from './find-one.ts'
import { incidentsFolder, isIncidentId, listIncidents } from './incident-directory.ts'
import { findRun } from './find-run.ts'
import { isOwnFile } from './own-file.ts'
import { journalFile, listRuns } from './run-directory.ts'

/** What keeps a journal of its own. */
export type JournalKind = 'run' | 'incident' | 'exercise'
export type FoundJournal = { kind: JournalKind; directory: string }

type Place = {
  kind: JournalKind
  folder: (runs: string) => string
  list: (runs: string) => string[]
  /** The event that only a journal of this kind begins with. */
  first: string
}

/** Where the journals of each kind are. */
const PLACES: readonly Place[] = [
  { kind: 'run', folder: (runs) => runs, list: listRuns, first: 'run-started' },
  { kind: 'incident', folder: incidentsFolder, list: listIncidents, first: 'declared' },
  { kind: 'exercise', folder: exercisesFolder, list: listSessions, first: 'exercise-started' },
]

const firstLine = z.looseObject({ event: z.string() })

/** A run, an incident or an exercise by its id, or the unambiguous beginning or end of one. `last` is the last run. */
export function findJournal(runs: string, wanted: string): FoundJournal {
  if (wanted === 'last') return { kind: 'run', directory: findRun(runs, wanted) }
  const { kind, directory } = onlyOne(
    meantBy(
      wanted,
      PLACES.flatMap((place) => journalsOf(place, runs)),
    ),
    wanted,
    {
      one: 'run, incident or exercise session',
      many: 'runs, incidents and exercise sessions',
      hint: 'npx drillbook runs, npm run incident list and npm run tabletop -- --list name those there are.',
    },
  )
  return { kind, directory }
}

function journalsOf({ kind, folder, list }: Place, runs: string): (FoundJournal & { id: string })[] {
  return list(runs).map((id) => ({ id, kind, directory: path.join(folder(runs), id) }))
}

/** What is in a folder that was named by its path: it may be a copy, so its journal says it, and else its name and place. */
export function journalIn(directory: string): FoundJournal {
  const first = firstEvent(directory)
  const known = PLACES.find((place) => place.first === first)?.kind
  return { kind: known ?? kindByPlace(directory), directory }
}

function kindByPlace(directory: string): JournalKind {
  if (isIncidentId(path.basename(directory))) return 'incident'
  const parent = path.dirname(directory)
  return parent === exercisesFolder(path.dirname(parent)) ? 'exercise' : 'run'
}

function firstEvent(directory: string): string | undefined {
  const file = journalFile(directory)
  if (!isOwnFile(directory, path.basename(file))) return undefined
  const [line = ''] = readFileSync(file, 'utf8').split('\n', 1)
  try {
    return firstLine.parse(JSON.parse(line)).event
  } catch {
    return undefined
  }
}
