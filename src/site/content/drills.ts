import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { drillRecordSchema } from '../../reports/drill-record.ts'
import type { DrillRecord } from '../../reports/drill-record.ts'
import { onceInABuild } from './once.ts'

/** The published drills, newest first, and the files that are not one. A folder that is not there holds none. */
export const readDrills = onceInABuild((root: string): { drills: DrillRecord[]; unreadable: string[] } => {
  const drills: DrillRecord[] = []
  const unreadable: string[] = []
  for (const file of jsonFiles(path.join(root, 'docs/drills'))) {
    const record = drillRecordSchema.safeParse(parsed(file))
    if (record.success) drills.push(record.data)
    else unreadable.push(path.relative(root, file))
  }
  return { drills: drills.toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt)), unreadable }
})

function jsonFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => path.join(folder, name))
  } catch {
    return []
  }
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
