import { lstatSync } from 'node:fs'
import path from 'node:path'

/** Whether a path names a regular file of this folder: no link on the way, no device, nothing above it. */
export function isOwnFile(directory: string, name: string): boolean {
  const parts = name.split('/')
  if (parts.some((part) => ['', '.', '..'].includes(part))) return false
  return parts.every((_, index) => {
    const place = path.join(directory, ...parts.slice(0, index + 1))
    return kindOf(place) === (index === parts.length - 1 ? 'file' : 'folder')
  })
}

/** A name that the file system cannot hold is nothing that is there. */
function kindOf(place: string): 'file' | 'folder' | undefined {
  try {
    const found = lstatSync(place)
    if (found.isFile()) return 'file'
    return found.isDirectory() ? 'folder' : undefined
  } catch {
    return undefined
  }
}
