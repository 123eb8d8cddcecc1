import { createHash } from 'node:crypto'
import { isUtf8 } from 'node:buffer'
import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import path from 'node:path'
import { OperatorError, attempt } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import type { Source } from '../model/runbook.ts'

/**
 * Reads files of one project and remembers the hash of each: what was read is what the digest covers. A path that leaves the
 * project, also through a symbolic link, is not found.
 */
export class ProjectFiles {
  readonly root: string
  readonly #texts = new Map<string, string>()
  readonly #hashes = new Map<string, string>()
  readonly #told = new Set<string>()

  constructor(root: string) {
    this.root = realpathSync(root)
  }

  read = (file: string): string | undefined => {
    const known = this.#texts.get(file)
    if (known !== undefined) return known
    const bytes = this.#bytes(file)
    if (bytes === undefined) return undefined
    // Also of one that is refused: what follows from it changes when it does.
    this.#hashes.set(file, sha256(bytes))
    const text = decode(bytes, file)
    this.#texts.set(file, text)
    return text
  }

  /** As read; one that is no text is told, once, and is as good as empty: the other mistakes are wanted with it. */
  readOrTell(file: string, problems: Problem[]): string | undefined {
    if (this.#told.has(file)) return ''
    return attempt(
      () => this.read(file),
      (more) => {
        this.#told.add(file)
        problems.push(...more)
        return ''
      },
    )
  }

  /** As `read`, of a file that a project may do without: what stands in its place all the same is told. */
  readIfThere(file: string): string | undefined {
    const text = this.read(file)
    const instead = text === undefined ? this.instead(file) : undefined
    if (instead === undefined) return text
    throw new OperatorError('usage', { file, message: `expected a file, found ${instead}` })
  }

  /** What stands in the place of a file that is not found: `a folder, not a file`; undefined when nothing does. */
  instead(file: string): string | undefined {
    const place = path.resolve(this.root, file)
    try {
      const found = lstatSync(place)
      if (found.isSymbolicLink()) return `a symbolic link that leads ${whereTo(place)}`
      return found.isFile() ? 'a file that may not be read' : `${kindOf(found)}, not a file`
    } catch {
      return undefined
    }
  }

  /** Only a regular file is opened: whoever opens a pipe waits for its other end. */
  #bytes(file: string): Buffer | undefined {
    try {
      const real = realpathSync(path.resolve(this.root, file))
      if (!real.startsWith(this.root + path.sep) || !statSync(real).isFile()) return undefined
      return readFileSync(real)
    } catch {
      return undefined
    }
  }

  /** What was read so far, sorted by name. */
  sources(): Source[] {
    return [...this.#hashes]
      .map(([file, hash]) => ({ file, sha256: hash }))
      .sort((a, b) => (a.file < b.file ? -1 : 1))
  }
}

function whereTo(link: string): string {
  try {
    realpathSync(link)
    return 'out of the project, or to what is no file'
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ELOOP' ? 'back to itself' : 'nowhere'
  }
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder'
  if (found.isFIFO()) return 'a pipe'
  return found.isSocket() ? 'a socket' : 'a device'
}

const BYTE_ORDER_MARK = '\uFEFF'

/** Whatever is not text in UTF-8 would be shown and run as other characters than were written. */
function decode(bytes: Buffer, file: string): string {
  const text = bytes.toString('utf8')
  const refuse = (line: number, message: string): never => {
    const hint = 'Save it as UTF-8, without a byte order mark.'
    throw new OperatorError('usage', { file, line, column: 1, message, hint })
  }
  if (!isUtf8(bytes))
    refuse(
      lineWhere(bytes, (line) => !isUtf8(line)),
      'is not UTF-8',
    )
  if (text.includes('\0'))
    refuse(
      lineWhere(bytes, (line) => line.includes(0)),
      'is not UTF-8 text: it holds NUL characters',
    )
  // YAML allows it; bash takes it for a part of the first word.
  if (text.startsWith(BYTE_ORDER_MARK) && !file.endsWith('.yaml'))
    refuse(1, 'begins with a byte order mark (U+FEFF)')
  return text
}

function lineWhere(bytes: Buffer, isWrong: (line: Buffer) => boolean): number {
  const lines = bytes.toString('latin1').split('\n')
  return lines.findIndex((line) => isWrong(Buffer.from(line, 'latin1'))) + 1
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** One hash over many sources; changes when any byte of any of them does. */
export function digestOf(sources: readonly Source[]): string {
  return sha256(sources.map((source) => `${source.sha256}  ${source.file}\n`).join(''))
}
