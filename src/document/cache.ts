import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import type { Source } from '../model/runbook.ts'
import { sha256 } from './project-files.ts'

/** The code that reads documents: another version of it may read them differently. */
const READERS = ['document', 'model', 'steps'].map((room) => path.join(import.meta.dirname, '..', room))

type Entry<T> = { sources: Source[]; value: T; seal: string }

/**
 * What was computed from files, kept until a byte of them or of the code that read them changes. An entry carries its own hash; one
 * that does not fit is computed again. Nothing in it comes from anyone but this program.
 */
export async function cached<T>(
  root: string,
  name: string,
  compute: () => Promise<{ value: T; sources: Source[] }>,
): Promise<T> {
  const file = path.join(root, '.drillbook', 'cache', `${name.replaceAll('/', '~')}-${readersVersion()}.json`)
  const known = readEntry<T>(file)
  if (known && known.sources.every((source) => isUnchanged(root, source))) return known.value
  const { value, sources } = await compute()
  writeEntry(file, value, sources)
  return value
}

function readEntry<T>(file: string): Entry<T> | undefined {
  if (!existsSync(file)) return undefined
  try {
    const entry: Entry<T> = JSON.parse(readFileSync(file, 'utf8'))
    return entry.seal === sealOf(entry.value, entry.sources) ? entry : undefined
  } catch {
    // A torn entry is only a cache miss: it is computed again and replaced.
    return undefined
  }
}

function writeEntry(file: string, value: unknown, sources: Source[]): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    const draft = `${file}.${process.pid}`
    writeFileSync(draft, JSON.stringify({ sources, value, seal: sealOf(value, sources) }), { mode: 0o600 })
    renameSync(draft, file)
  } catch {
    // A read-only or full disk costs the next start some milliseconds, nothing else.
  }
}

function sealOf(value: unknown, sources: Source[]): string {
  return sha256(JSON.stringify([value, sources]))
}

function isUnchanged(root: string, source: Source): boolean {
  try {
    return sha256(readFileSync(path.join(root, source.file))) === source.sha256
  } catch {
    return false
  }
}

let version: string | undefined

function readersVersion(): string {
  version ??= readVersion()
  return version
}

function readVersion(): string {
  return sha256(READERS.flatMap(programsIn).sort().join('\n')).slice(0, 12)
}

/** Walks by itself: `recursive` takes five times as long, and every start waits for this. */
function programsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) return programsIn(file)
    if (!entry.name.endsWith('.ts')) return []
    const { size, mtimeMs } = statSync(file)
    return [`${file} ${size} ${mtimeMs}`]
  })
}
