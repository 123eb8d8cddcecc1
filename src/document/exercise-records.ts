import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { exerciseRecord } from '../model/exercise-record.ts'
import type { ExerciseRecord } from '../model/exercise-record.ts'
import { EXERCISES } from './exercise.ts'

export const REPORTS = `${EXERCISES}/reports`

/** The published records, oldest first; a file that is none is told, never taken for "no gaps". */
export function readRecords(root: string): { records: ExerciseRecord[]; unreadable: string[] } {
  const records: ExerciseRecord[] = []
  const unreadable: string[] = []
  const folder = path.join(root, REPORTS)
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
  for (const name of names.sort()) {
    const record = exerciseRecord.safeParse(jsonOf(path.join(folder, name)))
    if (record.success) records.push(record.data)
    else unreadable.push(`${REPORTS}/${name}`)
  }
  return { records, unreadable }
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
