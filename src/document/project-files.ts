import { createHash } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import type { Source } from '../model/runbook.ts'

/**
 * Reads files of one project and remembers the hash of each: what was read is what the digest covers. A path that leaves the
 * project, also through a symbolic link, is not found.
 */
export class ProjectFiles {
  readonly root: string
  readonly #texts = new Map<string, string>()

  constructor(root: string) {
    this.root = realpathSync(root)
  }

  read = (file: string): string | undefined => {
    const known = this.#texts.get(file)
    if (known !== undefined) return known
    try {
      const real = realpathSync(path.resolve(this.root, file))
      if (!real.startsWith(this.root + path.sep)) return undefined
      const text = readFileSync(real, 'utf8')
      this.#texts.set(file, text)
      return text
    } catch {
      return undefined
    }
  }

  /** What was read so far, sorted by name. */
  sources(): Source[] {
    return [...this.#texts]
      .map(([file, text]) => ({ file, sha256: sha256(text) }))
      .sort((a, b) => (a.file < b.file ? -1 : 1))
  }
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** One hash over many sources; changes when any byte of any of them does. */
export function digestOf(sources: readonly Source[]): string {
  return sha256(sources.map((source) => `${source.sha256}  ${source.file}\n`).join(''))
}
