import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Makes the names in a folder durable: a file whose name is not on disk is lost with all that is in it. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
