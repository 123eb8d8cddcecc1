import { lstatSync, readdirSync } from 'node:fs'
import path from 'node:path'

/** What of a folder, itself included, anybody but its owner may read, write or enter. */
export function openToOthers(folder: string): string[] {
  const below = readdirSync(folder, { recursive: true, withFileTypes: true })
  return [folder, ...below.map((entry) => path.join(entry.parentPath, entry.name))].filter(
    (file) => (lstatSync(file).mode & 0o077) !== 0,
  )
}
