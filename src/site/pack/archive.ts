import { zipSync } from 'fflate'
import { sha256 } from '../../document/project-files.ts'

export type Files = ReadonlyMap<string, Uint8Array>

/** `<hash>  <file>` a line, as `sha256sum -c` reads it. */
export function checksums(files: Files): string {
  return [...files].map(([place, bytes]) => `${sha256(bytes)}  ${place}\n`).join('')
}

/** One zip of a folder called `name`; the same files and time give the same bytes, in any time zone. */
export function zipOf(files: Files, name: string, at: Date): Uint8Array {
  const entries = [...files].map(([place, bytes]): [string, Uint8Array] => [`${name}/${place}`, bytes])
  return zipSync(Object.fromEntries(entries), { level: 9, mtime: asWallTime(at) })
}

/** A zip holds wall times: here those of UTC, whatever this machine's zone is. */
function asWallTime(at: Date): Date {
  return new Date(
    at.getUTCFullYear(),
    at.getUTCMonth(),
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
  )
}
